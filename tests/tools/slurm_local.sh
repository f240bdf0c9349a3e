#!/bin/sh
# slurm_local.sh - examples/eval_array.sbatch under a real Slurm of one machine, and under mpirun: four shards,
# merged, are the unsharded run.
#
#   sh tests/tools/slurm_local.sh [BUILD [MODEL]]      build, a tiny random model
#
# Starts munged, slurmctld and slurmd of Debian's packages (apt-get install slurm-wlm munge openmpi-bin) with keys,
# sockets, logs and state in a folder of its own and on free ports, and ends them. Slurm's daemons take the user that
# starts them; root is not needed. Where Slurm or mpirun is missing the part is skipped with a line that says so.
#
# Without control groups (a container, a sandbox): processes are found through /proc (proctrack/linuxproc), none are
# bound to CPUs (task/none), no accounting.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-build}" && pwd)
sheaf=$build/sheaf
model=${2:+$(cd "$(dirname "$2")" && pwd)/$(basename "$2")}
. "$root/tests/support/run_files.sh"
work=$(mktemp -d /tmp/sheaf-slurm.XXXXXX) || exit 2
PATH=$PATH:/usr/sbin:/sbin
failed=0
daemons=
n_shards=4

ok() { echo "ok $1"; }
not_ok() { failed=1; echo "not ok $1: $2"; }
has_command() { command -v "$1" >/dev/null 2>&1; }

# ends what was started here, children of slurmd included
finish() {
    [ -z "$daemons" ] || scancel --user="$(id -un)" 2>/dev/null
    for pid in $daemons; do kill "$pid" 2>/dev/null; done
    for pid in $daemons; do wait "$pid" 2>/dev/null; done
    rm -rf "$work"
    exit $failed
}
trap finish EXIT
trap 'exit 1' INT TERM
cd "$work" || exit 2

# ---- what is measured

if [ -z "$model" ]; then
    model=$work/model.gguf
    "$build/tests/make_tiny_model" "$model" llama F32 1 || exit 2
fi
for i in 1 2 3 4 5 6 7 8; do
    echo "{\"id\":\"set/$i\",\"question\":\"What is $i + $i?\",\"answer\":\"$((2 * i))\",\"answer_type\":\"integer\"}"
done >set.jsonl
set -- -m "$model" -N 4 -n 48 -q --strategy majority,deepconf-online-low

# check NAME FOLDER: what was merged there against the run `whole`.
check() {
    run_bytes whole >wanted
    run_bytes "$2/whole" >got
    if cmp -s wanted got; then
        ok "$1: $n_shards shards merged are the unsharded run, byte for byte but for times"
    else
        not_ok "$1" "$(diff wanted got | head -c 400)"
    fi
}

# ---- Slurm

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

write_config() {
    mkdir -p state spool
    host=$(hostname -s)
    cat >slurm.conf <<CONF
ClusterName=sheaf
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$work/munge.socket
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
SlurmctldParameters=enable_configless
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    export SLURM_CONF="$work/slurm.conf"
}

# start NAME COMMAND...: in the background, ended with this script.
start() {
    name=$1
    shift
    "$@" >"$name.out" 2>&1 &
    daemons="$! $daemons"
}

# wait_for SECONDS COMMAND...
wait_for() {
    tries=$(($1 * 10))
    shift
    while [ $tries -gt 0 ]; do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
        tries=$((tries - 1))
    done
    return 1
}

node_is_idle() { sinfo -h -o %t 2>/dev/null | grep -q '^idle'; }
queue_is_empty() { [ -z "$(squeue -h 2>&1)" ]; }

start_slurm() {
    dd if=/dev/urandom of=munge.key bs=1024 count=1 2>/dev/null
    chmod 600 munge.key
    write_config
    start munged munged --foreground --force --socket="$work/munge.socket" --key-file="$work/munge.key" \
        --pid-file="$work/munge.pid" --seed-file="$work/munge.seed" --log-file="$work/munge.log"
    wait_for 10 test -S munge.socket || return 1
    start slurmctld slurmctld -D
    wait_for 20 scontrol ping || return 1
    start slurmd slurmd -D -N "$(hostname -s)"
    wait_for 30 node_is_idle
}

# submit OPTION...: a small job here; prints its number.
submit() { sbatch --parsable --cpus-per-task=1 --mem=200 --time=10 --chdir="$work" "$@" 2>>sbatch.out; }

# The array, and when all its tasks have ended well the merge: the two commands in the head of the script.
run_array() {
    array=$(SHEAF=$sheaf submit --array=0-$((n_shards - 1)) "$root/examples/eval_array.sbatch" "$work/set.jsonl" \
        "$work/array" "$@") || return 1
    submit --dependency="afterok:$array" --output=merge.log \
        --wrap "'$sheaf' merge array/whole array/shard-*" >/dev/null || return 1
    wait_for 900 queue_is_empty && [ -f array/whole/run.json ]
}

slurm_part() {
    for c in munged slurmctld slurmd sbatch python3; do
        if ! has_command $c; then
            echo "skip Slurm: no $c (apt-get install slurm-wlm munge python3)"
            return
        fi
    done
    if ! start_slurm; then
        not_ok 'Slurm starts' "$(tail -qn 3 munged.out slurmctld.out slurmd.out slurmctld.log slurmd.log 2>/dev/null)"
        return
    fi
    ok "Slurm starts: $(sinfo -h -V), one node of $(nproc) CPUs"
    if ! run_array "$@"; then
        not_ok 'Slurm array' "$(cat sbatch.out; squeue -h 2>&1; tail -qn 3 sheaf-*.log merge.log 2>/dev/null)"
        return
    fi
    check 'Slurm array' array
}

# ---- MPI

mpi_part() {
    if ! has_command mpirun; then
        echo 'skip mpirun: not installed (apt-get install openmpi-bin)'
        return
    fi
    # root may, in a container
    if ! OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe -n $n_shards \
        "$sheaf" eval set.jsonl -o mpi -t 1 --shard auto "$@" >mpi.out 2>&1; then
        not_ok mpirun "$(tail -n 3 mpi.out)"
        return
    fi
    if ! "$sheaf" merge mpi/whole mpi/shard-*-of-$n_shards >merge.out 2>&1; then
        not_ok mpirun "$(tail -n 2 merge.out)"
        return
    fi
    check mpirun mpi
}

unset SLURM_ARRAY_TASK_ID SLURM_PROCID OMPI_COMM_WORLD_RANK PMI_RANK 2>/dev/null
"$sheaf" eval set.jsonl -o whole -t 1 "$@" >/dev/null 2>err || { not_ok 'unsharded' "$(cat err)"; exit 1; }
mpi_part "$@"
slurm_part "$@"
