#!/usr/bin/env python3
"""GSM8K's two filters: `sheaf grade --filter` beside lm-evaluation-harness, response by response.

    pip install lm-eval
    compare_lm_eval.py [--sheaf build/sheaf] [--traces FILE]... [--write DIR]

The responses: those of grader_samples.py, and with --traces those of runs (samples.jsonl of `sheaf eval`). The
reference is the harness itself: filters, stop texts and exact_match with its options are built from the package's
tasks/gsm8k/gsm8k.yaml by its own functions.

Prints agreement by filter and source, the SHA-256 of all responses and golds (which names the sample), and every
difference. The exit status is 1 below 99.5 %. --write DIR writes gsm8k.jsonl (the made-up responses) and what the
harness makes of them, gsm8k.strict-match.tsv and gsm8k.flexible-extract.tsv: id, right or wrong, answer. `make test`
reads those (tests/cli/graders.sh), without the harness.
"""
import argparse
import hashlib
import json
import pathlib
import subprocess
import sys

import yaml

from grader_samples import gsm8k_samples, read_traces

NO_ANSWER = "[invalid]"
WANTED = 0.995


class Harness:
    """The GSM8K task of lm-evaluation-harness."""

    def __init__(self):
        import lm_eval
        from lm_eval.api.metrics import exact_match_fn
        from lm_eval.filters import build_filter_ensemble
        path = pathlib.Path(lm_eval.__file__).parent / "tasks/gsm8k/gsm8k.yaml"
        task = yaml.safe_load(path.read_text(encoding="utf-8"))
        metric = dict(task["metric_list"][0])
        assert metric.pop("metric") == "exact_match"
        for key in ("aggregation", "higher_is_better"):
            metric.pop(key)
        self.stops = task["generation_kwargs"]["until"]
        self.metric = lambda answer, gold: exact_match_fn(predictions=[answer], references=[gold], **metric)
        self.filters = {}
        for row in task["filter_list"]:
            steps = [(step.pop("function"), step or None) for step in row["filter"]]
            self.filters[row["name"]] = build_filter_ensemble(row["name"], steps)

    def generated(self, response):
        """The response as far as the harness would have let the model write it."""
        for stop in self.stops:
            response = response.split(stop)[0]
        return response

    def grade(self, name, gold, response):
        """(right, answer)"""
        from lm_eval.api.instance import Instance
        instance = Instance("generate_until", {}, (), 0, resps=[self.generated(response)])
        self.filters[name].apply([instance])
        answer = instance.filtered_resps[name]
        return bool(self.metric(answer, gold)["exact_match"] == 1.0), answer


def as_line(row):
    """The row as Sheaf reads it: JSON text cannot hold a NUL for it, hex can."""
    row = dict(row)
    if "\0" in row["response"]:
        row["response_hex"] = row.pop("response").encode().hex()
    return json.dumps(row) + "\n"


def sheaf_grades(sheaf, name, rows):
    """[(right, answer)] by the program."""
    text = "".join(map(as_line, rows))
    done = subprocess.run([sheaf, "grade", "--batch", "-", "--filter", name, "--format", "json"], input=text,
                          capture_output=True, text=True, check=True)
    grades = []
    for line in done.stdout.splitlines():
        grade = json.loads(line)
        answer = NO_ANSWER if grade["extracted"] is None else grade["extracted"]
        grades.append((grade["verdict"] == "equal", answer))
    return grades


def sample_hash(sources):
    h = hashlib.sha256()
    for _, rows in sources:
        for row in rows:
            h.update(json.dumps([row["gold"], row["response"]]).encode() + b"\n")
    return h.hexdigest()


def write_expected(folder, rows, harness):
    folder = pathlib.Path(folder)
    (folder / "gsm8k.jsonl").write_text("".join(map(as_line, rows)), encoding="utf-8")
    for name in harness.filters:
        lines = []
        for row in rows:
            right, answer = harness.grade(name, row["gold"], row["response"])
            lines.append(f"{row['id']}\t{'right' if right else 'wrong'}\t{answer}\n")
        (folder / f"gsm8k.{name}.tsv").write_text("".join(lines), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sheaf", default="build/sheaf")
    parser.add_argument("--traces", action="append", default=[])
    parser.add_argument("--write", metavar="DIR")
    args = parser.parse_args()
    harness = Harness()
    sources = [("made up", gsm8k_samples())]
    sources += [(pathlib.Path(path).parent.name, read_traces(path)) for path in args.traces]
    if args.write:
        write_expected(args.write, sources[0][1], harness)
    differences, worst = [], 1.0
    print("| responses | filter | number | right by lm-eval | right by Sheaf | same verdict | same answer too |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for source, rows in sources:
        for name in harness.filters:
            theirs = [harness.grade(name, row["gold"], row["response"]) for row in rows]
            ours = sheaf_grades(args.sheaf, name, rows)
            verdicts = sum(a[0] == b[0] for a, b in zip(ours, theirs))
            answers = sum(a == b for a, b in zip(ours, theirs))
            worst = min(worst, verdicts / len(rows))
            print(f"| {source} | {name} | {len(rows)} | {sum(b[0] for b in theirs)} | {sum(a[0] for a in ours)} "
                  f"| {verdicts / len(rows):.2%} | {answers / len(rows):.2%} |")
            differences += [(name, row, a, b) for row, a, b in zip(rows, ours, theirs) if a != b]
    print(f"\nSHA-256 of the sample: {sample_hash(sources)}; {len(differences)} differences")
    for name, row, a, b in differences:
        print(f"{name} {row['id']} gold {row['gold']!r}: Sheaf {a}, lm-eval {b}, "
              f"response ends {row['response'][-80:]!r}")
    return worst < WANTED


if __name__ == "__main__":
    sys.exit(main())
