#!/bin/sh
# compare_graders.sh - Sheaf's grading beside the reference graders, as in results/graders/README.md.
#
#   sh tests/tools/compare_graders.sh [BUILD [PYTHON [MATH500.jsonl [RUN...]]]]
#
# PYTHON has lm-eval and math-verify (pip install lm-eval math-verify), RUN is a directory that `sheaf eval` wrote.
# Exit status 1 when a grader agrees on less than 99.5 %.
set -u
tools=$(cd "$(dirname "$0")" && pwd)
build=${1:-build} python=${2:-python3} math500=${3:-../shared/datasets/math500.jsonl}
[ $# -ge 3 ] && shift 3 || shift $#
export PYTHONDONTWRITEBYTECODE=1
for module in lm_eval math_verify; do
    "$python" -c "import $module" 2>/dev/null || { echo "skip graders: no $module for $python (pip)"; exit 0; }
done
. "$tools/../support/run_files.sh"
runs=
for run; do runs="$runs --traces $run/samples.jsonl"; done

# shellcheck disable=SC2086  # options are words
status=0
echo "## GSM8K beside lm-eval"
echo
"$python" "$tools/compare_lm_eval.py" --sheaf "$build/sheaf" $runs || status=1
echo
echo "## MATH-500 beside math-verify"
echo
"$python" "$tools/compare_math_verify.py" --sheaf "$build/sheaf" $runs "$math500" || status=1
exit $status
