#!/bin/sh
# bench_table.sh - the goals for speed as a table: ours and llama.cpp's on the same files, interleaved.
#
#   sh tests/tools/bench_table.sh [OPTIONS] LLAMA_BATCHED_BENCH MODEL.gguf OUT_DIR
#     -b BUILD   our build folder (build): the program, and `make shapes` files in shapes/, made when missing
#     -r N       rounds of a row (5); the table has medians over rounds
#     -t N       threads (all CPUs)
#     -c TIER    at most this tier (`sheaf bench --cpu`), into OUT_DIR/TIER
#     -k TYPE    our KV cache of this type (`sheaf bench --kv-type`), into OUT_DIR/kv-TYPE
#     -R NAMES   these rows alone, with commas: see `rows` below
#
# MODEL is the real file of the table, Qwen2.5-Coder-1.5B-Instruct Q4_K_M. Each row leaves ROW.txt (what
# tests/bench_peers printed) and ROW.jsonl (every round) and is not measured again when the script is; remove the
# files to repeat a row. At the end OUT_DIR/table.md holds all rows that are there. A row in which the peer fails gets
# our figures alone. Take a quiet machine: the load is in every ROW.txt.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
build=build rounds=5 threads='' tier='' kv='' only=''

die() { echo "bench_table: $1" >&2; exit "${2:-1}"; }
usage() { sed -n '2,${/^#/!q;s/^# \{0,1\}//p;}' "$0" >&2; exit 2; }

while getopts b:r:t:c:k:R: option; do
    case $option in
    b) build=$OPTARG ;; r) rounds=$OPTARG ;; t) threads=$OPTARG ;; c) tier=$OPTARG ;; k) kv=$OPTARG ;; R) only=$OPTARG ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 3 ] || usage
peer=$1 model=$2 out=$3${tier:+/$tier}${kv:+/kv-$kv}
flags="${tier:+--cpu $tier} ${kv:+--kv-type $kv}"
threads=${threads:-$(nproc)}
sheaf=$build/sheaf
[ -x "$sheaf" ] || die "$sheaf: no such program"
[ -f "$model" ] || die "$model: no such file"
command -v "$peer" >/dev/null || die "$peer: no such program"
mkdir -p "$out" || exit 1

# NAME FILE TYPE PROMPT NEW TRACES WHAT VNNI AMX AVX2: FILE is a shape of shape_model or `model`; WHAT is the speed
# that counts; goals are ratios to the peer, one for each of TRACES, by tier, - for none.
rows() {
    cat <<'ROWS'
smollm2-q8 smollm2-135m Q8_0 128 64 1,8,32,64 decode 1.5,5,5,7 1.3,4,8,10 1.1,3,3,4
smollm2-q4 smollm2-135m Q4_0 128 64 1,8,32,64 decode 2,4.5,3.7,6.5 1.3,4,8,10 1.2,3,3,4
smollm2-long smollm2-135m Q8_0 512 256 32 decode 8 20 5
smollm2-prefill smollm2-135m Q8_0 512 16 1 prompt 2 3 1.5
qwen2.5-1.5b model - 200 128 1,8,32,64 decode 1.1,2.5,3,3.5 1.1,3,5,6 1.05,2,2,2.5
falcon-h1 falcon-h1-0.5b Q8_0 128 64 32 decode 4.5 4.5 3
lfm2 lfm2-350m Q8_0 128 64 32 decode - - -
ROWS
}

wanted() { [ -z "$only" ] || case ,$only, in *,$1,*) true ;; *) false ;; esac; }

# file_of FILE TYPE: its path, made when it is a shape that is not there.
file_of() {
    [ "$1" = model ] && { echo "$model"; return; }
    path=$build/shapes/$1-$2.gguf
    [ -f "$path" ] || { mkdir -p "$build/shapes" && "$build/tests/shape_model" "$1" "$path" --type "$2" >/dev/null; } ||
        die "$path: cannot be made; make $build/tests/shape_model first"
    echo "$path"
}

# alone FILE PROMPT NEW TRACES: our rounds without a peer, as JSON lines.
alone() {
    round=1
    while [ "$round" -le "$rounds" ]; do
        # shellcheck disable=SC2086  # $flags is a list of words
        SHEAF_CEILINGS=skip "$sheaf" bench -m "$1" -p "$2" -n "$3" -N "$4" -t "$threads" -r 1 -q $flags --format csv |
            awk -F, -v round="$round" '
                NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
                { printf "{\"who\":\"sheaf\",\"round\":%d,\"traces\":%d,\"prompt_tps\":%s,\"decode_tps\":%s}\n",
                    round, $at["traces"], $at["prompt_tps"], $at["decode_tps"] }'
        round=$((round + 1))
    done
}

measure() { # NAME FILE TYPE PROMPT NEW TRACES
    [ -f "$out/$1.jsonl" ] && return
    file=$(file_of "$2" "$3") || exit 1
    echo "bench_table: $1" >&2
    rm -f "$out/$1.part"
    if ! sh "$here/bench_peers" -s "$sheaf" -p "$4" -n "$5" -N "$6" -t "$threads" -r "$rounds" -x "$flags" \
        -o "$out/$1.part" "$peer" "$file" >"$out/$1.txt" 2>&1; then
        echo "bench_table: $1: $(tail -n 1 "$out/$1.txt")" >&2
        alone "$file" "$4" "$5" "$6" >"$out/$1.part"
        [ -s "$out/$1.part" ] || die "$1: no figures of ours either"
    fi
    mv "$out/$1.part" "$out/$1.jsonl"
}

# What share of the machine's two limits is reached: one trace of the memory's, 64 of the products'.
measure_shares() {
    [ -f "$out/shares.json" ] && return
    echo "bench_table: shares" >&2
    # shellcheck disable=SC2086
    "$sheaf" bench -m "$(file_of smollm2-135m Q8_0)" -p 128 -n 64 -N 1,64 -t "$threads" -r "$rounds" -q $flags \
        --format json >"$out/shares.part" || die 'sheaf bench failed'
    mv "$out/shares.part" "$out/shares.json"
}

# tier_used: what the program runs here, told by a short run.
tier_used() {
    # shellcheck disable=SC2086
    SHEAF_CEILINGS=skip "$sheaf" bench -m "$model" -p 8 -n 1 -N 1 -r 1 -q $flags --format json |
        sed -n 's/.*"cpu":"\([a-z0-9_]*\)".*/\1/p'
}

table_head() {
    echo "# Speed beside llama.cpp, tier $1${kv:+, KV cache of type $kv}"
    echo
    echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $threads threads; medians of $rounds rounds in"
    echo "which both programs run one after the other, in tokens per second of all traces (\`bench_table.sh\`)."
    echo "The ratio is the median of ours / theirs within the rounds, with its range. Sampling and confidence are in"
    echo "ours alone. Commit $(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo unknown); peer:" \
        "$("$peer" --version 2>&1 | grep -m 1 -i version)."
    echo "Model: $(basename "$model"), sha256 $(sha256sum "$model" | cut -c1-16).."
    echo
    echo '| work | prompt + new | traces | ours | peer | ratio | range | goal | |'
    echo '|:---|---:|---:|---:|---:|---:|---:|---:|:---|'
}

# table_row GOALS NAME FILE TYPE PROMPT NEW TRACES WHAT
table_row() {
    [ -f "$out/$2.jsonl" ] || return 0
    awk -v goals="$1" -v name="$3 $4" -v sizes="$5 + $6" -v list="$7" -v what="$8" '
    function number(key) {
        if (!match($0, "\"" key "\":[0-9.e+-]+")) return 0
        return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0
    }
    function sort(v, n,    i, k, x) {
        for (i = 2; i <= n; i++) {
            x = v[i]
            for (k = i - 1; k >= 1 && v[k] > x; k--) v[k + 1] = v[k]
            v[k + 1] = x
        }
    }
    function median(v, n) { sort(v, n); return (v[int((n + 1) / 2)] + v[int(n / 2) + 1]) / 2 }
    function median_of(who, b,    r, v) {
        for (r = 1; r <= rounds; r++) v[r] = speed[who, r, b]
        return median(v, rounds)
    }
    {
        round = number("round"); b = number("traces")
        who = index($0, "\"who\":\"sheaf\"") ? "sheaf" : "peer"
        speed[who, round, b] = number(what "_tps")
        if (round > rounds) rounds = round
    }
    END {
        n = split(list, traces, ",")
        split(goals, goal, ",")
        sub(/ -$/, "", name)
        for (i = 1; i <= n; i++) {
            b = traces[i] + 0
            printf "| %s%s | %s | %d |", name, (what == "prompt" ? ", prefill" : ""), sizes, b
            printf " %.1f |", median_of("sheaf", b)
            if (!(("peer", 1, b) in speed)) { print " - | - | - | - | no peer |"; continue }
            for (r = 1; r <= rounds; r++) ratio[r] = speed["sheaf", r, b] / speed["peer", r, b]
            m = median(ratio, rounds)
            printf " %.1f | %.2f | %.2f - %.2f |", median_of("peer", b), m, ratio[1], ratio[rounds]
            if (goal[i] == "-") print " - | |"
            else printf " %s | %s |\n", goal[i], (m >= goal[i] + 0 ? "reached" : sprintf("%.0f %%", 100 * m / goal[i]))
        }
    }' "$out/$2.jsonl"
}

# share_line TITLE FIELD TRACES GOAL
share_line() {
    tr '}' '\n' <"$out/shares.json" | awk -v title="$1" -v field="$2" -v b="$3" -v goal="$4" '
        index($0, "\"traces\":" b ",") && match($0, "\"" field "\":[0-9.e+-]+") {
            v = 100 * substr($0, RSTART + length(field) + 3, RLENGTH - length(field) - 3)
            printf "| %s | %d | %.1f %% | %d %% | %s |\n", title, b, v, goal, (v >= goal ? "reached" : "") }'
}

write_table() {
    used=$(tier_used) || exit 1
    table_head "$used"
    rows | while read -r name file type prompt new traces what vnni amx avx2; do
        case $used in amx*) goals=$amx ;; avx2 | ref) goals=$avx2 ;; *) goals=$vnni ;; esac
        table_row "$goals" "$name" "$file" "$type" "$prompt" "$new" "$traces" "$what"
    done
    [ -f "$out/shares.json" ] || return 0
    matmul=70
    case $used in amx*) matmul=45 ;; esac
    echo
    echo '| share of a limit, SmolLM2-135M Q8_0 | traces | reached | goal | |'
    echo '|:---|---:|---:|---:|:---|'
    share_line 'memory read bandwidth' read_share 1 85
    share_line 'rate of products, matrix products alone' matmul_product_share 64 "$matmul"
}

rows | while read -r name file type prompt new traces _; do
    wanted "$name" || continue
    measure "$name" "$file" "$type" "$prompt" "$new" "$traces" || exit 1
done || exit 1
if wanted shares; then measure_shares; fi
write_table >"$out/table.part" && mv "$out/table.part" "$out/table.md"
cat "$out/table.md"
