#!/bin/sh
# example.sh - examples/solve.c, built by the Makefile from public headers and the static library, gives what its
# first lines promise.
. "$(dirname "$0")/../support/cli_lib.sh"
example=$build/tests/example_solve

"$example" "$MODEL" 'What is 2 + 2?' >out 2>err
status=$?
expect 'example runs' 0
if [ "$(grep -c '^trace [0-7]: ' err)" = 8 ]; then ok 'an event for each trace'
else not_ok 'an event for each trace' "$(cat err)"; fi
has 'example answers' out 'no answer'
"$example" "$MODEL.missing" q >out 2>err
status=$?
expect 'example with a missing model' 1
has 'example says why' err missing
"$example" >out 2>err
status=$?
expect 'example without operands' 2
finish
