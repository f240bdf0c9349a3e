#!/bin/sh
# strategy_table.sh - every strategy at every budget, measured: one run of whole traces per set, then all votes
# replayed from it, as tables and drawings.
#
#   sh tests/tools/strategy_table.sh [OPTIONS] SET.jsonl:PROBLEMS:TRACES:NAME ...
#     -b BUILD   the program is BUILD/sheaf (build)
#     -m MODEL   path or name (default)
#     -w DIR     where runs are kept and taken up again (strategy-runs)
#     -o DIR     where results go, DIR/NAME (results)
#     -n N       most tokens of a trace (1024)
#     -d N       draws a problem below all traces (200)
#
# What `make strategies` runs: the first 100 problems of GSM8K's test set and the first 50 of MATH-500, 32 traces each.
# A run that was interrupted goes on where it was; one that is done is only voted on, which takes minutes. The run's
# directory is DIR/NAME; SET may be a name of `sheaf tasks`; answers are graded by the verifier. --temp, --seed and the like are the defaults of `sheaf eval`.
set -eu
build=build model=default runs=strategy-runs results=results max_tokens=1024 draws=200

usage() { sed -n '2,${/^#/!q;s/^# \{0,1\}//p;}' "$0" >&2; exit 2; }
die() { echo "strategy_table: $1" >&2; exit 1; }

while getopts b:m:w:o:n:d: option; do
    case $option in
    b) build=$OPTARG ;; m) model=$OPTARG ;; w) runs=$OPTARG ;; o) results=$OPTARG ;; n) max_tokens=$OPTARG ;;
    d) draws=$OPTARG ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || usage
sheaf=$build/sheaf
[ -x "$sheaf" ] || die "$sheaf: no such program"

# budgets N: 1,2,4,.. and N
budgets() {
    k=1 list=''
    while [ $k -lt "$1" ]; do list=$list$k,; k=$((2 * k)); done
    echo "$list$1"
}

# vote RUN OUT TRACES SUFFIX OPTIONS...: the tables of one way to count tokens.
vote() {
    run=$1 to=$2 ks=$(budgets "$3") suffix=$4
    shift 4
    "$sheaf" vote "$run" --strategy all -k "$ks" --resamples "$draws" "$@" --format md --svg "$to/curve$suffix.svg" \
        >"$to/votes$suffix.md"
    "$sheaf" vote "$run" --strategy all -k "$ks" --resamples "$draws" "$@" --format json >"$to/votes$suffix.json"
}

for job in "$@"; do
    IFS=: read -r set problems traces name <<JOB
$job
JOB
    case $problems$traces in '' | *[!0-9]*) die "'$job' given; SET.jsonl:PROBLEMS:TRACES:NAME wanted" ;; esac
    [ -n "${name:-}" ] || die "'$job' given; SET.jsonl:PROBLEMS:TRACES:NAME wanted"
    mkdir -p "$runs" "$results/$name"
    "$sheaf" eval -m "$model" --data "$set" --limit "$problems" -N "$traces" -n "$max_tokens" \
        --strategy majority --filter exact -o "$runs/$name" --format md >"$results/$name/table.md"
    cp "$runs/$name/run.json" "$runs/$name/results.json" "$results/$name/"
    vote "$runs/$name" "$results/$name" "$traces" ''
    # what the papers count: one trace after the other, none running when the stop comes
    vote "$runs/$name" "$results/$name" "$traces" -serial --parallel 1
    echo "$results/$name: table.md, votes.md, votes-serial.md and their drawings"
done
