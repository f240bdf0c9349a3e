#!/bin/sh
# Data, training, export and checks of models/sheaf-tiny.gguf in one command; started again it goes on.
#
#     models/train/run.sh WORK [OPTIONS of train.py]
#
# WORK receives data, checkpoints and the model. PYTHON names an interpreter that has requirements.txt
# installed; without it a virtual environment is made in WORK (network). SHEAF names the program.
set -eu
[ $# -ge 1 ] || { echo "usage: models/train/run.sh WORK [OPTIONS of train.py]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
work=$1
shift
mkdir -p "$work"
sheaf=${SHEAF:-$here/../../build/sheaf}
if [ -z "${PYTHON:-}" ]; then
    PYTHON=$work/venv/bin/python
    [ -x "$PYTHON" ] || python3 -m venv "$work/venv"
    "$PYTHON" -m pip install --quiet --requirement "$here/requirements.txt"
fi
[ -e "$work/data/train.jsonl" ] ||
    "$PYTHON" "$here/make_data.py" --out "$work/data" --seed 1 --train 440000 --valid 1000 --test 1200
"$PYTHON" "$here/train.py" --data "$work/data" --out "$work/run" --compile "$@"
"$PYTHON" "$here/export.py" "$work/run" "$work/sheaf-tiny.gguf"
"$PYTHON" "$here/check_export.py" "$work/run" "$work/sheaf-tiny.gguf" --data "$work/data" --sheaf "$sheaf"
