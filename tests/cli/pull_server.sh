#!/bin/sh
# pull_server.sh - `sheaf pull` against a server of this machine that redirects, lies about sizes, does not end, breaks
# off and ignores ranges: what is proven arrives, of anything else nothing stays.
support=$(cd "$(dirname "$0")/../support" && pwd)
. "$(dirname "$0")/../support/cli_lib.sh"
unset SHEAF_CACHE SHEAF_MIRROR SHEAF_MODEL_DIR SHEAF_OFFLINE XDG_CACHE_HOME http_proxy https_proxy HTTP_PROXY \
    HTTPS_PROXY ALL_PROXY all_proxy CURL_CA_BUNDLE SSL_CERT_FILE 2>/dev/null
for c in python3 openssl curl; do
    if ! command -v $c >/dev/null 2>&1; then
        echo "skip pull_server: no $c"
        exit 0
    fi
done
export SHEAF_HOME="$work/home" HF_ENDPOINT=https://127.0.0.1:1 # the hub is out
model=falcon-h1-tiny-r-90m file=Falcon-H1R-Tiny-90M-Q4_K_M.gguf # a row without a size and a SHA-256
mkdir served
echo 'not a model, but the file that --sha256 names' >served/$file
sha=$(sha256sum served/$file | cut -d' ' -f1)
head -c 20842 /dev/zero >served/amc23.jsonl # the size of that set, and wrong content

openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost >log 2>&1 || { not_ok 'certificate' "$(tail -n 1 log)"; exit 1; }
python3 "$support/pull_server.py" served cert.pem key.pem >ports 2>log &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
tries=0
while [ ! -s ports ] && [ $tries -lt 200 ]; do sleep 0.05; tries=$((tries + 1)); done
read -r http https <ports || { not_ok 'server' "$(tail -n 1 log)"; exit 1; }

nothing_stays() {
    if [ -z "$(ls -A home/models home/datasets 2>/dev/null | grep -v ':$' | grep .)" ]; then ok "$1, nothing stays"
    else not_ok "$1, nothing stays" "$(ls -AR home)"; fi
}

# arrives NAME HOW: from the server with that certificate.
arrives() {
    rm -rf home
    SHEAF_MIRROR=$2 run pull $model --sha256 "$sha"
    expect "$1" 0
    same "$1, the file" "served/$file" "home/models/$file"
}

# fails NAME MIRROR TEXT: nothing of it stays.
fails() {
    SHEAF_MIRROR=$2 refused "$1" 7 "$3" pull amc23 -q
    nothing_stays "$1"
}

# ---- who is trusted
fails 'unknown certificate' "https://localhost:$https/file" 'certificate'
export CURL_CA_BUNDLE="$work/cert.pem"
arrives 'https' "https://localhost:$https/file"
arrives 'http of this machine' "http://127.0.0.1:$http/file"
rm -rf home
fails 'certificate of another name' "https://127.0.0.1:$https/file" 'certificate'
SHEAF_MIRROR=https://localhost:$https/file refused 'wrong --sha256' 7 'SHA-256 is' pull $model -q \
    --sha256 0000000000000000000000000000000000000000000000000000000000000000
nothing_stays 'wrong --sha256'

# ---- redirects
arrives 'five redirects' "https://localhost:$https/hops/5"
rm -rf home
fails 'six redirects' "https://localhost:$https/hops/6" 'redirects'
fails 'a loop' "https://localhost:$https/loop" 'redirects'
fails 'from https to http' "https://localhost:$https/plain" 'http'
fails 'from http to http' "http://localhost:$http/plain" 'http'
fails 'from http to https' "http://localhost:$http/hops/1" 'https'
fails 'to a file of this machine' "https://localhost:$https/local" 'file'

# ---- sizes and content
mv served/amc23.jsonl elsewhere
fails 'not there' "https://localhost:$https/file" '404'
mv elsewhere served/amc23.jsonl
fails 'another file' "https://localhost:$https/file" 'SHA-256 is'
fails 'announces too much' "https://localhost:$https/long" 'file size'
fails 'does not end' "https://localhost:$https/endless" 'sends more than 20842 bytes'

# ---- broken off
part=home/datasets/.pull-amc23/hub.part
SHEAF_MIRROR=https://localhost:$https/torn refused 'breaks off' 7 'curl' pull amc23 -q
if [ "$(stat -c %s $part 2>/dev/null)" = 10421 ]; then ok 'what came stays'; else not_ok 'what came stays' "$(ls -AR home)"; fi
fails 'goes on to another file' "https://localhost:$https/file" 'SHA-256 is'
mkdir -p "$(dirname $part)"
head -c 100 served/amc23.jsonl >$part
fails 'a server without ranges' "https://localhost:$https/whole" 'curl'
mkdir -p "$(dirname $part)"
head -c 99999 /dev/zero >$part
fails 'a part that is too long' "https://localhost:$https/file" 'SHA-256 is'
finish
