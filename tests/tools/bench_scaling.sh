#!/bin/sh
# bench_scaling.sh - how speed grows with traces, threads and context: `sheaf bench` runs and their drawings.
#
#   sh tests/tools/bench_scaling.sh [OPTIONS] MODEL.gguf OUT_DIR
#     -b BUILD   the program is BUILD/sheaf (build)
#     -n N       tokens decoded by each trace (32)
#     -r N       runs of a row (5)
#     -T LIST    threads (1,2)
#     -N LIST    traces of the curve over traces (1,2,4,8,16,32,64)
#     -P LIST    contexts of the curves over context (256,512,1024,2048,4096,8192)
#     -M LIST    traces of those (1,8,32)
#
# Each run leaves a JSON file in OUT_DIR and is not repeated while that is there. traces.svg: tokens per second
# against traces, a curve for each number of threads; context.svg: against the shared prompt, a curve for each
# number of traces, with the most threads.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=build gen=32 repeats=5 threads=1,2 traces=1,2,4,8,16,32,64 contexts=256,512,1024,2048,4096,8192 few=1,8,32

usage() { sed -n '2,${/^#/!q;s/^# \{0,1\}//p;}' "$0" >&2; exit 2; }

while getopts b:n:r:T:N:P:M: option; do
    case $option in
    b) build=$OPTARG ;; n) gen=$OPTARG ;; r) repeats=$OPTARG ;; T) threads=$OPTARG ;; N) traces=$OPTARG ;;
    P) contexts=$OPTARG ;; M) few=$OPTARG ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 2 ] || usage
model=$1 out=$2
mkdir -p "$out"
export SHEAF_CEILINGS=skip

words() { echo "$1" | tr ',' ' '; }

# bench NAME THREADS PROMPT TRACES
bench() {
    [ -f "$out/$1.json" ] && return
    echo "bench_scaling: $1" >&2
    "$build/sheaf" bench -m "$model" -t "$2" -p "$3" -N "$4" -n "$gen" -r "$repeats" -q --format json >"$out/$1.part"
    mv "$out/$1.part" "$out/$1.json"
}

name=$(basename "$model" .gguf)
set --
for t in $(words "$threads"); do
    bench "traces-t$t" "$t" 128 "$traces"
    set -- "$@" "$t thread$([ "$t" = 1 ] || echo s)=$out/traces-t$t.json"
done
python3 "$here/bench_plot.py" --title "$name: 128 shared tokens, $gen new" "$out/traces.svg" "$@"
set --
for n in $(words "$few"); do
    for p in $(words "$contexts"); do
        bench "context-$p-n$n" "$t" "$p" "$n"
        set -- "$@" "$n trace$([ "$n" = 1 ] || echo s)=$out/context-$p-n$n.json"
    done
done
python3 "$here/bench_plot.py" --x prompt --title "$name: $t thread$([ "$t" = 1 ] || echo s), $gen new tokens" \
    "$out/context.svg" "$@"
