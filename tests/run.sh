#!/bin/sh
# Runs the whole suite and prints its count: tests/run.sh BUILD_DIR
#
# Unit tests (cmocka), golden vectors (only where ../shared exists), command-line tests, layer check. Every
# part prints lines `ok NAME` / `not ok NAME: why` / `skip NAME: why`; the last line is the sum.
set -u
build=$1
root=$(cd "$(dirname "$0")/.." && pwd)
log=$build/test.log
: >"$log"

note() { printf '%s\n' "$1" | tee -a "$log"; }

unit() { # one cmocka binary: its tests become ok / not ok lines
    out=$build/tests/$(basename "$1").out
    start=$(date +%s)
    CMOCKA_MESSAGE_OUTPUT=STDOUT timeout 300 "$1" >"$out" 2>&1
    rc=$?
    name=$(basename "$1" _test)
    grep '^\[       OK \]' "$out" | sed "s/^\[       OK \] /ok $name: /" >>"$log"
    if [ $rc -eq 0 ]; then
        note "# $name: $(grep -c '^\[       OK \]' "$out") tests, $(($(date +%s) - start)) s"
    else
        grep '^\[  FAILED  \] [a-z]' "$out" | sort -u | sed "s/^\[  FAILED  \] /not ok $name: /" | tee -a "$log"
        grep -q '^\[  FAILED  \] [a-z]' "$out" || note "not ok $name: exit status $rc"
        sed -n '1,200p' "$out" | grep -v -e '^\[ RUN' -e '^\[       OK' | head -40
    fi
}

script() { # a script that prints its own lines
    timeout 900 sh "$@" >"$build/script.out" 2>&1
    rc=$?
    cat "$build/script.out" >>"$log"
    grep -v '^ok ' "$build/script.out"
    if [ $rc -ne 0 ] && ! grep -q '^not ok' "$build/script.out"; then
        note "not ok $(basename "$1"): exit status $rc"
    fi
    echo "# $(basename "$1"): $(grep -c '^ok ' "$build/script.out") checks"
}

for t in "$build"/tests/*_test; do
    unit "$t"
done
script "$root/tests/layers.sh"
script "$root/tests/golden.sh" "$build"
models=$(mktemp -d)
trap 'rm -rf "$models"' EXIT INT TERM
export SHEAF="$build/sheaf"
for t in "$root"/tests/cli/*.sh; do
    script "$t" "$build" "$models"
done

passed=$(grep -c '^ok ' "$log")
failed=$(grep -c '^not ok ' "$log")
skipped=$(grep -c '^skip ' "$log")
if [ "$failed" -gt 0 ]; then
    echo "# failed:"
    grep '^not ok ' "$log"
fi
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
