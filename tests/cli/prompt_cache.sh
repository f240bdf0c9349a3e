#!/bin/sh
# prompt_cache.sh - beginnings of prompts kept in a file: the same traces, and what the file refuses.
. "$(dirname "$0")/../support/cli_lib.sh"
H1=$MODELS/falcon-h1.gguf
[ -f "$H1" ] || "$build/tests/make_tiny_model" "$H1" falcon-h1 F32 1 || exit 2
words='one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen'
ask() { # OUT MODEL ARGS: tokens of the traces, and how much of the prompt was found
    target=$1 model=$2
    shift 2
    run solve -m "$model" -N 3 -n 12 --format json -v "$@" "$words $words. What is 2 + 2?"
    sed 's/.*"prompt_cached":\([0-9]*\).*/\1/' out >"$target.cached"
    untimed out | sed 's/"prompt_cached":[0-9]*//' >"$target"
}
for model in "$MODEL" "$H1"; do
    name=$(basename "$model" .gguf)
    rm -f p.cache
    ask plain "$model"
    ask first "$model" --prompt-cache p.cache
    if [ -s p.cache ]; then ok "$name: the file is written"; else not_ok "$name: the file is written" "none"; fi
    ask second "$model" --prompt-cache p.cache
    same "$name: the first run is as without" plain first
    same "$name: the second run is as without" plain second
    if [ "$(cat first.cached)" = 0 ] && [ "$(cat second.cached)" -ge 64 ]; then ok "$name: tokens found"
    else not_ok "$name: tokens found" "$(cat first.cached), then $(cat second.cached)"; fi
done
refused 'cache of another model' 4 'made for model' solve -m "$MODEL" -n 4 --prompt-cache p.cache 'What is 2 + 2?'
refused 'cache of another precision' 4 'made for model' solve -m "$H1" -n 4 --state-type f32 --prompt-cache p.cache 'What is 2 + 2?'
printf 'x' >>p.cache
refused 'damaged cache' 4 'checksum' solve -m "$H1" -n 4 --prompt-cache p.cache 'What is 2 + 2?'
echo nonsense >p.cache
refused 'not a cache' 4 'not a prompt cache' solve -m "$H1" -n 4 --prompt-cache p.cache 'What is 2 + 2?'
finish
