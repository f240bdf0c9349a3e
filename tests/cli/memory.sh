#!/bin/sh
# memory.sh - what `sheaf show` plans is what a process takes, within 5 %, for every family: in all, for each trace
# and for each token. The tiny models are small, but 65 sessions of 8,192 tokens of theirs are 70 to 400 MB.
. "$(dirname "$0")/../support/cli_lib.sh"
taken=$build/tests/memory_taken
make_model=$build/tests/make_tiny_model
PROMPT=256

# field KEY: its number in the plan of the last run.
field() { tr ',{}' '\n\n\n' <out | sed -n "/^\"$1\":/{s/.*://;p;}" | tail -n 1; }

# close_to NAME TAKEN PLANNED
close_to() {
    if awk -v t="$2" -v p="$3" 'BEGIN { exit !(p > 0 && t > 0.95 * p && t < 1.05 * p) }'; then ok "$1"
    else not_ok "$1" "$2 bytes taken, $3 planned"; fi
}

# per N A B: (B - A) / N
per() { echo $((($3 - $2) / $1)); }

show() { run show "$model" --prompt $PROMPT --traces "$1" --ctx-size "$2" --format json; }

model=$work/m.gguf
"$make_model" "$model" llama || exit 2
"$taken" "$model" 1 8 16 >small
if [ $? = 77 ]; then
    echo 'skip memory: the sanitizer takes memory of its own'
    exit 0
fi
for variant in $("$make_model" --list); do
    "$make_model" "$model" "$variant" || exit 2
    all=$("$taken" "$model" 64 $PROMPT 8192) && longer=$("$taken" "$model" 64 $PROMPT 9216) &&
        few=$("$taken" "$model" 60 $PROMPT 384) && many=$("$taken" "$model" 250 $PROMPT 384) ||
        { not_ok "memory of $variant" 'no run'; continue; }
    show 64 8192
    expect "plan of $variant" 0
    close_to "memory of $variant" "$all" $(($(field kv) + $(field state) + $(field scratch)))
    close_to "token of $variant" "$(per $((1024 * 65)) "$all" "$longer")" "$(field token)"
    show 64 384
    close_to "trace of $variant" "$(per 190 "$few" "$many")" "$(field trace)"
done
finish
