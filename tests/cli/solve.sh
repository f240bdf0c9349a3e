#!/bin/sh
# solve.sh - outputs of a run, determinism, replay, signals. The tiny models have random weights: they give no
# answers, but their traces are as reproducible as those of real ones.
. "$(dirname "$0")/../support/cli_lib.sh"
run_json() { run solve -m "$MODEL" -n 48 --format json -v "$@" 'What is 2 + 2?'; untimed out >"$json"; }

json=a.json
run_json -N 8 -t 1 --seed 7
expect 'no answer is status 3' 3
for field in answer share confidence strategy stop partial seed votes traces tokens seconds memory threshold \
    window trace_list; do
    has "JSON has $field" out "\"$field\":"
done
if [ "$(wc -l <out)" = 1 ]; then ok 'JSON is one line'; else not_ok 'JSON is one line' "$(wc -l <out)"; fi

json=b.json
for variation in '-t 2' '--parallel 1' '--parallel 8 -t 2' '--parallel 3'; do
    # shellcheck disable=SC2086  # words on purpose
    run_json -N 8 -t 1 --seed 7 --strategy majority --no-certificate $variation
    cp b.json "majority$(echo "$variation" | tr -dc 0-9).json"
done
for other in majority1.json majority82.json majority3.json; do
    same "same traces: $other" majority2.json $other
done
run_json -N 8 -t 1 --seed 8
if cmp -s a.json b.json; then not_ok 'another seed, other traces' same; else ok 'another seed, other traces'; fi

# one trace replayed alone gives the text it gave among the others
text_of() { tr '{' '\n' <"$1" | grep "^\"id\":$2," | sed 's/.*"text"://; s/}.*//'; }
run_json -N 8 --seed 7 --strategy majority --no-certificate
text_of out 5 >among
run_json -N 8 --seed 7 --strategy majority --no-certificate --only-trace 5
text_of out 5 >alone
if [ -s among ]; then same 'replay of trace 5' among alone; else not_ok 'replay of trace 5' 'no text'; fi

# question from operand, -p, file and standard input
json=p.json
run_json -N 2
printf 'What is 2 + 2?\n' >q.txt
for way in '-f q.txt' '-f -' '-'; do
    # shellcheck disable=SC2086
    "$SHEAF" solve -m "$MODEL" -n 48 --format json -v -N 2 $way >out 2>err <q.txt
    untimed out >w.json
    same "question by $way" p.json w.json
done
"$SHEAF" -m "$MODEL" -n 48 --format json -v -N 2 'What is 2 + 2?' >out 2>err
untimed out >w.json
same 'solve is the default command' p.json w.json
SHEAF_MODEL=$MODEL SHEAF_TRACES=2 SHEAF_MAX_TOKENS=48 "$SHEAF" solve --format json -v 'What is 2 + 2?' >out 2>err
untimed out >w.json
same 'settings by environment' p.json w.json

# text
run solve -m "$MODEL" -N 4 -n 16 'What is 2 + 2?'
if [ "$(head -1 out)" = 'no answer' ]; then ok 'answer comes first'; else not_ok 'answer comes first' "$(head -1 out)"; fi
has 'text counts traces' out '4 of 4 run'
if grep -q "$(printf '\033')" out err; then not_ok 'plain when piped' escapes; else ok 'plain when piped'; fi
run solve -m "$MODEL" -q -N 4 -n 16 'What is 2 + 2?'
if [ "$(wc -l <out)" = 1 ]; then ok 'quiet is one line'; else not_ok 'quiet is one line' "$(cat out)"; fi
run solve -m "$MODEL" -N 2 -n 16 -o result.json --format json q
has 'result in a file' result.json '"answer"'
if [ -s out ]; then not_ok 'file instead of output' "$(cat out)"; else ok 'file instead of output'; fi
# shellcheck disable=SC2012
if [ "$(ls | grep -c tmp)" = 0 ]; then ok 'no temporary file stays'; else not_ok 'no temporary file stays' "$(ls)"; fi

# a budget of seconds or tokens ends the run with a partial result
run solve -m "$MODEL" -N 512 --parallel 4 -n 900 --no-loop-guard --max-total-tokens 200 --format json q
has 'token budget is partial' out '"partial":true'
has 'token budget is named' out '"stop":"tokens"'

# signals
for pair in INT:130 TERM:143; do
    signal=${pair%:*}
    "$SHEAF" solve -m "$MODEL" -t 1 -N 4096 --parallel 2 -n 900 --no-loop-guard --strategy majority --no-certificate \
        --tau 2 --format json q >out 2>err </dev/null &
    pid=$!
    sleep 1
    kill -$signal $pid
    wait $pid
    status=$?
    expect "SIG$signal" ${pair#*:}
    has "SIG$signal, partial" out '"partial":true'
done
finish
