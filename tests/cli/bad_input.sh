#!/bin/sh
# bad_input.sh - models, questions and outputs that cannot work: the right status, one line, nothing left behind.
. "$(dirname "$0")/../support/cli_lib.sh"
quick="-N 2 -n 8 -t 1"

refused 'no such model' 4 'no-such-file.gguf' solve -m ./no-such-file.gguf q
refused 'unknown name' 4 'not-a-model' solve -m not-a-model q
: >empty.gguf
refused 'empty model' 4 'empty.gguf' solve -m ./empty.gguf q
printf 'PK\003\004 something else entirely, and long enough to be a header' >foreign.gguf
refused 'foreign model' 4 'foreign.gguf' solve -m ./foreign.gguf q
for bytes in 4 24 100 5000 60000; do
    head -c $bytes "$MODEL" >cut.gguf
    refused "model of $bytes bytes" 4 'cut.gguf' solve -m ./cut.gguf q
done
refused 'folder for model' 4 '' solve -m . q
refused 'show of a bad model' 4 'empty.gguf' show ./empty.gguf
refused 'bench of a bad model' 4 'empty.gguf' bench -m ./empty.gguf
refused 'inspect of a bad model' 4 'empty.gguf' inspect logits -m ./empty.gguf
refused 'no such adapter' 4 'none.gguf' solve -m "$MODEL" --lora ./none.gguf q

refused 'empty question' 2 'question: is empty' solve -m "$MODEL" -p ''
refused 'blank question' 2 'question: is empty' solve -m "$MODEL" -p '   '
refused 'no question' 2 'question: is empty' solve -m "$MODEL"
refused 'no question file' 2 'none.txt' solve -m "$MODEL" -f none.txt
printf 'what is \377\376?' >bad.txt
refused 'invalid UTF-8' 2 'byte 0xff at offset 8; UTF-8' solve -m "$MODEL" -f bad.txt
printf 'a\000b' >nul.txt
refused 'NUL byte' 2 'byte 0x00 at offset 1' solve -m "$MODEL" -f nul.txt
i=0
while [ $i -lt 3000 ]; do echo 'zq zq zq zq'; i=$((i + 1)); done >long.txt
refused 'prompt longer than the context' 2 'context' solve -m "$MODEL" -f long.txt
refused 'more than the memory' 6 'MiB' solve -m "$MODEL" --mem 1K q

run solve -m "$MODEL" $quick -q --min-share 1 'What is 2 + 2?'
expect 'no answer' 3

# outputs
refused 'output folder is missing' 5 'none/out.json' solve -m "$MODEL" -o none/out.json q
mkdir folder
echo nonsense >folder/run.json
refused 'output is a folder of something else' 2 'run.json' solve -m "$MODEL" -o folder q
if [ "$(cat folder/*)" = nonsense ]; then ok 'nothing changed'; else not_ok 'nothing changed' "$(ls folder)"; fi
"$SHEAF" solve -m "$MODEL" $quick --format json q >&- 2>err </dev/null
status=$?
expect 'closed output' 5
one_line 'closed output, one line'
if [ -w /dev/full ]; then
    "$SHEAF" solve -m "$MODEL" $quick -q --format json q >/dev/full 2>err </dev/null
    status=$?
    expect 'full disk' 5
    has 'full disk, message' err 'No space left'
    "$SHEAF" help solve >/dev/full 2>err
    status=$?
    expect 'full disk, help' 5
    run solve -m "$MODEL" $quick -q --format json -o /dev/full q
    expect 'full device as -o' 5
    if [ -c /dev/full ]; then ok 'device stays a device'; else not_ok 'device stays a device' replaced; fi
fi
{ "$SHEAF" help solve; echo $? >status; } 2>err | head -c 1 >out
if [ -s err ]; then not_ok 'reader went away' "$(cat err)"; else ok 'reader went away'; fi
echo '{"id":1}' | "$SHEAF" inspect tokenize -m "$MODEL" 2>err | head -c 1 >out
if [ -s err ]; then not_ok 'reader of inspect went away' "$(cat err)"; else ok 'reader of inspect went away'; fi
finish
