#!/bin/sh
# tasks.sh - problem sets by name: the list, the fetching from a mirror, the use. The sets are not part of the
# tree, so a mirror here holds files of the right size and wrong content; where ../shared/datasets exists, real ones.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/../support/cli_lib.sh"
unset SHEAF_CACHE SHEAF_MIRROR SHEAF_MODEL_DIR XDG_CACHE_HOME http_proxy HTTP_PROXY ALL_PROXY all_proxy 2>/dev/null
export SHEAF_HOME="$work/home"

# ---- the list
run tasks
expect 'tasks' 0
for t in gsm8k gsm-hard svamp multiarith mawps aqua math500 amc23 aime24 aime25 aime26 hmmt-feb-25; do
    if grep -q "^$t  *[0-9][0-9]* .* -$" out; then ok "$t is listed, not here"
    else not_ok "$t is listed, not here" "$(grep "^$t " out)"; fi
done
run tasks --format json
has 'JSON' out '{"name":"gsm8k","file":"gsm8k_test.jsonl","bytes":546453,"sha256":"fc58f03f9d41b300'
has 'JSON has the licence' out '"license":"MIT"'
has 'JSON says what is here' out '"path":null,"installed":false'
run tasks --here
if [ "$(wc -l <out)" = 1 ]; then ok 'nothing is here'; else not_ok 'nothing is here' "$(cat out)"; fi
refused 'no operand' 2 'gsm8k' tasks gsm8k

# ---- faults of fetching
refused 'no mirror' 7 'SHEAF_MIRROR' pull amc23 -q
refused 'offline' 7 'forbids' pull amc23 --offline
refused 'no such task' 2 'did you mean aime25?' pull aime2r5
refused 'eval of a task that is not here' 2 'sheaf pull aime25' eval aime25
refused 'eval of a misspelled task' 2 'did you mean aime25?' eval aime2r5
mkdir mirror
export SHEAF_MIRROR="$work/mirror"
refused 'mirror without it' 7 'is not there' pull amc23 -q
head -c 100 /dev/zero >mirror/amc23.jsonl
refused 'mirror with a short file' 7 '100 bytes; 20842 are wanted' pull amc23 -q
head -c 20842 /dev/zero >mirror/amc23.jsonl
refused 'mirror with another file' 7 'SHA-256 is' pull amc23 -q
if [ -z "$(ls -A home/datasets 2>/dev/null)" ]; then ok 'nothing stays'; else not_ok 'nothing stays' "$(ls -A home/datasets)"; fi
for address in http://example.org http://127.0.0.1.example.org ftp://127.0.0.1 http://localhostile; do
    SHEAF_MIRROR=$address refused "mirror $address" 2 'https://' pull amc23 -q
done
SHEAF_MIRROR=http://127.0.0.1:1 refused 'mirror that is down' 7 'curl' pull amc23 -q

# ---- a server of this machine
if command -v python3 >/dev/null 2>&1; then
    python3 - mirror >port 2>log <<'END' &
import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_port, flush=True)
server.serve_forever()
END
    server=$!
    trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
    tries=0
    while [ ! -s port ] && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
    SHEAF_MIRROR=http://127.0.0.1:$(cat port)
    refused 'server with another file' 7 'SHA-256 is' pull amc23 -q
    refused 'server without it' 7 '404' pull gsm8k -q
    if ls -A home/datasets | grep -q .; then not_ok 'nothing stays' "$(ls -A home/datasets)"; else ok 'nothing stays'; fi
else
    echo 'skip server: no python3'
fi

# ---- the real sets
real=$root/../shared/datasets
if [ -d "$real" ]; then
    export SHEAF_MIRROR=$real
    for t in gsm8k gsm-hard svamp multiarith mawps aqua math500 amc23 aime24 aime25 aime26 hmmt-feb-25; do
        run pull $t
        expect "pull $t" 0
        has "$t is proven" err 'as in the catalogue'
        file=$(cat out)
        n=$(wc -l <"$file")
        run eval $t --list
        if [ "$status" = 0 ] && [ "$(wc -l <out)" = "$n" ]; then ok "eval reads $t"; else not_ok "eval reads $t" "$(head -c 200 err)"; fi
        "$SHEAF" tasks | grep -q "^$t  *$n .*$file\$" && ok "$t has its number of problems" || not_ok "$t has its number of problems" "$n lines"
    done
    run pull gsm8k
    has 'pulled again: nothing to do' out 'gsm8k_test.jsonl'
    run eval aime25 -m "$MODEL" -L 1 -N 2 -n 8 -t 1 -q --strategy majority --filter matharena -o run
    expect 'eval of a task' 0
    has 'its filter is printed' out 'task aime, filter matharena, prompt plain'
else
    echo 'skip real sets: no ../shared'
fi
if [ -n "${server:-}" ] && [ -d "$real" ]; then
    kill $server
    rm -rf home
    python3 - "$real" >port2 2>log <<'END' &
import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def send_head(self):
        start = self.headers.get("Range")
        body = open(self.translate_path(self.path), "rb").read()
        at = int(start[6:].split("-")[0]) if start else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (at, len(body) - 1, len(body)))
        self.send_header("Content-Length", str(len(body) - at))
        self.end_headers()
        end = at + 1000 if not start and "aime_2025" in self.path else len(body)
        self.wfile.write(body[at:end])
        self.close_connection = True
        return None
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
print(server.server_port, flush=True)
server.serve_forever()
END
    server=$!
    tries=0
    while [ ! -s port2 ] && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
    export SHEAF_MIRROR=http://localhost:$(cat port2)
    refused 'cut off' 7 'curl' pull aime25 -q
    if [ "$(stat -c %s home/datasets/.pull-aime25/hub.part 2>/dev/null)" = 1000 ]; then ok 'what came stays'
    else not_ok 'what came stays' "$(ls -lA home/datasets home/datasets/.pull-aime25)"; fi
    run pull aime25
    expect 'goes on' 0
    has 'and is proven' err 'as in the catalogue'
    if [ -e home/datasets/.pull-aime25 ]; then not_ok 'clean' 'folder stays'; else ok 'clean'; fi
fi
finish
