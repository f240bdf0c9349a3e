#!/usr/bin/env python3
"""Measures a model on held-out problems, by number of steps, and on sets of one's own.

    python3 models/train/evaluate.py FILE.gguf --data WORK/data --runs WORK/runs
        [--set NAME=FILE.jsonl[:PROBLEMS] ...] [--traces 64] [--sheaf build/sheaf]

Prints a Markdown table: pass@1, majority of 16 and of all traces, DeepConf offline and online
beside it. Runs are kept in --runs and go on where they were."""
import argparse
import csv
import io
import json
import os
import subprocess

STEPS = range(1, 7)
OFFLINE, LOW, HIGH = "lowest-keep10", "deepconf-online-low", "deepconf-online-high"
HEAD = ("problems", "n", "pass@1", "majority@16", "majority@{n}", "DeepConf offline, best 10 %",
        "online low", "tokens", "seconds", "online high", "tokens", "seconds", "majority, s")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def measure(args, name, path, limit):
    """Rows of the run's table by rule, and the exact cons@k of the majority by k."""
    run = os.path.join(args.runs, name)
    command = [args.sheaf, "eval", "-m", args.file, "--data", path, "-N", str(args.traces),
               "-n", str(args.tokens), "--strategy", f"majority,{LOW},{HIGH}", "-o", run, "-q",
               "--format", "csv", "-t", str(args.threads)]
    if limit:
        command += ["--limit", limit]
    rows = {row["rule"]: row for row in csv.DictReader(io.StringIO(output(*command)))}
    votes = json.loads(output(args.sheaf, "vote", run, "--strategy", "majority", "-k", "16",
                              "--format", "json"))["rows"]
    return rows, {row["k"]: row for row in votes}


def percent(row):
    return f"{float(row['value']):.1f} ± {float(row['stderr']):.1f}"


def against(row, base):
    """Value of an online rule, and its tokens and seconds against the majority's."""
    return [percent(row)] + [f"{100 * (float(row[k]) / float(base[k]) - 1):+.0f} %"
                             for k in ("tokens", "seconds")]


def line(name, rows, votes):
    base = rows["majority"]
    at_16 = votes[16]
    return [name, base["problems"], percent(rows["pass@1"]),
            f"{at_16['accuracy']:.1f} ± {at_16['accuracy_stderr']:.1f}", percent(base),
            percent(rows[OFFLINE]), *against(rows[LOW], base), *against(rows[HIGH], base),
            f"{float(base['seconds']):.0f}"]


def sets(args):
    """Name, file and limit of everything to measure."""
    if args.data:
        for steps in STEPS:
            yield f"{steps} steps", os.path.join(args.data, f"test-steps{steps}.jsonl"), ""
    for given in args.set:
        name, path = given.split("=", 1)
        path, _, limit = path.partition(":")
        yield name, path, limit


def main():
    p = argparse.ArgumentParser(description="Measures a model on held-out problems.")
    p.add_argument("file")
    p.add_argument("--data", help="folder of test-steps1.jsonl ...")
    p.add_argument("--runs", required=True)
    p.add_argument("--set", action="append", default=[])
    p.add_argument("--traces", type=int, default=64)
    p.add_argument("--tokens", type=int, default=320)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--sheaf", default="build/sheaf")
    args = p.parse_args()
    os.makedirs(args.runs, exist_ok=True)
    print("| " + " | ".join(HEAD).format(n=args.traces) + " |")
    print("|:---|" + "---:|" * (len(HEAD) - 1))
    for name, path, limit in sets(args):
        row = line(name, *measure(args, name.replace(" ", "-"), path, limit))
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
