#!/bin/sh
# kill_store.sh - an evaluation killed again and again: no record lost, none twice.
#
#   sh tests/tools/kill_store.sh [KILLS [BUILD]]       500 build
#
# A tiny random model; each start of the run is ended by kill -9 after a random time, until KILLS of them have hit
# a live process. After every kill: the records that were there are there, byte for byte, in front of the new ones
# (so what was synced is, too), and no trace is recorded twice. Whenever a run gets to its end its records must be
# those of a run that nobody disturbed, but for times and order. Prints `ok` lines; exit status 1 on the first fault.
set -u
kills=${1:-500}
build=$(cd "${2:-build}" && pwd)
sheaf=$build/sheaf
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
"$build/tests/make_tiny_model" model.gguf llama F32 1 || exit 2
for i in 1 2 3 4 5 6 7 8; do
    echo "{\"id\":\"set/$i\",\"question\":\"What is $i + $i?\",\"answer\":\"$((2 * i))\",\"answer_type\":\"integer\"}"
done >set.jsonl

fault() { echo "not ok kill -9: $*"; exit 1; }

# measure SEED DIR: starts the run in its own process, or goes on with it.
measure() {
    exec "$sheaf" eval -m model.gguf --data set.jsonl -N 8 -n 250 -t 1 --temp 1.3 -q -s "$1" -o "$2" \
        --strategy majority,deepconf-online-high >/dev/null 2>err </dev/null
}

# records DIR: without what may differ, in one order.
records() {
    sed -e 's/"\(start_s\|end_s\|seconds\)":[^,}]*//g' -e 's/"xxh3":"[0-9a-f]*"//g' -e 's/"at":[0-9]*//' \
        "$1/traces.jsonl" | LC_ALL=C sort
}

names() { sed -n 's/.*"problem":"\([^"]*\)".*"strategy":"\([^"]*\)","trace":\([0-9]*\).*/\1 \2 \3/p' "$1/traces.jsonl"; }

# pause: 0.00 to 0.12 s.
pause() { sleep "0.$(printf %03d $(($(od -An -N2 -tu2 /dev/urandom) % 120)))"; }

# untimed FILE: JSON without seconds.
untimed() { sed 's/"seconds[a-z_]*":[^,}]*//g' "$1"; }

# check_end: `run` is over; is it the run that nobody disturbed?
check_end() {
    (measure $seed calm)
    records run >ours
    records calm >theirs
    cmp -s ours theirs || fault "after kill $hits: other records: $(diff ours theirs | head -c 300)"
    [ "$(untimed run/results.json)" = "$(untimed calm/results.json)" ] || fault "after kill $hits: other results"
    runs=$((runs + 1))
}

hits=0 runs=0 seed=1 taken_up=0
: >before
while [ $hits -lt "$kills" ]; do
    (measure $seed run) &
    pid=$!
    pause
    if kill -9 $pid 2>/dev/null; then hits=$((hits + 1)); fi
    wait $pid 2>/dev/null
    [ -f run/traces.jsonl ] || continue
    size=$(wc -c <before)
    cmp -s -n "$size" before run/traces.jsonl || fault "kill $hits: records changed"
    [ "$size" -gt 0 ] && taken_up=$((taken_up + 1))
    twice=$(names run | LC_ALL=C sort | uniq -d | head -1)
    [ -z "$twice" ] || fault "kill $hits: recorded twice: $twice"
    # up to the last line break: what is behind it was never a record
    n=$(wc -l <run/traces.jsonl)
    head -n "$n" run/traces.jsonl >before
    if grep -q '"status":"done"' run/run.json; then
        check_end
        seed=$((seed + 1))
        rm -rf run calm
        : >before
    fi
done
(measure $seed run)
check_end
echo "ok kill -9: $hits kills, $taken_up with records to keep, $runs runs ended as if undisturbed"
