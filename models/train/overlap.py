#!/usr/bin/env python3
"""Counts word n-grams that generated problems share with evaluation sets.

    python3 models/train/overlap.py DIR/train.jsonl SETS

Compares the questions of the first file (and its solutions) with the questions of every .jsonl file
in the folder SETS, for n = 8 and 13. Words are lower case, numbers stay as they are, punctuation goes.
With --numbers every number counts as the same word, which finds sentences that differ in numbers
alone. One line per set and n: problems of the set with a shared n-gram, n-grams of the set that are
shared. The shared n-grams follow with --show. Exit status 1 when a 13-gram is shared.
"""
import argparse
import glob
import json
import os
import re
import sys

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d[\d,]*(?:\.\d+)?")
LENGTHS = (8, 13)


def words(text, same_numbers):
    found = WORD.findall(text.lower().replace("\u2019", "'"))
    return ["#" if same_numbers and w[0].isdigit() else w for w in found]


def grams(text, n, same_numbers):
    """The n-grams of a text, less those that are mostly numbers made the same."""
    w = words(text, same_numbers)
    runs = (w[i:i + n] for i in range(len(w) - n + 1))
    return {" ".join(run) for run in runs if run.count("#") <= n // 2}


def read(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def set_index(rows, same_numbers):
    """{n: {n-gram: [row numbers]}} of an evaluation set's questions."""
    index = {n: {} for n in LENGTHS}
    for i, row in enumerate(rows):
        for n in LENGTHS:
            for gram in grams(row["question"], n, same_numbers):
                index[n].setdefault(gram, []).append(i)
    return index


def shared_grams(made_path, wanted, same_numbers):
    """{n: n-grams of the generated file that are in `wanted[n]`}, in one pass over the file."""
    shared = {n: set() for n in LENGTHS}
    with open(made_path, encoding="utf-8") as f:
        for line in f:
            row = json.loads(line)
            for text in (row["question"], row.get("solution", "")):
                for n in LENGTHS:
                    shared[n] |= grams(text, n, same_numbers) & wanted[n]
    return shared


def main():
    p = argparse.ArgumentParser(description="Counts n-grams shared with evaluation sets.")
    p.add_argument("made", help="a .jsonl file with generated problems")
    p.add_argument("sets", help="a folder with .jsonl evaluation sets")
    p.add_argument("--numbers", action="store_true", help="treat all numbers as the same word")
    p.add_argument("--show", type=int, default=0, help="shared n-grams to print per set and n")
    args = p.parse_args()
    sets = {os.path.basename(path): read(path)
            for path in sorted(glob.glob(os.path.join(args.sets, "*.jsonl")))}
    indexes = {name: set_index(rows, args.numbers) for name, rows in sets.items()}
    wanted = {n: set().union(*(i[n] for i in indexes.values())) for n in LENGTHS}
    shared = shared_grams(args.made, wanted, args.numbers)
    longest = 0
    print(f"{'set':24} {'n':>3} {'problems':>9} {'of':>6} {'n-grams':>8} {'of':>8}")
    for name, rows in sets.items():
        for n in LENGTHS:
            both = sorted(shared[n] & indexes[name][n].keys())
            touched = {i for gram in both for i in indexes[name][n][gram]}
            longest = max(longest, n if both else 0)
            print(f"{name:24} {n:3} {len(touched):9} {len(rows):6} {len(both):8} "
                  f"{len(indexes[name][n]):8}")
            for gram in both[:args.show]:
                print(f"    {gram}")
    return 1 if longest == max(LENGTHS) else 0


if __name__ == "__main__":
    sys.exit(main())
