#!/bin/sh
# grade.sh - one pair, whole responses, batches, re-grading of a run.
. "$(dirname "$0")/../support/cli_lib.sh"

run grade --gold '\frac12' --answer 0.5
expect 'grade' 0
has 'verdict, level and reason' out 'equal      L1 rational'
run grade -g '\sqrt2+\sqrt3' -a '\sqrt{5+2\sqrt6}' --explain
has 'closed forms' out 'equal      L3 separation'
has 'explained' out 'gold       2^(1/2)+3^(1/2)'
run grade -g 5 -a 6 --format json
expect 'a difference is no failure' 0
has 'as JSON' out '{"verdict":"different","level":"L1","reason":"integer","extracted":"6","canonical":"6"}'
run grade -g 5 -a ''
expect 'nothing to grade' 3
run grade -g '10\%' -a 0.1
has 'lenient' out 'equal '
run grade -g '10\%' -a 0.1 --strict
has 'strict' out 'different '
run grade -g 0.67 -a 2/3 --round-digits 2
has 'rounded' out 'equal '

printf '%s\n' 'First 3, so \boxed{\frac{14}{4}}.' >response
run grade -g 3.5 -r response
has 'response' out 'equal '
printf '%s\n' 'First 3, so \boxed{7' | "$SHEAF" grade -g 7 -r - >out 2>err
status=$?
expect 'truncated box' 3
has 'truncated box, reason' out 'truncated-box'
echo 'I get 12 apples.' >response
run grade -g 12 -r response --task gsm8k
has 'last number' out 'equal '

printf '%s\n' '{"id":7,"gold":"1/2","response":"so it is \\boxed{0.5}","task":"math"}' '' \
    '{"id":"x","gold":"1","answer":"2"}' >batch
run grade --batch batch --format json --explain
expect 'batch' 0
if [ "$(wc -l <out)" = 2 ]; then ok 'a line for each'; else not_ok 'a line for each' "$(cat out)"; fi
has 'id is copied' out '{"id":7,"verdict":"equal"'
has 'gold explained' out '"gold_canonical":"1/2"'
printf '%s\n' 'no json' '{"gold":"1"}' '[1]' '{"gold":"1","answer":"1"}' >batch
run grade --batch batch
expect 'a bad line' 1
if [ "$(grep -c '^error ' out)" = 3 ] && [ "$(grep -c '^equal ' out)" = 1 ]; then ok 'faults in place'
else not_ok 'faults in place' "$(cat out)"; fi

refused 'no gold' 2 'not given; the right answer wanted' grade -a 5
refused 'no answer' 2 'one of --answer and --response wanted' grade -g 5
refused 'two answers' 2 'given twice' grade -g 5 -a 5 -r response
refused 'pair and batch' 2 'one or the other wanted' grade -g 5 --batch batch
refused 'no such file' 5 'cannot open' grade -g 5 -r nowhere

# a run graded again
printf '%s\n' '{"id":"a","question":"What is 1 + 1?","answer":"2","answer_type":"integer"}' \
    '{"id":"b","question":"What is 2 + 2?","answer":"4","answer_type":"integer"}' >set.jsonl
run eval -m "$MODEL" --data set.jsonl -N 4 -n 24 -t 1 --strategy majority -o run -q
cp run/samples.jsonl before
run score run
expect 'score' 0
has 'nothing changed' out 'changed: 0'
has 'all traces' out 'traces: 8 graded'
has 'task of the run' out 'task gsm8k'
same 'records stay' before run/samples.jsonl
run eval -m "$MODEL" --data set.jsonl -N 16 -n 40 -t 1 --strategy deepconf-online-low --window 4 -o cuts -q
has 'some are cut' cuts/samples.jsonl '"status":"cut"'
run score cuts
has 'what is cut has no answer' out 'changed: 0'
run score run --task generic --format json -o changes.json
expect 'score as JSON' 0
has 'the other task' changes.json '"task":"generic"'
has 'list of changes' changes.json '"changes":['
refused 'no run' 2 'not given' score
refused 'not a run' 5 'cannot open' score nowhere
finish
