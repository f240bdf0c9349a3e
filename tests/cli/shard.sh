#!/bin/sh
# shard.sh - shards: four of them merged are the unsharded run but for times; gaps, duplicates and drift are
# refused; launchers say which shard a process is. Then what would run (--list, --dry-run), filters and examples.
. "$(dirname "$0")/../support/cli_lib.sh"
unset SLURM_ARRAY_TASK_ID SLURM_PROCID OMPI_COMM_WORLD_RANK PMI_RANK 2>/dev/null
n_problems=10
i=1
while [ $i -le $n_problems ]; do
    echo "{\"id\":\"set/$i\",\"question\":\"What is $i + $i?\",\"answer\":\"$((2 * i))\",\"answer_type\":\"integer\"}"
    i=$((i + 1))
done >set.jsonl

measure() { run eval -m "$MODEL" --data set.jsonl -N 4 -n 24 -t 1 -q --strategy majority,deepconf-online-low "$@"; }
not_there() { if [ -e "$2" ]; then not_ok "$1" "$2 is there"; else ok "$1"; fi; }

measure -o whole
expect 'unsharded' 0
for i in 1 2 3 4; do
    measure -o run --shard $i/4
    expect "shard $i" 0
done
has 'a shard says so' run/shard-2-of-4/run.json '"shard":"2/4"}'
has 'every 4th problem' run/shard-2-of-4/votes.jsonl '"problem":"set/6"'
run merge merged run/shard-4-of-4 run/shard-2-of-4 run/shard-1-of-4 run/shard-3-of-4
expect 'merge' 0
has 'table' out "set, $n_problems of $n_problems;"
same 'table.md is the table' out merged/table.md
run_bytes whole >first
run_bytes merged >second
same 'merged is unsharded' first second
run vote merged --strategy majority
expect 'a merged run is a run' 0
measure -o merged
expect 'a merged run is taken up' 0
run score merged
has 'every seal is whole' out 'changed: 0'
refused 'no second merge' 2 'holds a run' merge merged run/shard-1-of-4 run/shard-2-of-4 run/shard-3-of-4 run/shard-4-of-4
run merge merged -q --redo run/shard-1-of-4 run/shard-2-of-4 run/shard-3-of-4 run/shard-4-of-4
expect 'merge --redo' 0
run_bytes merged >second
same 'merged again' first second

measure -o run --shard 2/4 --only-trace 1
expect 'a trace of a shard again' 0
measure -o merged --only-trace 1
expect 'a trace of the merged run again' 0

# refused, and nothing written
refused 'gap' 2 'shard 3/4 is missing' merge gap run/shard-1-of-4 run/shard-2-of-4 run/shard-4-of-4
not_there 'gap writes nothing' gap
refused 'last shard missing' 2 'shard 4/4 is missing' merge gap run/shard-1-of-4 run/shard-2-of-4 run/shard-3-of-4
cp -r run/shard-2-of-4 again
refused 'duplicate' 2 'is shard 2/4, as is' merge twice run/shard-1-of-4 run/shard-2-of-4 again run/shard-3-of-4
refused 'no shard' 2 'is no shard' merge twice whole
refused 'no directory' 5 'nothere' merge twice nothere
refused 'nothing to merge' 2 'wanted' merge twice
measure -o other --shard 2/4 -s 1
run merge drift run/shard-1-of-4 other/shard-2-of-4 run/shard-3-of-4 run/shard-4-of-4
expect 'drift' 2
has 'drift, message' err 'different settings'
has 'drift, diff' err 'seed: "0000000000000000" in run/shard-1-of-4, "0000000000000001" in other/shard-2-of-4'
not_there 'drift writes nothing' drift
measure -o thirds --shard 1/3
run merge drift run/shard-1-of-4 thirds/shard-1-of-3
has 'another number of shards' err 'shard: "1/4" in run/shard-1-of-4, "1/3" in thirds/shard-1-of-3'
cp -r run/shard-2-of-4 mixed
mkdir -p parent && mv mixed parent/shard-1-of-4
refused 'another shard in the directory' 2 'shard "2/4", not "1/4"' eval -m "$MODEL" --data set.jsonl -N 4 -n 24 -t 1 -q \
    --strategy majority,deepconf-online-low --shard 1/4 -o parent
cp -r run/shard-3-of-4 short.dir
grep -v '"problem":"set/7"' run/shard-3-of-4/votes.jsonl >short.dir/votes.jsonl
refused 'not finished' 2 'not finished' merge gap run/shard-1-of-4 run/shard-2-of-4 short.dir run/shard-4-of-4
cp run/shard-3-of-4/votes.jsonl short.dir/votes.jsonl
printf '{"torn' >>short.dir/votes.jsonl
refused 'damaged votes' 2 'damaged' merge gap run/shard-1-of-4 run/shard-2-of-4 short.dir run/shard-4-of-4
cp run/shard-3-of-4/votes.jsonl short.dir/votes.jsonl
printf 'XX' | dd of=short.dir/tokens.zst bs=1 seek=20 conv=notrunc 2>/dev/null
rm -f short.dir/index.sqlite
refused 'damaged tokens' 2 'lacks traces of problem' merge gap run/shard-1-of-4 run/shard-2-of-4 short.dir run/shard-4-of-4
measure -o mended --shard 3/4
cp short.dir/* mended/shard-3-of-4
measure -o mended --shard 3/4
run merge mended/whole -q run/shard-1-of-4 run/shard-2-of-4 mended/shard-3-of-4 run/shard-4-of-4
expect 'a mended shard merges' 0
sed -i 's/"traces":4/"traces":5/' short.dir/run.json
refused 'changed settings' 2 'was changed' merge gap run/shard-1-of-4 run/shard-2-of-4 short.dir run/shard-4-of-4

# launchers
plan() { run eval --data set.jsonl --dry-run --shard auto; }
SLURM_ARRAY_TASK_ID=14 SLURM_ARRAY_TASK_COUNT=5 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_MAX=18 SLURM_ARRAY_TASK_STEP=2 plan
has 'Slurm array' out 'problems: 2 of 10 in set.jsonl, shard 3/5 (Slurm array) of 10'
SLURM_PROCID=0 SLURM_NTASKS=2 plan
has 'Slurm tasks' out 'shard 1/2 (Slurm tasks)'
OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 SLURM_PROCID=0 SLURM_NTASKS=1 plan
has 'Open MPI before Slurm tasks' out 'shard 2/2 (Open MPI)'
PMI_RANK=9 PMI_SIZE=10 plan
has 'PMI' out 'problems: 1 of 10 in set.jsonl, shard 10/10 (PMI)'
refused 'no launcher' 2 'is set' eval --data set.jsonl --shard auto
refused 'bad shard' 2 'i/n' eval --data set.jsonl --shard 0/4
refused 'empty shard' 2 'would be empty' eval --data set.jsonl --shard 11/11
SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=3 plan
expect 'uneven array' 2
if command -v mpirun >/dev/null 2>&1; then
    mpirun --allow-run-as-root --oversubscribe -n 4 "$SHEAF" eval -m "$MODEL" --data set.jsonl -N 4 -n 24 -t 1 -q \
        --strategy majority,deepconf-online-low --shard auto -o mpi >out 2>err
    status=$?
    expect 'mpirun' 0
    run merge mpi/whole -q mpi/shard-*-of-4
    run_bytes mpi/whole >second
    same 'merged from mpirun' first second
else
    echo 'skip mpirun: not installed'
fi

# what would run
run eval --data set.jsonl --shard 2/4 --list
expect 'list' 0
printf 'set/2\tinteger\tWhat is 2 + 2?\nset/6\tinteger\tWhat is 6 + 6?\nset/10\tinteger\tWhat is 10 + 10?\n' >wanted
same 'list' wanted out
measure -L 1-5 --dry-run -o whole
expect 'dry run' 0
has 'bound' out 'at most 960 tokens in all'
has 'estimate by the records' out 'by 10 problems of whole'
measure --dry-run --like whole -N 5
has 'no estimate by another budget' out 'estimate: none, whole has no votes of these strategies and budget'
measure --dry-run
has 'no records' out 'estimate: none without'

# prompts and filters
cat >train.jsonl <<'END'
{"question":"What is 1 + 0?","answer":"1","solution":"1 + 0 = 1\n#### 1"}
{"question":"What is 2 + 0?","answer":"2","solution":"2 + 0 = 2"}
{"question":"What is 3 + 0?","answer":"3 + 0 = 3\n#### 3"}
{"question":"What is 2 + 2?","answer":"4"}
END
measure -L 2 --fewshot 3 --fewshot-data train.jsonl --filter strict -o shots
expect 'examples' 0
has 'prompt and filter are recorded' shots/run.json '"filter":"strict-match","layout":"lm-eval","shots":3,'
has 'prompt and filter are printed' shots/table.md 'filter strict-match, prompt lm-eval, 3 shots'
has 'n-shot for lm-eval readers' shots/results.json '"n-shot":{"set":3}'
run score shots
has 'graded again by its filter' out 'filter strict-match'
has 'and the same' out 'changed: 0'
measure -o numbers --filter flexible
run score numbers
has 'flexible-extract again' out 'changed: 0'
run score numbers --filter exact
has 'another filter' out 'filter exact'
run vote numbers --strategy majority --format csv
expect 'vote by the filter of the run' 0
run eval --data set.jsonl -L 2 --fewshot 3 --fewshot-data train.jsonl --list
has 'the question is framed' out 'Question: What is'
run eval --data set.jsonl -L 2 --fewshot 3 --fewshot-data train.jsonl --dry-run
has 'dry run names the prompt' out 'prompt: lm-eval, 3 examples (hash '
cp out first
run eval --data set.jsonl -L 2 --fewshot 3 --fewshot-data train.jsonl --dry-run
same 'same seed, same examples' first out
refused 'too few examples' 2 'has 3 examples that are not asked' eval --data set.jsonl --fewshot 4 --fewshot-data train.jsonl
refused 'examples from nowhere' 2 '--fewshot-data' eval --data set.jsonl --fewshot 2
refused 'examples without a number' 2 'needs --fewshot' eval --data set.jsonl --fewshot-data train.jsonl
echo '{"question":3}' >bad.jsonl
refused 'bad example' 2 'bad.jsonl:1' eval --data set.jsonl --fewshot 1 --fewshot-data bad.jsonl
finish
