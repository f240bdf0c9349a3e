#!/bin/sh
# store.sh - run directories: votes and single traces from the store, one trace again, kills, old formats, a full
# disk. The tiny model has random weights; what is checked is that replays are the runs.
tools=$(cd "$(dirname "$0")/../tools" && pwd)
. "$(dirname "$0")/../support/cli_lib.sh"
i=1
while [ $i -le 6 ]; do
    echo "{\"id\":\"set/$i\",\"question\":\"What is $i + $i?\",\"answer\":\"$((2 * i))\",\"answer_type\":\"integer\"}"
    i=$((i + 1))
done >set.jsonl
measure() { run eval -m "$MODEL" --data set.jsonl -N 16 -n 60 -t 1 --temp 1.2 -q "$@"; }
ask() { run solve -m "$MODEL" -N 8 -n 40 -t 1 --temp 1.2 -q "$@"; }

# ---- votes: those of the evaluation, from its whole traces
measure -o whole --strategy majority,deepconf-online-low,deepconf-online-high --format csv
expect 'eval' 0
cp out eval.csv
run vote whole --format json
expect 'vote' 0
for s in deepconf-online-low deepconf-online-high; do
    tokens=$(sed -n "s/.*\"strategy\":\"$s\",\"k\":16[^}]*\"tokens\":\([0-9.]*\).*/\1/p" out | head -1)
    real=$(sed -n "s/.*\"strategy\":\"$s\".*\"tokens\":\([0-9]*\),\"seconds\".*/\1/p" whole/votes.jsonl |
        awk '{ sum += $1 } END { printf "%.10g", sum / NR }')
    if [ "$(printf '%.6f' "${tokens:-0}")" = "$(printf '%.6f' "$real")" ]; then ok "$s replayed has its tokens"
    else not_ok "$s replayed has its tokens" "$tokens replayed, $real when it ran"; fi
done
run vote whole --strategy majority,lowest -k 4,16 --format md
expect 'vote as Markdown' 0
has 'drawn' out '| lowest | 4 | 6 | 100 |'
has 'exact' out '| majority | 4 | 6 | exact |'
has 'all' out '| lowest | 16 | 6 | 1 |'
run vote whole --strategy majority --format csv
has 'vote as CSV' out 'strategy,k,problems,votes,accuracy %'
run vote whole --strategy list
has 'strategies and rules listed' out 'lowest-keep10'
rm -f whole/index.sqlite
run vote whole --strategy majority,esc -k 8
cp out first
if [ -f whole/index.sqlite ]; then ok 'index made'; else not_ok 'index made' "$(ls whole)"; fi
run vote whole --strategy majority,esc -k 8
same 'the index changes nothing' first out
echo junk >whole/index.sqlite
run vote whole --strategy majority,esc -k 8
same 'nor does a broken one' first out
refused 'unknown strategy' 2 'neither a strategy nor a vote rule' vote whole --strategy best-guess
refused 'too many traces' 2 'no problem has so many' vote whole -k 17
refused 'no such problem' 2 'no traces of problem' vote whole --problem set/7
refused 'no such source' 2 'no traces of' vote whole --from single
refused 'needs a model' 2 'cannot be replayed' vote whole --strategy probe
refused 'no run' 2 'not given' vote
refused 'not a run' 5 'run.json' vote "$work"
refused 'bad k' 2 'numbers' vote whole -k 4,x

# ---- one trace
run trace whole 3 --problem set/2
expect 'trace' 0
has 'trace names its problem' out 'set/2'
has 'trace has its confidence' out 'lowest group'
if grep -q "$(printf '\033')" out; then not_ok 'no colour off a terminal' "$(head -c 200 out)"
else ok 'no colour off a terminal'; fi
run trace whole 0 --color always
has 'colour when asked' out "$(printf '\033[32m')"
has 'legend' out 'token confidence in nats'
(NO_COLOR=1 "$SHEAF" trace whole 0 >out 2>err)
if grep -q "$(printf '\033')" out; then not_ok 'NO_COLOR' ''; else ok 'NO_COLOR'; fi
run trace whole 0 --problem set/1 --strategy majority --format json
expect 'trace as JSON' 0
has 'its confidences' out '"confidence":['
refused 'no such trace' 2 'no such trace' trace whole 99
refused 'no number' 2 'number' trace whole x
refused 'no id' 2 'RUN ID' trace whole

# ---- one trace again
measure -o whole --strategy majority,deepconf-online-low,deepconf-online-high --only-trace 7
expect 'eval --only-trace' 0
same_lines=$(grep -c ': same ' out)
if [ "$same_lines" = 18 ]; then ok 'every trace 7 is the same'; else not_ok 'every trace 7 is the same' "$same_lines of 18: $(grep -v ': same ' out)"; fi
measure -o whole --strategy majority,deepconf-online-low,deepconf-online-high --only-trace 7 --only-problem set/3
if [ "$(wc -l <out)" = 3 ]; then ok 'one problem'; else not_ok 'one problem' "$(cat out)"; fi
measure -o whole --strategy majority --only-trace 7
expect 'other settings are refused' 2
refused '--only-trace without -o' 2 'needs -o' eval -m "$MODEL" set.jsonl --only-trace 1

# ---- solve
ask -o asked/ 'How many?'
cp out answer
has 'solve keeps its traces' asked/run.json '"status":"done"'
if [ "$(wc -l <asked/samples.jsonl)" = 8 ]; then ok 'all of them'; else not_ok 'all of them' "$(wc -l <asked/samples.jsonl)"; fi
cp asked/samples.jsonl before
ask -o asked 'How many?'
same 'the same answer from the records' answer out
same 'nothing is written twice' before asked/samples.jsonl
run vote asked --strategy majority,lowest
expect 'vote on a question' 0
has 'answers, not accuracy' out 'answer'
ask -o asked 'How many?' --only-trace 5
expect 'solve --only-trace' 0
has 'the same trace' out 'trace 5: same '
ask -o asked 'How many?' --only-trace 5 -s 1
expect 'another seed is another run' 2
refused 'another question is another run' 2 'question' solve -m "$MODEL" -N 8 -n 40 -t 1 --temp 1.2 -q -o asked 'How few?'
ask -o asked 'How few?' --redo
has '--redo starts anew' asked/run.json 'How few?'

# the record of another trace in its place: not the same bits
ask -o other/ 'How many?' --seed 3
sed 's/"run_id":"[0-9a-f]*"/"run_id":"0000000000000000"/' other/run.json >run.json
cp run.json other/run.json
ask -o other 'How many?' --seed 3 --only-trace 2
expect 'records of another run are not used' 2

# ---- what an older version wrote
mkdir old
echo '{"schema":"sheaf.run/1","run_id":"0123456789abcdef","status":"done","config":{}}' >old/run.json
refused 'old format, vote' 2 'sheaf.run/1' vote old
refused 'old format, eval' 2 'sheaf.run/1' eval -m "$MODEL" -q set.jsonl -o old
refused 'old format, trace' 2 'sheaf.run/3' trace old 1

# ---- a full disk: exit 5, and what is there is whole
(
    trap '' XFSZ
    ulimit -f 24
    "$SHEAF" eval -m "$MODEL" --data set.jsonl -N 16 -n 60 -t 1 --temp 1.2 -q -o full \
        --strategy majority,deepconf-online-low,deepconf-online-high >out 2>err </dev/null
)
status=$?
expect 'full disk' 5
one_line 'full disk, one line'
run vote full --strategy majority
expect 'a full disk leaves a store to vote on' 0
measure -o full --strategy majority,deepconf-online-low,deepconf-online-high --format csv
expect 'room again' 0
untime_csv() { cut -d, -f1-8 "$1"; }
untime_csv out >first
untime_csv eval.csv >second
same 'as if never full' first second

# ---- kill -9
for f in run.json.tmp.aB3xYz results.json.tmp.000000 notes.tmp.aB3xYz; do echo >full/$f; done
measure -o full --strategy majority,deepconf-online-low,deepconf-online-high --format csv
if [ "$(ls full | grep tmp)" = notes.tmp.aB3xYz ]; then ok 'what a killed write left goes, nothing else'
else not_ok 'what a killed write left goes, nothing else' "$(ls full)"; fi
kills=$(sh "$tools/kill_eval.sh" 10 "$build")
case $kills in ok*) echo "$kills" ;; *) not_ok 'kill -9' "$kills" ;; esac
finish
