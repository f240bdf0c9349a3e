#!/bin/sh
# bench.sh - what `sheaf bench` prints, two builds and a peer compared. Fakes stand for the others: they print
# known numbers, so that the ratios are known. No time is judged.
peers=$(cd "$(dirname "$0")/.." && pwd)/bench_peers
. "$(dirname "$0")/../support/cli_lib.sh"
short="-m $MODEL -q --prompt 8 --gen 4"

# shellcheck disable=SC2086  # $short is a list of words
bench() { run bench $short "$@"; }

# column NAME: of the CSV in `out`, without its title, on one line.
column() {
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
        { printf "%s ", at ? $at : "none" }' out
}

# is NAME SEEN WANTED
is() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "'$2'; '$3' wanted"; fi; }

# ---- one build --------------------------------------------------------------------------------
bench --traces 1,3 -r 2 -t 1 --format csv
expect 'csv' 0
is 'csv, traces' "$(column traces)" '1 3 '
is 'csv, repeats' "$(column repeats)" '2 2 '
is 'csv, threads' "$(column threads)" '1 1 '
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { n++
      if ($at["step_bytes"] != $at["step_weight_bytes"] + $at["step_kv_bytes"] + $at["step_state_bytes"]) bad = "bytes"
      if ($at["decode_tps_min"] > $at["decode_tps"] || $at["decode_tps"] > $at["decode_tps_max"]) bad = "spread"
      if ($at["token_ms"] <= 0 || $at["ceiling_read_bytes_s"] <= 0 || $at["ceiling_product_ops_s"] <= 0) bad = "zero"
      r = $at["read_bytes_s"] / $at["ceiling_read_bytes_s"] / $at["read_share"]
      if (r < 0.999 || r > 1.001) bad = "share"
      ops[n] = $at["step_ops"]
      sum = $at["time_matmul_share"] + $at["time_attention_share"] + $at["time_mixer_share"]
      sum += $at["time_sampling_share"] + $at["time_other_share"]
      if (sum < 0.999 || sum > 1.001) bad = "phases" }
    END { if (ops[2] != 3 * ops[1]) bad = "operations"; print bad == "" ? "fine" : bad }' out >checked
is 'csv, numbers fit together' "$(cat checked)" fine
for format in text md; do
    bench --traces 1 -r 1 --details --profile --ceilings skip --format $format
    expect "$format" 0
    for title in token_ms weight_MB matmul_Gop/s sampling_%; do has "$format, $title" out "$title"; done
done
bench --traces 1 -r 1 --details --profile
is 'text, at most 100 columns' "$(awk 'length > 100' out | wc -l)" 0
has 'text, ceilings' out 'memory read'
bench --traces 1 -r 1 --ceilings skip --format json
has 'json, not measured' out '"read_share":null'
has 'json, model' out "\"model\":\"$MODEL\""
SHEAF_CEILINGS=skip
export SHEAF_CEILINGS
refused 'ceilings' 2 'measure' bench -m "$MODEL" --ceilings never

# ---- two builds -------------------------------------------------------------------------------
cat >old <<'OLD'
#!/bin/sh
echo "$*" >>calls
[ -f broken ] && { echo 'sheaf: model: it broke' >&2; exit 4; }
echo 'sheaf: a remark' >&2
echo '[{"traces":1,"prompt_tps":900,"decode_tps":800},{"traces":3,"prompt_tps":1e3,"decode_tps":700}]'
OLD
chmod +x old
bench --compare ./old --traces 1,3 --format json
expect 'compare' 0
has 'compare, old median' out '"traces":3,"pairs":5,"prompt_tps_old":1000,'
has 'compare, ratio' out '"decode_tps_ratio_max":'
is 'compare, five pairs' "$(wc -l <calls)" 5
has 'compare, same options' calls "--prompt 8 --gen 4 --traces 1,3 --format json --format json --repeats 1"
if grep -q -e --compare calls; then not_ok 'compare, not passed on' "$(head -n 1 calls)"; else ok 'compare, not passed on'; fi
rm calls
bench --compare=./old --traces 1,3 -r 6
is 'compare, -r counts pairs' "$(wc -l <calls)" 6
has 'compare, table' out 'decode_new'
bench --compare "$SHEAF" --traces 1,3
expect 'compare with itself' 0
is 'compare, at most 100 columns' "$(awk 'length > 100' out | wc -l)" 0
refused 'compare, other rows' 1 '2 rows printed; 1 wanted' bench -m "$MODEL" -q --traces 1 --compare ./old
refused 'compare, other traces' 1 '' bench -m "$MODEL" -q --prompt 8 --gen 4 --traces 2,3 --compare ./old
touch broken
refused 'compare, old fails' 1 'it broke' bench -m "$MODEL" -q --compare ./old
refused 'compare, no program' 1 'no such program' bench -m "$MODEL" -q --compare ./none
refused 'compare, prints nothing' 1 'no JSON' bench -m "$MODEL" -q --compare true
for printed in '[' '[1,2]' '[{"traces":1,"prompt_tps":0,"decode_tps":1}]' '{}'; do
    printf '#!/bin/sh\necho '"'%s'"'\n' "$printed" >bad && chmod +x bad
    run bench -m "$MODEL" -q --traces 1 --compare ./bad
    expect "compare, '$printed'" 1
    one_line "compare, '$printed', one line"
done
is 'compare, no file left' "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'sheaf-bench-*' -newer old | wc -l)" 0

# ---- a peer -----------------------------------------------------------------------------------
cat >sheaf_fake <<'FAKE'
#!/bin/sh
[ "$1" = --version ] && { echo 'sheaf fake'; exit; }
echo "$*" >sheaf_args
case $* in *json*) echo '[{"traces":1,"cpu":"avx2"}]'; exit ;; esac
round=$(cat round 2>/dev/null || echo 0)
echo $((round + 1)) >round
echo traces,prompt_tps,decode_tps,model
echo "1,100,$((20 + 10 * round)),\"a,b\""
echo "8,100,400,\"a,b\""
FAKE
cat >peer_fake <<'FAKE'
#!/bin/sh
case $1 in --help) echo '-kvu, --kv-unified'; exit ;; --version) echo 'version: 1 (fake)' >&2; exit ;; esac
echo "$*" >peer_args
echo 'main: n_kv_max = 1024, n_batch = 2048'
echo '|    PP |     TG |    B |   N_KV |   T_PP s | S_PP t/s |   T_TG s | S_TG t/s |      T s |    S t/s |'
echo '|-------|--------|------|--------|----------|----------|----------|----------|----------|----------|'
echo '|    16 |      4 |    1 |     20 |    0.108 |    50.00 |    3.079 |    10.00 |    3.187 |    80.32 |'
[ -f short ] || echo '|    16 |      4 |    8 |     48 |    0.108 |   200.00 |    3.079 |    50.00 |    3.187 |    80.32 |'
FAKE
cat >single_fake <<'FAKE'
#!/bin/sh
echo '{"build_commit": "x", "n_prompt": 16, "n_gen": 0, "avg_ns": 5, "avg_ts": 25.000000, "stddev_ts": 0.0}'
echo '{"build_commit": "x", "n_prompt": 0, "n_gen": 4, "avg_ns": 5, "avg_ts": 2.000000, "stddev_ts": 0.0}'
FAKE
chmod +x sheaf_fake peer_fake single_fake
peers() { sh "$peers" "$@" >out 2>err </dev/null; status=$?; }
squeezed() { sed 's/  */ /g' out >lines; has "$1" lines "$2"; }
peers -s ./sheaf_fake -b ./single_fake -p 16 -n 4 -N 1,8 -t 2 -r 3 ./peer_fake "$MODEL"
expect 'peers' 0
squeezed 'peers, one trace: median, ratio, range' 'batched-bench 1 100.0 50.0 2.00 30.0 10.0 3.00 2.00 4.00'
squeezed 'peers, eight traces' 'batched-bench 8 100.0 200.0 0.50 400.0 50.0 8.00 8.00 8.00'
squeezed 'peers, one sequence' 'llama-bench 1 100.0 25.0 4.00 30.0 2.0 15.00 10.00 20.00'
is 'peers, arguments' "$(cat peer_args)" "-m $MODEL -c 304 -npp 16 -ntg 4 -npl 1,8 -t 2 -pps --kv-unified"
is 'peers, at most 100 columns' "$(grep -v -e ^model out | awk 'length > 100' | wc -l)" 0
peers -s ./sheaf_fake -p 16 -n 4 -N 1,8 -t 2 -r 3 -x '--cpu avx2' -o raw ./peer_fake "$MODEL"
is 'peers, every round' "$(grep -c '^{"who":"[a-z]*","round":[1-3],"traces":[18],"prompt_tps":[0-9.]*,"decode_tps":[0-9.]*}$' raw)" 12
has 'peers, our own arguments' sheaf_args '--cpu avx2'
peers -s "$SHEAF" -p 8 -n 4 -N 1,8 -r 1 -t 1 ./peer_fake "$MODEL"
expect 'peers with our program' 0
squeezed 'peers with our program, row' 'batched-bench 8 '
touch short
peers -s ./sheaf_fake -N 1,8 -r 1 ./peer_fake "$MODEL"
expect 'peers, a row is missing' 1
has 'peers, a row is missing: which' err 'batched-bench gave no speed for 8 traces'
peers -s ./sheaf_fake -N 1,x ./peer_fake "$MODEL"
expect 'peers, bad list' 2
peers -s ./sheaf_fake ./no_such_peer "$MODEL"
expect 'peers, no peer' 1
has 'peers, no peer: which' err 'no_such_peer'
peers ./peer_fake
expect 'peers, usage' 2

# ---- the table of goals -----------------------------------------------------------------------
mkdir fakes && cp sheaf_fake fakes/sheaf
cat >sheaf_rows <<'FAKE'
#!/bin/sh
case $* in --version) echo 'sheaf fake'; exit ;; *json*) echo '[{"traces":1,"cpu":"avx2"}]'; exit ;; esac
echo traces,prompt_tps,decode_tps
for n in 1 8 32 64; do echo "$n,100,$((50 * n))"; done
FAKE
cat >peer_rows <<'FAKE'
#!/bin/sh
[ -f broken ] && { echo 'it broke' >&2; exit 1; }
for n in 1 8 32 64; do echo "| 200 | 128 | $n | 20 | 0.1 | 50.0 | 3.0 | $((20 * n)).0 | 3.1 | 80.3 |"; done
FAKE
chmod +x sheaf_rows peer_rows && cp sheaf_rows fakes/sheaf && rm -f broken
goals() { sh "$peers_dir/tools/bench_table.sh" -b fakes -t 2 "$@" >out 2>err </dev/null; status=$?; }
peers_dir=$(dirname "$peers")
goals -r 3 -R qwen2.5-1.5b ./peer_rows "$MODEL" goals
expect 'goals' 0
has 'goals, tier and ratio' out '| model | 200 + 128 | 8 | 400.0 | 160.0 | 2.50 | 2.50 - 2.50 | 2 | reached |'
has 'goals, kept' goals/table.md 'tier avx2'
is 'goals, every round' "$(wc -l <goals/qwen2.5-1.5b.jsonl)" 24
touch broken
goals -r 3 -R qwen2.5-1.5b ./peer_rows "$MODEL" goals
has 'goals, not measured again' out '2.50 - 2.50'
goals -r 2 -R qwen2.5-1.5b ./peer_rows "$MODEL" alone
has 'goals, a peer that fails' out '| model | 200 + 128 | 64 | 3200.0 | - | - | - | - | no peer |'
goals ./peer_rows "$MODEL"
expect 'goals, usage' 2

# ---- drawings ---------------------------------------------------------------------------------
if command -v python3 >/dev/null; then
    sh "$peers_dir/tools/bench_scaling.sh" -b "$build" -n 4 -r 2 -N 1,4 -P 8,16,32 -M 1,2 "$MODEL" scaling >out 2>err
    status=$?
    expect 'scaling' 0
    for file in traces.svg context.svg; do has "scaling, $file" scaling/$file '</svg>'; done
    has 'scaling, a curve for each' scaling/traces.svg '>2 threads</text>'
    echo '[{"traces":1}]' >bad.json
    python3 "$peers_dir/tools/bench_plot.py" bad.svg a=bad.json >out 2>err
    status=$?
    expect 'drawing, a field is missing' 1
fi
finish
