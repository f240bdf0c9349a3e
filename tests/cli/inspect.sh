#!/bin/sh
# inspect.sh - one line in, one line out; faults in place; what show and bench print.
. "$(dirname "$0")/../support/cli_lib.sh"

printf '%s\n' '{"id":"a","text":"Hello"}' 'no json' '{"id":7}' '[1]' '' '{"id":"b","text":"Hello"}' >in
"$SHEAF" inspect tokenize -m "$MODEL" <in >out 2>err
status=$?
expect 'tokenize with bad lines' 0
if [ "$(wc -l <out)" = 6 ]; then ok 'a line for each line'; else not_ok 'a line for each line' "$(cat out)"; fi
has 'id is copied' out '{"id":"a","ids":['
has 'id of a bad line is copied' out '{"id":7,"error":{"code":"format"'
sed -n 1p out | sed 's/"id":"a"//' >first
sed -n 6p out | sed 's/"id":"b"//' >last
same 'a bad line harms no other' first last
printf '{"text":"no line end"}' | "$SHEAF" inspect tokenize -m "$MODEL" >out 2>err
has 'last line without an end' out '"ids":['

ids='"tokens":[5,9,17,33,65,3,2,100]'
printf '%s\n' "{$ids}" "{$ids,\"prefill\":1}" "{$ids,\"chunk\":3}" "{$ids,\"prefill\":4,\"chunk\":2}" |
    "$SHEAF" inspect logits -m "$MODEL" --exact >out 2>err
sort -u out >distinct
if [ "$(wc -l <distinct)" = 1 ] && grep -q top20_confidence out; then ok 'steps do not change logits'
else not_ok 'steps do not change logits' "$(wc -l <distinct) distinct; $(cat err)"; fi
for kv in f16 bf16 f32 q8; do
    printf '%s\n' "{$ids}" "{$ids,\"prefill\":1}" "{$ids,\"chunk\":3}" |
        "$SHEAF" inspect logits -m "$MODEL" --kv-type $kv >out 2>err
    sort -u out >distinct
    if [ "$(wc -l <distinct)" = 1 ] && grep -q top20_confidence out; then ok "steps do not change logits, KV $kv"
    else not_ok "steps do not change logits, KV $kv" "$(wc -l <distinct) distinct; $(cat err)"; fi
done
echo "{$ids,\"from\":7}" | "$SHEAF" inspect logits -m "$MODEL" --exact >out 2>err
if [ "$(tr -dc '[' <out | wc -c)" = 3 ]; then ok 'from'; else not_ok 'from' "$(head -c 80 out)"; fi
printf '%s\n' '{"tokens":[]}' '{"tokens":[99999999]}' '{"tokens":[-1]}' '{}' |
    "$SHEAF" inspect logits -m "$MODEL" >out 2>err
if [ "$(grep -c '"error"' out)" = 4 ]; then ok 'bad tokens'; else not_ok 'bad tokens' "$(head -c 300 out)"; fi


# Weights in the mapped file: the same bits, and no place in the plan.
echo "{$ids}" | "$SHEAF" inspect logits -m "$MODEL" >repacked 2>err
echo "{$ids}" | "$SHEAF" inspect logits -m "$MODEL" --no-repack >mapped 2>err
same 'no-repack, logits' repacked mapped
has 'no-repack, there are logits' mapped top20_confidence
run show "$MODEL" --no-repack --format json
expect 'no-repack, show' 0
has 'no-repack, plan' out '"weights":0,'

# A tier is used under its name or refused.
for cpu in ref avx2 avx512 vnni bf16 amx; do
    run show "$MODEL" --cpu $cpu --format json
    if [ "$status" = 0 ]; then has "cpu $cpu" out "\"cpu\":\"$cpu"
    else refused "cpu $cpu, not here" 2 "this machine has no $cpu" show "$MODEL" --cpu $cpu; fi
done

head='"prefix":[1,2,3,4,5]'
printf '%s\n' "{$head,\"branches\":[{\"tokens\":[7,8]},{\"tokens\":[9]},{\"tokens\":[7,8]}]}" \
    "{$head,\"branches\":[{\"tokens\":[7,8]}]}" | "$SHEAF" inspect branch -m "$MODEL" --exact >out 2>err
sed -n 2p out | sed 's/.*"branches":\[//; s/\]}$//' >one
if grep -qF "$(cat one)" out && [ "$(grep -c prefix_last_logits out)" = 2 ]; then ok 'branch alone and among others'
else not_ok 'branch alone and among others' "$(head -c 200 out)"; fi

generate='"tokens":[1,2,3],"seed":5,"trace":2,"n_predict":24,"temperature":1'
printf '%s\n' "{$generate}" "{$generate,\"batch_mates\":1}" "{$generate,\"batch_mates\":7}" |
    "$SHEAF" inspect generate -m "$MODEL" -t 2 >out 2>err
sort -u out >distinct
if [ "$(wc -l <distinct)" = 1 ] && grep -q '"confidence"' out; then ok 'mates do not change a trace'
else not_ok 'mates do not change a trace' "$(head -c 300 out)"; fi

printf '\000\074\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000' |
    "$SHEAF" inspect dequant --type Q4_0 >out 2>err
if [ "$(wc -c <out)" = 128 ]; then ok 'dequant of a block'; else not_ok 'dequant of a block' "$(wc -c <out)"; fi
printf 'abc' | "$SHEAF" inspect dequant --type Q4_0 >out 2>err
status=$?
expect 'part of a block' 2
run inspect dequant --type Q9
expect 'unknown type' 2

run show "$MODEL"
expect show 0
has 'show names the architecture' out llama
run show "$MODEL" --format json
has 'show as JSON' out '"kv_bytes_per_token":'
run show "$MODEL" --metadata --tensors
has 'metadata' out general.architecture
has 'tensors' out token_embd.weight
for format in json md csv text; do
    run bench -m "$MODEL" -q --prompt 8 --gen 4 --traces 1,3 -r 2 --profile --ceilings skip --format $format
    expect "bench $format" 0
    has "bench $format, decode_tps" out decode_tps
done
finish
