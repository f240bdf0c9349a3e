#!/bin/sh
# hostile.sh - files that are no model, or no longer one: exit status 4 and exactly one line, whatever they hold.
. "$(dirname "$0")/../support/cli_lib.sh"

# ---- pieces of GGUF files, little-endian, numbers below 256 --------------------------------------------------

u32() { printf "\\$(printf %03o "$1")\\0\\0\\0"; }
u64() { u32 "$1"; printf '\0\0\0\0'; }
minus_one() { printf '\377\377\377\377\377\377\377\377'; }
string() { u64 "$(printf %s "$1" | wc -c)"; printf %s "$1"; }
kv_text() { string "$1"; u32 8; string "$2"; }
kv_u32() { string "$1"; u32 4; u32 "$2"; }
preamble() { printf GGUF; u32 3; u64 "$1"; u64 "$2"; } # tensors, keys

# patched OFFSET: standard input over a copy of the model at OFFSET, in patched.gguf.
patched() {
    cp "$MODEL" patched.gguf
    dd of=patched.gguf bs=1 seek="$1" conv=notrunc 2>/dev/null
}

# unfit NAME FILE TEXT: solving with the file as a model fails as it should.
unfit() { refused "$1" 4 "$3" solve -m "$2" -N 1 -n 1 q; }

# ---- cut short -----------------------------------------------------------------------------------------------

size=$(wc -c <"$MODEL")
for bytes in 0 1 3 4 7 8 16 23 24 31 40 200 2000 9000 20000 $((size / 2)) $((size - 1)); do
    head -c "$bytes" "$MODEL" >cut.gguf
    unfit "first $bytes bytes" ./cut.gguf 'cut.gguf'
done
tail -c +2 "$MODEL" >cut.gguf
unfit 'without the first byte' ./cut.gguf '47 47 55 46 (GGUF) wanted'

# ---- not a model at all ----------------------------------------------------------------------------------------

printf 'PK\003\004\024\000\000\000\010\000 a zip archive, more or less' >foreign
unfit 'zip archive' ./foreign '50 4b 03 04'
printf 'Once upon a time there was a file.\nIt was text.\n' >foreign
unfit 'text' ./foreign '4f 6e 63 65'
printf '{"model_type": "llama"}' >foreign
unfit 'JSON' ./foreign 'GGUF'
unfit 'a program' "$SHEAF" '7f 45 4c 46'
head -c 100000 /dev/zero >foreign
unfit 'zeros' ./foreign '00 00 00 00'
head -c 100000 /dev/zero | tr '\0' '\377' >foreign
unfit 'ones' ./foreign 'ff ff ff ff'
mkdir folder
unfit 'folder' ./folder 'directory'
unfit 'device' /dev/zero 'special file'
mkfifo pipe
unfit 'named pipe' ./pipe 'special file'
ln -s loop loop
unfit 'link to itself' ./loop 'loop'

# ---- changed in one place --------------------------------------------------------------------------------------

printf 'gguf' | patched 0
unfit 'magic number' ./patched.gguf '67 67 75 66'
printf 'GGML' | patched 0
unfit 'older format' ./patched.gguf 'GGUF'
u32 1 | patched 4
unfit 'version 1' ./patched.gguf 'version 1; 2 or 3 wanted'
u32 4 | patched 4
unfit 'version 4' ./patched.gguf 'version 4'
printf '\0\0\0\003' | patched 4
unfit 'big-endian' ./patched.gguf 'big-endian'
minus_one | patched 8
unfit 'tensor count -1' ./patched.gguf 'tensor count is -1'
u64 255 | patched 8
unfit 'too many tensors' ./patched.gguf 'patched.gguf'
minus_one | patched 16
unfit 'key count -1' ./patched.gguf 'metadata count is -1'
u64 1 | patched 16
unfit 'too few keys' ./patched.gguf 'patched.gguf'
minus_one | patched 24
unfit 'endless key' ./patched.gguf 'key of 18446744073709551615 bytes'
u32 99 | patched 52
unfit 'unknown value type' ./patched.gguf 'value type is 99'
u64 0 | patched 8
unfit 'vocabulary without tensors' ./patched.gguf 'tensor is missing'

# ---- sound GGUF, but no model that can be run ------------------------------------------------------------------

preamble 0 0 >other.gguf
unfit 'nothing inside' ./other.gguf 'general.architecture'
{ preamble 0 4; kv_text general.type adapter; kv_text general.architecture llama
  kv_text adapter.type lora; string adapter.lora.alpha; u32 6; printf '\0\0\0\101'; } >adapter.gguf
unfit 'adapter in place of a model' ./adapter.gguf 'general.type is "adapter"; a model is wanted'
{ preamble 0 1; kv_text general.type mmproj; } >other.gguf
unfit 'projector' ./other.gguf 'a model is wanted'
{ preamble 0 2; kv_text general.architecture llama; kv_text general.architecture llama; } >other.gguf
unfit 'key twice' ./other.gguf 'occurs twice'
{ preamble 0 1; kv_u32 general.architecture 1; } >other.gguf
unfit 'architecture is a number' ./other.gguf 'general.architecture'
{ preamble 0 1; kv_u32 general.alignment 3; } >other.gguf
unfit 'alignment 3' ./other.gguf 'a power of two'
{ preamble 0 1; string a; u32 9; u32 9; u64 1; u32 0; u64 1; printf x; } >other.gguf
unfit 'array of arrays' ./other.gguf 'array of arrays'
{ preamble 0 1; string a; u32 9; u32 4; minus_one; } >other.gguf
unfit 'endless array' ./other.gguf 'array length'
{ preamble 0 5; kv_text general.architecture unheard-of; kv_u32 unheard-of.block_count 1
  kv_u32 unheard-of.context_length 1; kv_u32 unheard-of.embedding_length 1
  kv_u32 unheard-of.attention.head_count 1; } >other.gguf
unfit 'unknown architecture' ./other.gguf 'other.gguf'
{ preamble 0 1; kv_text general.type "$(printf 'a\nb\033[2Jc\a')"; } >other.gguf
unfit 'control characters' ./other.gguf 'general.type is'
if LC_ALL=C grep -q "$(printf '[\001-\010\013-\037]')" err; then not_ok 'control characters, shown' 'as they are'
else ok 'control characters, shown'; fi
printf 'GGUF' >half-00001-of-00002.gguf
unfit 'part of a split file' ./half-00001-of-00002.gguf 'half-00001-of-00002.gguf'
{ preamble 0 2; kv_u32 split.count 2; kv_u32 split.no 0; } >lone-00001-of-00002.gguf
unfit 'split file without its other part' ./lone-00001-of-00002.gguf 'lone-00002-of-00002.gguf'

# ---- adapters --------------------------------------------------------------------------------------------------

refused 'model in place of an adapter' 4 'adapter and lora are wanted' solve -m "$MODEL" --lora "$MODEL" q
refused 'adapter without tensors' 4 'no tensors' solve -m "$MODEL" --lora ./adapter.gguf q
refused 'text in place of an adapter' 4 'GGUF' solve -m "$MODEL" --lora /etc/passwd q
refused 'folder in place of an adapter' 4 'directory' solve -m "$MODEL" --lora ./folder q
refused 'adapter scale' 2 'scale' solve -m "$MODEL" --lora ./adapter.gguf:1e9 q

# ---- the other commands, templates and lines -------------------------------------------------------------------

refused 'show: foreign file' 4 'foreign' show ./foreign
refused 'bench: foreign file' 4 'foreign' bench -m ./foreign
refused 'inspect: foreign file' 4 'foreign' inspect tokenize -m ./foreign
printf '{%% for m in messages %%}' >bad.jinja
refused 'template that does not end' 4 'chat template' solve -m "$MODEL" --chat-template-file bad.jinja q
printf '{{ raise_exception("no") }}' >bad.jinja
refused 'template that refuses' 2 'chat template' solve -m "$MODEL" --chat-template-file bad.jinja q
printf '{%% for i in range(999999999) %%}{{ i }}{%% endfor %%}' >bad.jinja
refused 'template without end' 2 'chat template' solve -m "$MODEL" --chat-template-file bad.jinja q
refused 'template that is no template' 2 'built-in' solve -m "$MODEL" --chat-template nothing-such q

{ printf '\377\376\n\n[1]\n{"id":1,"id":2}\n{"answers":'; head -c 100000 /dev/zero | tr '\0' '['; echo; } >lines
"$SHEAF" inspect borda <lines >out 2>err
status=$?
expect 'broken lines' 0
if [ "$(grep -c '^{"error":{"code":"format","message":".*"}}$' out)" = 5 ]; then ok 'broken lines, answered'
else not_ok 'broken lines, answered' "$(head -c 300 out)"; fi
finish
