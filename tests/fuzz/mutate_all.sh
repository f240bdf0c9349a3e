#!/bin/sh
# mutate_all.sh DIR N WHAT...: DIR/mutate_WHAT with N inputs of a fixed seed, each; status 1 when one failed.
set -u
dir=$1 n=$2
shift 2
# ulimit -v would refuse AddressSanitizer its shadow memory.
export ASAN_OPTIONS="hard_rss_limit_mb=2000:${ASAN_OPTIONS:-}"
status=0
for what; do
    "$dir/mutate_$what" "$n" 1 || status=1
done
exit $status
