#!/bin/sh
# vote.sh - every strategy at every budget from one run of whole traces: tables, drawing, the scripts that make
# results/. The tiny model has random weights; what is checked is that numbers agree with each other.
tools=$(cd "$(dirname "$0")/../tools" && pwd)
. "$(dirname "$0")/../support/cli_lib.sh"
for i in 1 2 3 4 5 6; do
    echo "{\"id\":\"set/$i\",\"question\":\"What is $i + $i?\",\"answer\":\"$((2 * i))\",\"answer_type\":\"integer\"}"
done >set.jsonl
run eval -m "$MODEL" --data set.jsonl -N 8 -n 60 -t 1 --temp 1.2 -q -o whole --strategy majority
expect 'eval' 0

# is NAME SEEN WANTED
is() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "'$2'; '$3' wanted"; fi; }
# cell STRATEGY K COLUMN: of the CSV in `out`.
cell() {
    awk -F, -v s="$1" -v k="$2" -v name="$3" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["strategy"] == s && $at["k"] == k { print $at[name] }' out
}

# ---- all strategies
run vote whole --strategy all -k 1,2,8 --resamples 10 --format csv
expect 'all' 0
rows=$(($(wc -l <out) - 1))
is 'all, as many at each k' "$(cut -d, -f2 out | sed 1d | sort -n | uniq -c | awk '{ printf "%s ", $1 }')" \
    "$((rows / 3)) $((rows / 3)) $((rows / 3)) "
for s in lowest-keep10 cges cges-stop majority-stop esc adaptive deepconf-online-low deepconf-adaptive steps-cut; do
    is "all, $s" "$(cell $s 8 votes)" 1
done
is 'all, no model is asked' "$(grep -c -e '^probe' -e '^budget-forcing' out)" 0
is 'all, exact majority' "$(cell majority 2 votes)" exact
is 'all, drawn' "$(cell esc 2 votes)" 10
is 'all, one trace is one trace' "$(cut -d, -f1,2,5 out | awk -F, '$2 == 1 { print $3 }' | sort -u | wc -l)" 1
is 'the certificate loses nothing' "$(cell majority-stop 2 diff) $(cell majority-stop 8 diff)" '+0.0 +0.0'
cp out all.csv
run vote whole --strategy all -k 1,2,8 --resamples 10 --format csv -t 3
same 'threads change no number' all.csv out
run vote whole --strategy majority,esc -k 8 --format csv
tokens=$(cell esc 8 tokens)
cp all.csv out
is 'all is each alone' "$(cell esc 8 tokens)" "$tokens"
run vote whole --strategy all -k 2 --resamples 10 --seed 1 --format csv
if cmp -s all.csv out; then not_ok 'another seed, other draws' same; else ok 'another seed, other draws'; fi

# ---- what else is printed
run vote whole --strategy all -k 2,8 --resamples 10 --format md --svg curve.svg
expect 'drawing' 0
has 'best at each k' out '| k | most accurate |'
has 'front' out '| tokens | strategy | k |'
has 'left out' out 'probe, probe-adaptive, budget-forcing'
has 'how draws are numbered' out 'ids are the order drawn'
has 'drawing, file' curve.svg '<svg xmlns='
has 'drawing, data' curve.svg 'set: accuracy against tokens'
has 'drawing, base' curve.svg '>majority</text>'
run vote whole --strategy majority,esc -k 2,8 --resamples 10 --format json
for key in diff_low test p_holm noise saved tokens_stderr front resamples seed; do has "json, $key" out "\"$key\":"; done
refused 'drawing, no folder' 5 'none/curve.svg' vote whole --svg none/curve.svg
run solve -m "$MODEL" -N 4 -n 40 -t 1 -q -o asked/ 'How many?'
refused 'drawing, no grades' 2 'no grades' vote asked --svg curve.svg
refused 'bad threads' 2 '1 to 256 wanted' vote whole -t 0

# ---- a run that goes on: its last problem has a part of its traces
mkdir part
cp whole/tokens.zst part/
head -n 44 whole/samples.jsonl >part/samples.jsonl
sed 's/"status":"done"/"status":"started"/' whole/run.json >part/run.json
run vote part --strategy majority,esc -k 2 --resamples 5 --format csv
is 'the problem in work is left out' "$(cell esc 2 problems)" 5

# ---- the scripts
sh "$tools/strategy_table.sh" -b "$build" -m "$MODEL" -w runs -o res -n 40 -d 5 set.jsonl:4:4:small >out 2>err </dev/null
status=$?
expect 'strategy_table' 0
for file in table.md votes.md votes-serial.md votes.json curve.svg curve-serial.svg results.json; do
    if [ -s res/small/$file ]; then ok "strategy_table, $file"; else not_ok "strategy_table, $file" "$(ls res/small)"; fi
done
cp res/small/votes.md first
sh "$tools/strategy_table.sh" -b "$build" -m "$MODEL" -w runs -o res -n 40 -d 5 set.jsonl:4:4:small >out 2>err </dev/null
same 'strategy_table again' first res/small/votes.md
sh "$tools/strategy_table.sh" -b "$build" set.jsonl:4 >out 2>err </dev/null
status=$?
expect 'strategy_table, bad set' 1
finish
