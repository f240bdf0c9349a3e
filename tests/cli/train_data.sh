#!/bin/sh
# train_data.sh - the programs that made the model that ships: models/train/tests, a check per test. Those of the
# trainer need PyTorch and are left out without it.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/../support/cli_lib.sh"
if ! command -v python3 >/dev/null; then
    echo '# models/train left out: no python3'
    exit 0
fi
PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover -v -s "$root/models/train/tests" >log 2>&1
status=$?
sed -n -e 's/^\([a-z_0-9]*\) (.*\.\.\. ok$/ok models\/train: \1/p' \
    -e 's/^\([a-z_0-9]*\) (.*\.\.\. \(FAIL\|ERROR\)$/not ok models\/train: \1: \2/p' \
    -e "s/^\([a-z_0-9]*\) (.*\.\.\. skipped \(.*\)$/# models\/train: \1 left out: \2/p" log
[ $status = 0 ] || { grep -q -e FAIL -e ERROR log || not_ok 'models/train' "$(tail -n 3 log)"; failed=1; }
finish
