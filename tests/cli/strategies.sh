#!/bin/sh
# strategies.sh - strategies and the rules that override parts of them: names, lists, refusals, what a run says it
# did, and decisions that do not depend on how many traces run at once.
. "$(dirname "$0")/../support/cli_lib.sh"

# every name in every list, with a paper where there is one
for option in strategy cut vote stop; do
    run solve --$option list
    expect "--$option list" 0
    if [ "$(grep -c '  ' out)" = "$(wc -l <out)" ]; then ok "--$option list explains"; else not_ok "--$option list explains" "$(cat out)"; fi
done
run solve --strategy list
for name in single best-of-n self-consistency majority majority-consensus esc adaptive adaptive-weighted borda cisc \
    cges distri deepconf-offline deepconf-online deepconf-online-low deepconf-online-high probe budget-forcing auto; do
    if grep -q "^$name  *[^ ]" out; then ok "lists $name"; else not_ok "lists $name" "$(cat out)"; fi
done
for paper in 2203.11171 2401.10480 2305.11860 2502.18581 2502.06233 2511.02603 2603.03872 2508.15260 2412.20993 \
    2501.19393; do
    has "names arXiv:$paper" out "arXiv:$paper"
done

refused 'misspelled cut' 2 'did you mean confidence?' solve -m "$MODEL" --cut confidense q
refused 'misspelled vote' 2 'did you mean borda?' solve -m "$MODEL" --vote bordo q
refused 'misspelled stop' 2 'did you mean beta?' solve -m "$MODEL" --stop betta q
refused 'certificate of a weighted vote' 2 'one vote per trace' solve -m "$MODEL" -q -n 8 --stop certificate --vote borda q
refused 'answer type' 2 'answer-type' solve -m "$MODEL" --answer-type colour q

# a run says which rules it had
run solve -m "$MODEL" -N 4 -n 16 --strategy majority --cut confidence --vote tail --stop esc --format json q
for field in '"strategy":"majority"' '"cut_rule":"confidence"' '"vote_rule":"tail"' '"stop_rule":"esc"' '"why":null'; do
    has "JSON has $field" out "$field"
done
run solve -m "$MODEL" -N 4 -n 16 --strategy majority --vote tail q
has 'text names the rules' out 'cut none, vote tail, stop none'

# auto chooses and says why
run solve -m "$MODEL" -N 1 -n 16 --strategy auto q
has 'auto, one trace' out 'single, seed'
has 'auto says why' out 'chosen     one trace'
has 'auto says it beforehand' err 'strategy single: one trace'
run solve -m "$MODEL" -N 64 -n 16 --thinking off --strategy auto --format json q
has 'auto, short traces' out '"strategy":"adaptive"'

# every strategy runs, and gives the same traces at any number at once
for name in $("$SHEAF" solve --strategy list | cut -d' ' -f1); do
    for parallel in 1 6; do
        run solve -m "$MODEL" -N 6 -n 24 --warmup 2 --probe-every 8 --no-certificate --tau 2 --strategy "$name" \
            --parallel $parallel --format json -v q
        expect "$name runs, $parallel at once" 3
        untimed out | sed 's/"overshoot":[0-9]*//g' >"$name.$parallel"
    done
    case $name in
    # what runs beside a trace that is not judged yet goes past its cut, to another end
    deepconf-*) ;;
    *) same "$name does not depend on the number at once" "$name.1" "$name.6" ;;
    esac
done
finish
