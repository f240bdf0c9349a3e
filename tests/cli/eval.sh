#!/bin/sh
# eval.sh - evaluations: tables, records, runs broken off and taken up. The tiny model has random weights, so
# nearly every answer is wrong or missing; what is checked is that nothing gets lost.
. "$(dirname "$0")/../support/cli_lib.sh"
n_problems=12
i=1
while [ $i -le $n_problems ]; do
    echo "{\"id\":\"set/$i\",\"question\":\"What is $i + $i?\",\"answer\":\"$((2 * i))\",\"answer_type\":\"integer\"}"
    i=$((i + 1))
done >set.jsonl

measure() { run eval -m "$MODEL" --data set.jsonl -N 4 -n 24 -t 1 "$@"; }
# records and results without times
untimed_all() {
    for f in samples.jsonl votes.jsonl results.json; do
        unsealed "$1/$f"
    done
}
same_run() {
    untimed_all "$2" >first
    untimed_all "$3" >second
    same "$1" first second
}

measure -o whole
expect 'eval' 0
cp out whole.md
for text in '| set | pass@1 |' '| set | majority | cons@4 |' '| set | lowest-keep10 |' '| set | deepconf-online-low |' \
    '| deepconf-online-high |' '- deepconf-online-low against majority: tokens' "set, $n_problems of $n_problems;" \
    '| 4 |' 'task gsm8k' 'seed 0'; do
    has "table has $text" out "$text"
done
same 'table.md is the table' out whole/table.md
has 'progress' err "$n_problems/$n_problems set/$n_problems: gold $((2 * n_problems)), majority"
lines=$(wc -l <whole/samples.jsonl)
if [ "$lines" -ge $((3 * n_problems)) ]; then ok 'traces recorded'; else not_ok 'traces recorded' "$lines lines"; fi
has 'results are for lm-eval readers' whole/results.json '"exact_match_stderr,majority":'
has 'run is done' whole/run.json '"status":"done"'

measure -o whole --format md
expect 'done run is printed again' 0
same 'the same table' whole.md out
has 'nothing ran' err "$n_problems of $n_problems problems are there"
measure -o whole --format json -q
same 'JSON is results.json' out whole/results.json
if [ -s err ]; then not_ok 'quiet' "$(head -1 err)"; else ok 'quiet'; fi
measure -o whole --format csv
has 'CSV header' out 'task,problems,rule,strategy,'
has 'CSV row' out "set,$n_problems,majority,majority,"

# traces of a run with fewer of them
run eval -m "$MODEL" --data set.jsonl -N 2 -n 24 -t 1 -o few -q
expect 'two traces' 0
measure -o more --reuse few -q
expect 'traces taken over' 0
unsealed more/votes.jsonl >first
unsealed whole/votes.jsonl >second
same 'the same votes' first second
refused 'traces of another kind' 2 'holds a run with max_tokens 24, not 25; its traces are others' eval -m "$MODEL" \
    --data set.jsonl -N 4 -n 25 -t 1 -o no --reuse few

# many problems at once, or one; threads are no part of the settings either
has 'speed' whole.md 'rows per decode step on 1 thread'
measure -o single --batch 1
expect 'one problem at a time' 0
same_run 'the same records' whole single
cmp -s whole/tokens.zst single/tokens.zst && ok 'the same tokens' || not_ok 'the same tokens' 'they differ'
measure -o whole -t 2
expect 'other threads' 0
has 'nothing ran with other threads' err "$n_problems of $n_problems problems are there"

# limits
measure -L 2-3 --strategy deepconf-online-low -o part
expect 'limit' 0
has 'a limit is partial' out "set, 2 of $n_problems (partial)"
has 'no majority, no difference' out '| set | deepconf-online-low | cons@4 |'
measure --limit 1 --strategy majority
has 'directory by default' err 'records in sheaf-eval-'
if [ -d sheaf-eval-* ]; then ok 'it is in the working directory'; else not_ok 'it is in the working directory' "$(ls)"; fi

# taken up after kill -9
for pause in 0.05 0.2 0.4; do
    "$SHEAF" eval -m "$MODEL" --data set.jsonl -N 4 -n 24 -t 1 -q -o killed >/dev/null 2>&1 </dev/null &
    sleep $pause
    kill -9 $! 2>/dev/null
    wait $! 2>/dev/null
done
measure -o killed
expect 'after kill -9' 0
same_run 'as if never killed' whole killed

# taken up after Ctrl-C
"$SHEAF" eval -m "$MODEL" --data set.jsonl -N 4 -n 24 -t 1 -o stopped >out 2>err </dev/null &
tries=0
while [ ! -s stopped/votes.jsonl ] && [ $tries -lt 100 ]; do
    sleep 0.02
    tries=$((tries + 1))
done
kill -INT $!
wait $!
status=$?
if [ $status = 130 ]; then
    has 'Ctrl-C prints a partial table' out '(partial)'
    has 'and says so' out 'interrupted'
    has 'results are partial' stopped/results.json '"complete":false'
    has 'run is not done' stopped/run.json '"status":"started"'
else
    expect 'Ctrl-C or done before it' 0
fi
measure -o stopped
same_run 'as if never stopped' whole stopped

# refused
refused 'another seed' 2 'seed' eval -m "$MODEL" --data set.jsonl -N 4 -n 24 -t 1 -s 1 -o whole
measure -s 1 -o whole --redo
expect 'redo' 0
has 'redo starts anew' out 'seed 1'
refused 'no data' 2 'not given' eval -m "$MODEL"
refused 'data that is missing' 2 'nothere' eval -m "$MODEL" nothere.jsonl
refused 'unknown strategy' 2 'deepconf-online-low' eval -m "$MODEL" set.jsonl --strategy majority,best
refused 'bad limit' 2 'limit' eval -m "$MODEL" set.jsonl -L 5-2
refused 'directory that is a file' 5 'set.jsonl' eval -m "$MODEL" -q set.jsonl -o set.jsonl
run eval --strategy list
expect 'strategy list' 0
has 'strategy list' out 'majority-stop'

# a full disk: write() fails in the middle of the run
(
    trap '' XFSZ
    ulimit -f 8
    "$SHEAF" eval -m "$MODEL" --data set.jsonl -N 4 -n 24 -t 1 -q -o full >out 2>err </dev/null
)
status=$?
expect 'full disk' 5
one_line 'full disk, one line'
measure -o full
same_run 'as if never full' stopped full
finish
