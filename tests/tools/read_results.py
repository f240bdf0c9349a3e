#!/usr/bin/env python3
"""results.json of `sheaf eval`, read back by lm-evaluation-harness.

    pip install lm-eval pydantic
    read_results.py RESULTS.json...

Each file goes through what the package has for such files: its schema (EvalResults, every member checked for its
type), its table, its EvaluationTracker, which writes it again, the data set loader by which its hub pages read
results, and what its W&B logger makes of them. The numbers must come out unchanged; prints the table and one `ok`
line per reader. Exit status 1 when a reader refuses or changes something.
"""
import contextlib
import copy
import io
import json
import os
import pathlib
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")


def scores(metrics):
    """{(metric, filter): (value, stderr)} of one task."""
    found = {}
    for key, value in metrics.items():
        metric, comma, name = key.partition(",")
        if comma and not metric.endswith("_stderr"):
            found[metric, name] = value, metrics[f"{metric}_stderr,{name}"]
    return found


def check_schema(data):
    from lm_eval.result_schema import EvalResults
    from pydantic import TypeAdapter
    read = TypeAdapter(EvalResults).validate_python(data, strict=True)
    ours = set(data) - set(read)
    assert ours == {"sheaf"}, f"members that the schema does not know: {ours}"
    return f"schema: {len(read)} members, and Sheaf's own"


def shows(cell, value):
    """Is the cell, of four decimals at most, this value?"""
    return cell == value if isinstance(value, str) else abs(float(cell) - value) < 0.00005 + 1e-12


def check_table(data):
    from lm_eval.utils import make_table
    table = make_table(data)
    print(table)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    shown = {(row[4], row[2]): (row[6], row[8]) for row in rows}
    for task, metrics in data["results"].items():
        assert rows[0][0] == task and rows[0][3] == str(data["n-shot"][task]), rows[0]
        wanted = scores(metrics)
        assert shown.keys() == wanted.keys(), shown.keys() ^ wanted.keys()
        for key, pair in wanted.items():
            assert all(map(shows, shown[key], pair)), f"{key}: {shown[key]} in the table, {pair} in the file"
    return f"make_table: {len(rows)} rows"


def check_tracker(data):
    from lm_eval.loggers.evaluation_tracker import EvaluationTracker
    with tempfile.TemporaryDirectory() as folder:
        tracker = EvaluationTracker(output_path=folder)
        tracker.general_config_tracker.model_name_sanitized = "model"
        tracker.save_results_aggregated(copy.deepcopy(data))
        written = list(pathlib.Path(folder).rglob("results_*.json"))
        assert len(written) == 1, "nothing written"
        again = json.loads(written[0].read_text(encoding="utf-8"))
    changed = [key for key in data if again.get(key) != data[key]]
    assert not changed, f"changed: {changed}"
    return "EvaluationTracker: written again, unchanged"


def check_loader(path, data):
    from datasets import load_dataset
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        rows = load_dataset("json", data_files=str(path), cache_dir=folder, split="train")
        row = rows[0]
    assert len(rows) == 1
    for task, metrics in data["results"].items():
        assert row["results"][task] == metrics, f"{row['results'][task]}"
    return "datasets.load_dataset: one row, the same scores"


def check_wandb(data):
    from lm_eval.loggers.wandb_logger import WandbLogger
    logger = WandbLogger.__new__(WandbLogger)  # no account, no run
    logger.post_init(data)
    words, numbers = logger._sanitize_results_dict()
    for task, metrics in data["results"].items():
        for key, value in metrics.items():
            found = words if isinstance(value, str) else numbers
            assert found[f"{task}/{key}"] == value, key
    return f"WandbLogger: {len(numbers)} numbers"


def main(paths):
    failed = False
    for path in paths:
        data = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        checks = (lambda: check_schema(data), lambda: check_table(data), lambda: check_tracker(data),
                  lambda: check_loader(path, data), lambda: check_wandb(data))
        for check in checks:
            try:
                print(f"ok {path}: {check()}")
            except Exception as e:  # pylint: disable=broad-except
                failed = True
                print(f"not ok {path}: {type(e).__name__}: {str(e)[:500]}")
    return failed or not paths


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
