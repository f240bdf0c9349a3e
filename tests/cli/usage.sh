#!/bin/sh
# usage.sh - help, version, misspelled names, values out of range.
. "$(dirname "$0")/../support/cli_lib.sh"

run --version
expect version 0
has 'version names the program' out 'sheaf '
run --help
expect overview 0
has 'overview lists solve' out 'solve'
for command in solve eval bench show pull list inspect completion; do
    run help $command
    expect "help $command" 0
    has "help $command, usage" out "Usage: sheaf $command"
    cp out first
    run $command --help
    same "$command --help is help $command" first out
done
run help solve
for option in --traces --parallel --max-tokens --seed --temperature --top-k --top-p --min-p --strategy --vote \
    --warmup --keep --variant --window --tau --min-ballots --min-share --format --only-trace --lora --mem; do
    has "help names $option" out "$option"
done
run completion bash
expect completion 0
cp out completion.bash
if command -v bash >/dev/null; then
    if bash -n completion.bash; then ok 'completion is bash'; else not_ok 'completion is bash' 'syntax'; fi
fi
run solve --strategy list
expect 'strategy list' 0
has 'strategy list, online' out deepconf-online
run solve --vote list
expect 'vote list' 0

refused 'unknown option' 2 'did you mean --traces?' solve --trcaes 3 q
refused 'unknown command' 2 'did you mean solve?' slove
refused 'unknown command with operand' 2 'did you mean solve?' slove 'What is 2+2?'
refused 'unknown command in help' 2 'did you mean bench?' help benhc
refused 'unknown strategy' 2 'did you mean deepconf-online?' solve -m "$MODEL" --strategy deepconf-onlin q
refused 'unknown word' 2 "'xml' given; one of: text json wanted" solve --format xml q
refused 'no value' 2 'no value given' solve q --seed
refused 'value too small' 2 "'0' given; a whole number from 1 to 4096 wanted" solve -N 0 q
refused 'value too large' 2 "'4097' given" solve --traces=4097 q
refused 'no number' 2 "'many' given" solve --budget many q
refused 'not finite' 2 "'nan' given" solve --temp nan q
refused 'flag with value' 2 'takes no value' solve --raw=yes q
refused 'bad bytes' 2 'bytes such as' solve --mem lots q
refused 'question twice' 2 'given more than once' solve -p a -f b
refused 'two operands' 2 'operand too many' solve what next
refused 'bench list' 2 'with commas' bench -m "$MODEL" --traces 1,x
refused 'inspect nothing' 2 'WHAT is missing' inspect
refused 'inspect unknown' 2 'nothing of this name' inspect nonsense
refused 'inspect without model' 2 'none given' inspect tokenize

SHEAF_TRACES=none "$SHEAF" solve -m "$MODEL" q >out 2>err
status=$?
expect 'bad environment' 2
has 'bad environment, message' err 'SHEAF_TRACES'
finish
