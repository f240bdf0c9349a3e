#!/bin/sh
# graders.sh - made-up responses graded as the reference graders grade them (tests/graders/README.md): lm-eval's
# two filters of GSM8K without an exception, math-verify but for the listed differences.
graders=$(cd "$(dirname "$0")/../graders" && pwd)
. "$(dirname "$0")/../support/cli_lib.sh"

# filtered FILTER: id, right or wrong, and the answer of every made-up response, as in the .tsv files.
filtered() {
    run grade --batch "$graders/gsm8k.jsonl" --filter "$1" --format json
    expect "$1" 0
    sed -e 's/^{"id":"\([^"]*\)","verdict":"\([a-z_]*\)".*"extracted":\(null\|"[^"]*"\),.*/\1\t\2\t\3/' \
        -e 's/\tequal\t/\tright\t/' -e 's/\t\(different\|no_answer\)\t/\twrong\t/' \
        -e 's/\tnull$/\t[invalid]/' -e 's/"\([^"]*\)"$/\1/' out >ours
}

for f in strict-match flexible-extract; do
    filtered $f
    same "$f is lm-eval's" "$graders/gsm8k.$f.tsv" ours
done
if [ "$(grep -c 'wrong' ours)" -gt 100 ] && [ "$(grep -c 'right' ours)" -gt 100 ]; then ok 'right and wrong ones'
else not_ok 'right and wrong ones' "$(cut -f2 ours | sort | uniq -c)"; fi

run grade --batch "$graders/math.jsonl" --format json
expect 'math' 0
sed -e 's/^{"id":"\([^"]*\)","verdict":"\([a-z_]*\)".*/\1\t\2/' -e 's/\tequal$/\tright/' \
    -e 's/\t\(different\|unknown\|no_answer\)$/\twrong/' out >ours
cut -f1 "$graders/math.differences.tsv" >listed
diff "$graders/math.math-verify.tsv" ours | sed -n 's/^> \([^\t]*\)\t.*/\1/p' >differ
same 'math-verify, but for the listed differences' listed differ

# filters of single answers
run grade --filter strict -g 18 -a '1,8.'
expect 'a filter of an answer' 0
has 'equal by its text' out 'equal         strict-match'
run grade --filter flexible -g 0.5 -a 1/2 --format json --explain
has 'no equal values' out '"verdict":"different","level":"","reason":"flexible-extract","extracted":"1/2","canonical":"1/2","gold_canonical":"0.5"'
printf 'so \\boxed{025}' >response
run grade --filter matharena -g 25 -r response
has 'matharena' out 'equal '
printf 'no number' >response
run grade --filter flexible -g 25 -r response
expect 'nothing found' 3
refused 'a rule of the verifier' 2 '--filter' grade --filter strict -g 1 -a 1 --round-digits 2
refused 'and another' 2 '--filter' grade --filter strict -g 1 -a 1 --strict
finish
