#!/bin/sh
# long.sh BUILD SECONDS TARGET...: runs BUILD/tests/fuzz_TARGET for so long, each. The corpus in
# BUILD/corpus/TARGET grows from run to run, beside tests/fuzz/corpus/TARGET where there is one; inputs
# that failed are left in BUILD/findings.
set -u
build=$1 seconds=$2
shift 2
here=$(dirname "$0")
status=0
mkdir -p "$build/findings"
for target; do
    corpus=$build/corpus/$target
    mkdir -p "$corpus"
    if [ -x "$build/tests/mutate_$target" ] && [ -z "$(ls "$corpus")" ]; then
        "$build/tests/mutate_$target" 300 1 0 "$corpus" >/dev/null
    fi
    dictionary=$here/$target.dict
    [ -f "$dictionary" ] && set_dictionary=-dict=$dictionary || set_dictionary=
    kept=$here/corpus/$target
    [ -d "$kept" ] || kept=
    # shellcheck disable=SC2086  # an empty option must vanish
    "$build/tests/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=1 -verbosity=0 $set_dictionary -artifact_prefix="$build/findings/$target-" \
        "$corpus" $kept >"$build/$target.log" 2>&1
    rc=$?
    echo "fuzz_$target: status $rc, $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log") inputs"
    [ $rc -eq 0 ] || { status=1; grep -m 5 -e ERROR -e SUMMARY -e 'broken promise' -e 'runtime error' "$build/$target.log"; }
done
exit $status
