#!/usr/bin/env python3
"""Reflexivity of the verifier over data sets: verifier_table.py SHEAF SET.jsonl... > table.md

Every gold is graded against itself and against its own canonical form as `sheaf grade --explain` prints it. The table
counts, per set, the level that proved the canonical form equal, golds that are words, golds that the grammar does
not know, and verdicts that are not "equal" (each is listed below)."""
import collections
import json
import os
import subprocess
import sys


def grade(sheaf, pairs):
    lines = "".join(json.dumps({"gold": g, "answer": a}) + "\n" for g, a in pairs)
    run = subprocess.run([sheaf, "grade", "--batch", "-", "--format", "json", "--explain"], input=lines.encode(),
                         stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def golds_of(path):
    with open(path, encoding="utf-8") as lines:
        return [str(json.loads(line)["answer"]) for line in lines]


def row(sheaf, path):
    golds = golds_of(path)
    first = grade(sheaf, [(g, g) for g in golds])
    forms = [a["gold_canonical"] or "" for a in first]
    second = grade(sheaf, list(zip(golds, forms)))
    levels = collections.Counter(a["level"] for a in second if a["verdict"] == "equal")
    words, unknown_text = sum(f.startswith('"') for f in forms), sum(f.startswith("`") for f in forms)
    misses = [(g, f, a) for g, f, x, a in zip(golds, forms, first, second)
              if x["verdict"] != "equal" or a["verdict"] != "equal"]
    counts = [levels["L%d" % i] for i in range(6)] + [words, unknown_text, len(misses)]
    name = os.path.basename(path).removesuffix(".jsonl")
    print("| " + " | ".join([name, str(len(golds))] + [str(c) for c in counts]) + " |")
    return misses


if __name__ == "__main__":
    print("| set | golds | L0 | L1 | L2 | L3 | L4 | L5 | words | not read | not equal |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    missed = [m for path in sys.argv[2:] for m in row(sys.argv[1], path)]
    for gold, form, answer in missed:
        print(f"\n* `{gold}` printed as `{form}`: {answer['verdict']} {answer['reason']}")
