#!/bin/sh
# report.sh - tables and pages of stored runs; comparisons and their refusals.
. "$(dirname "$0")/../support/cli_lib.sh"
n_problems=6
i=1
while [ $i -le $n_problems ]; do
    echo "{\"id\":\"set/$i\",\"question\":\"What is $i + $i?\",\"answer\":\"$((2 * i))\",\"answer_type\":\"integer\"}"
    i=$((i + 1))
done >set.jsonl
head -4 set.jsonl >four.jsonl

measure() { run eval -m "$MODEL" --data set.jsonl -N 4 -n 24 -t 1 -q "$@"; }
measure -o a
expect 'run' 0
measure -o b -s 1
expect 'another' 0
run eval -m "$MODEL" --data four.jsonl -N 4 -n 24 -t 1 -q -o short
expect 'a shorter one' 0

# one run
run report a --format md
expect 'tables' 0
same 'those of the run' out a/table.md
run report a
expect 'plain tables' 0
has 'Wilson interval' out 'Wilson %'
has 'Clopper-Pearson interval' out 'Exact %'
has 'pass@k' out 'k  pass@k %'
run report a --format csv
has 'CSV' out 'wilson_low,wilson_high,exact_low,exact_high'
run report a --format latex --rule majority --rule pass@1 -o table.tex
expect 'LaTeX into a file' 0
has 'tabular' table.tex '\begin{tabular}{lllrrrrrrrr}'
has 'escaped' table.tex 'Value \%'
if [ "$(grep -c ' & cons@4 & ' table.tex)" = 1 ]; then ok 'one rule alone'; else not_ok 'one rule alone' "$(cat table.tex)"; fi

# a page
run report a --html page.html
expect 'page' 0
has 'it is one' page.html '</html>'
has 'problems' page.html '<th scope="row">set/6</th>'
has 'charts' page.html 'Accuracy against tokens'
has 'coloured traces' page.html '<span class="c0">'
if grep -q '<script\|http://\|https://' page.html; then not_ok 'nothing to fetch' "$(grep -o '.\{20\}http.\{20\}' page.html | head -1)"
else ok 'nothing to fetch'; fi
run report a --html small.html --traces 1 --trace-size 10
expect 'small page' 0
if [ "$(grep -c '<details class="trace">' small.html)" = $n_problems ]; then ok 'one trace each'
else not_ok 'one trace each' "$(grep -c '<details class="trace">' small.html)"; fi
has 'texts are cut' small.html 'bytes are left out here'
run report a --html other.html --from deepconf-online-low
has 'another strategy' other.html 'traces of deepconf-online-low'

# two runs
run report a b
expect 'comparison' 0
has 'paired' out 'B minus A'
has 'cost' out 'Tokens A'
cp out first
run report a b
same 'the same every time' first out
run report a b --format csv
has 'comparison as CSV' out 'bootstrap_low,bootstrap_high,p,a_better,b_better'
run report a a --rule majority --format csv
has 'no difference to itself' out ',0,0,0,0,1,0,0'
run report a b --html both.html
has 'comparison in the page' both.html '<h2>Comparison</h2>'

# a run that is not over, and one that lost its end
cp -r a partial
sed -i 's/"status":"done"/"status":"started"/' partial/run.json
head -30 a/votes.jsonl >partial/votes.jsonl
run report partial
expect 'part of a run' 0
has 'says so' err 'not over'
run report partial --html partial.html
has 'page of a part' partial.html 'problems are done: the run is not over'
cp -r a torn
head -c 20000 a/votes.jsonl >torn/votes.jsonl
run report torn --html torn.html
expect 'torn votes' 0

# refused
refused 'other problems' 2 'set/5' report a short
refused 'no run' 2 'not given' report
refused 'no such run' 5 'nothere' report nothere
refused 'three runs' 2 '' report a b a
refused 'unknown rule' 2 'nonsense' report a --rule nonsense
refused 'unknown strategy' 2 'nonsense' report a --html x.html --from nonsense
run solve -m "$MODEL" -N 2 -n 8 -t 1 -o solved/ 'What is 1 + 1?'
refused 'no evaluation' 2 'sheaf eval' report solved
sed -i 's#sheaf.run/3#sheaf.run/1#' torn/run.json
refused 'a run of another format' 2 'sheaf.run/1' report torn
refused 'page into a missing folder' 5 'none/x.html' report a --html none/x.html
finish
