# cli_lib.sh - what the command-line tests share. `sh tests/cli/NAME.sh BUILD [MODELS]` works in a folder of its
# own and prints `ok NAME` or `not ok NAME: why` per check; its exit status is 1 when a check failed. $SHEAF is
# the program (BUILD/sheaf); tiny models are made in MODELS when they are not there.
set -u
. "$(dirname "$0")/../support/run_files.sh"
absolute() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }
build=$(absolute "${1:-build}")
SHEAF=$(absolute "${SHEAF:-$build/sheaf}")
[ -x "$SHEAF" ] || { echo "not ok $0: no program $SHEAF"; exit 1; }
unset SHEAF_MODEL SHEAF_THREADS SHEAF_TRACES SHEAF_SEED NO_COLOR 2>/dev/null
failed=0
work=$(mktemp -d) || exit 2
MODELS=$(absolute "${2:-$work}")
MODEL=$MODELS/llama.gguf
[ -f "$MODEL" ] || "$build/tests/make_tiny_model" "$MODEL" llama F32 1 || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2

ok() { echo "ok $1"; }
not_ok() { failed=1; echo "not ok $1: $2"; }

# run ARGS...: the program with its output in files `out` and `err`, its exit status in $status.
run() { "$SHEAF" "$@" >out 2>err </dev/null; status=$?; }

# expect NAME STATUS: of the last run.
expect() {
    if [ "$status" = "$2" ]; then ok "$1"
    else not_ok "$1" "exit status $status, $2 wanted; $(head -c 200 err)"; fi
}

# has NAME FILE TEXT: FILE holds TEXT.
has() { if grep -qF -e "$3" "$2"; then ok "$1"; else not_ok "$1" "no '$3' in: $(head -c 200 "$2")"; fi; }

# one_line NAME: the last run said exactly one line on standard error, beginning with the program's name.
one_line() {
    if [ "$(wc -l <err)" = 1 ] && grep -q '^sheaf: ' err; then ok "$1"
    else not_ok "$1" "standard error: $(head -c 300 err)"; fi
}

# refused NAME STATUS TEXT ARGS...: fails with STATUS, one line that holds TEXT, and no output.
refused() {
    name=$1 wanted=$2 text=$3
    shift 3
    run "$@"
    expect "$name" "$wanted"
    one_line "$name, one line"
    has "$name, message" err "$text"
    if [ -s out ]; then not_ok "$name, silent" "output: $(head -c 100 out)"; fi
}

# same NAME FILE FILE: equal files.
same() { if cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1" "$(diff "$2" "$3" | head -c 300)"; fi; }

finish() { exit $failed; }
