#!/bin/sh
# kill_eval.sh - an evaluation killed again and again: no record lost, none twice, and at its end the directory of
# a run that nobody disturbed, but for times (tests/support/run_files.sh says what that means).
#
#   sh tests/tools/kill_eval.sh [KILLS [BUILD]]       100 build
#
# A tiny random model. Each start of a run is ended by SIGKILL at a random moment, at the latest after the time that
# an undisturbed run takes, until KILLS of them have hit a live process. After every kill the records that
# were there are there, byte for byte, in front of the new ones (so what was synced is, too), and no trace is
# recorded twice. Whenever a run gets to its end the next one begins with another seed. $EVAL_OPTIONS are further
# options of `sheaf eval`. Prints an `ok` line; exit status 1 on the first fault.
set -u
kills=${1:-100}
build=$(cd "${2:-build}" && pwd)
sheaf=$build/sheaf
. "$(dirname "$0")/../support/run_files.sh"
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
    # shellcheck disable=SC2086  # options are words
    exec "$sheaf" eval -m model.gguf --data set.jsonl -N 8 -n 250 -t 1 --temp 1.3 -q -s "$1" -o "$2" \
        --strategy majority,deepconf-online-high ${EVAL_OPTIONS:-} >/dev/null 2>err </dev/null
}

names() { sed -n 's/.*"doc_id":"\([^"]*\)".*"strategy":"\([^"]*\)","trace":\([0-9]*\).*/\1 \2 \3/p' "$1"; }

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# begin: the undisturbed run of this seed, and how long it takes.
begin() {
    rm -rf run calm
    : >before
    start=$(now_ms)
    (measure $seed calm) || fault "the undisturbed run: $(cat err)"
    calm_ms=$(($(now_ms) - start + 1))
}

# random: below 2^24.
random() { echo $(($(od -An -N3 -tu4 /dev/urandom))); }

# pause: between 0 and calm_ms, a quarter or a sixteenth of that, so that some runs are killed many times.
pause() {
    ms=$(($(random) % (calm_ms / (1 << 2 * ($(random) % 3)) + 1)))
    sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
}

# check_records: what was there is there, nothing twice.
check_records() {
    file=run/samples.jsonl
    [ -f "$file" ] || return 0
    size=$(wc -c <before)
    cmp -s -n "$size" before "$file" || fault "kill $hits: records changed"
    [ "$size" -gt 0 ] && taken_up=$((taken_up + 1))
    twice=$(names "$file" | LC_ALL=C sort | uniq -d | head -1)
    [ -z "$twice" ] || fault "kill $hits: recorded twice: $twice"
    # up to the last line break: what is behind it was never a record
    head -n "$(wc -l <"$file")" "$file" >before
}

# check_end: `run` is over; is it the run that nobody disturbed?
check_end() {
    run_text run >ours
    run_text calm >theirs
    cmp -s ours theirs || fault "after kill $hits, other files: $(diff ours theirs | head -c 500)"
    run_bytes run >ours
    run_bytes calm >theirs
    cmp -s ours theirs && in_order=$((in_order + 1))
    runs=$((runs + 1))
}

hits=0 runs=0 in_order=0 seed=1 taken_up=0
begin
while [ $hits -lt "$kills" ]; do
    (measure $seed run) &
    pid=$!
    pause
    if kill -9 $pid 2>/dev/null; then hits=$((hits + 1)); fi
    wait $pid 2>/dev/null
    ended=$?
    check_records
    if [ $ended -eq 0 ]; then
        check_end
        seed=$((seed + 1))
        begin
    fi
done
(measure $seed run) || fault "the last run: $(cat err)"
check_end
echo "ok kill -9: $hits kills, $taken_up with records to keep; $runs runs ended as if undisturbed, $in_order of" \
    "them with their records in the same order"
