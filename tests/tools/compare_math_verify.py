#!/usr/bin/env python3
"""Verdicts and times of `sheaf inspect grade` beside those of math-verify, on the same pairs.

    pip install math-verify
    compare_math_verify.py [--sheaf build/sheaf] [--traces FILE]... [--pairs FILE] [--write DIR] DATASET.jsonl

The data set is JSONL with "id" and "answer". Its pairs:

    self      every gold against itself
    spelling  every gold against other spellings of it (fraction, decimal, \\dfrac, order)
    other     every gold against the golds of two other problems
    boxed     every gold against whole responses that end in one of the answers above
    made up   the responses of grader_samples.py

With --traces (samples.jsonl of `sheaf eval`) also whole responses against their golds, with --pairs
(from build/tests/print_pairs) pairs that are equal or unequal by construction.

Prints Markdown tables of verdicts and of agreement by kind of pair, the time per pair, the SHA-256
of all pairs (which names the sample), and every pair on which the two differ. math-verify says yes
or no; UNKNOWN of Sheaf counts as no, as in a score. The exit status is 1 when they agree on less
than 99.5 % of the pairs that hold the data set or a run. --write DIR writes math.jsonl, the made-up
responses, and math.math-verify.tsv: id and verdict. `make test` reads those (tests/cli/graders.sh).
"""
import argparse
import collections
import fractions
import hashlib
import json
import pathlib
import random
import re
import subprocess
import sys
import time

from grader_samples import MATH_FRAMES, math_samples, read_traces

# `task` is where a response holds its answer; None: the answer is bare.
Pair = collections.namedtuple("Pair", "kind id gold answer task")
MADE_UP = "made up"
WANTED = 0.995

INTEGER = re.compile(r"-?\d+")
THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+")
NO_SUM = re.compile(r"[-,;=<>()\[\]|]|\\(text|pm|le|ge|in|cup|left|begin)")
FRACTION = re.compile(r"(-?)\\[dt]?frac\{(\d+)\}\{(\d+)\}")


def terminates(q):
    """True when the fraction q has a finite decimal expansion."""
    rest = q.denominator
    for p in (2, 5):
        while rest % p == 0:
            rest //= p
    return rest == 1


def spell_integer(gold):
    if not INTEGER.fullmatch(gold):
        return
    yield gold + ".0"
    yield f"\\frac{{{2 * int(gold)}}}{{2}}"
    if abs(int(gold)) > 999:
        yield f"{int(gold):,}"


def spell_fraction(gold):
    m = FRACTION.fullmatch(gold)
    if not m:
        return
    sign, p, q = m[1], int(m[2]), int(m[3])
    yield f"{sign}{p}/{q}"
    yield f"{sign}\\frac{{{3 * p}}}{{{3 * q}}}"
    if p > q > 1:
        yield f"{sign}{p // q}\\frac{{{p % q}}}{{{q}}}"
    if terminates(fractions.Fraction(p, q)):
        yield f"{sign}{float(fractions.Fraction(p, q))!r}"


def spell_sum(gold):
    """a + b as b + a, when nothing else is going on."""
    parts = gold.split("+")
    if len(parts) == 2 and not NO_SUM.search(gold):
        if all(part.count("{") == part.count("}") for part in parts):
            yield f"{parts[1].strip()} + {parts[0].strip()}"


def spell_set(gold):
    """1, 2 as 2, 1; 58,500 is one number."""
    items = gold.split(",")
    if len(items) > 1 and not THOUSANDS.fullmatch(gold) and not re.search(r"[()\[\]{}\\!=]", gold):
        yield ", ".join(item.strip() for item in reversed(items))


REPLACEMENTS = (
    (r"\frac", r"\dfrac"),
    (r"\pi", "π"),
    (r"\left", ""),
    (" ", ""),
    (r"\cup", r"\bigcup"),
    (r"^\circ", r"^{\circ}"),
    (r"\begin{pmatrix}", r"\begin{bmatrix}"),
)


def spell_commands(gold):
    for old, new in REPLACEMENTS:
        if old not in gold or (old == " " and "\\" in gold):
            continue
        other = gold.replace(old, new)
        if old == r"\left":
            other = other.replace(r"\right", "")
        if "matrix" in old:
            other = other.replace(r"\end{pmatrix}", r"\end{bmatrix}")
        yield other
    if r"\sqrt{" in gold:
        yield re.sub(r"\\sqrt\{(\d+)\}", r"{\1}^{1/2}", gold)


SPELLERS = (spell_integer, spell_fraction, spell_sum, spell_set, spell_commands)


def spellings(gold):
    return [other for speller in SPELLERS for other in speller(gold) if other != gold]


def dataset_pairs(path, seed):
    with open(path, encoding="utf-8") as f:
        problems = [json.loads(line) for line in f if line.strip()]
    dice = random.Random(seed)
    for problem in problems:
        name, gold = problem["id"], str(problem["answer"])
        others = [str(p["answer"]) for p in dice.sample(problems, 2) if p["id"] != name]
        yield Pair("self", name, gold, gold, None)
        for answer in spellings(gold):
            yield Pair("spelling", name, gold, answer, None)
        for answer in others:
            yield Pair("other", name, gold, answer, None)
        for answer in [gold] + spellings(gold) + others:
            yield Pair("boxed", name, gold, dice.choice(MATH_FRAMES).format(answer), "math")


def made_up_pairs():
    for row in math_samples():
        yield Pair(MADE_UP, row["id"], row["gold"], row["response"], "math")


def trace_pairs(path):
    path = pathlib.Path(path)
    task = json.loads((path.parent / "run.json").read_text(encoding="utf-8"))["config"]["task"]
    for row in read_traces(path):
        yield Pair(path.parent.name, row["id"], row["gold"], row["response"], task)


def random_pairs(path):
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f):
            pair = json.loads(line)
            relation = "equal" if pair["equal"] else "unequal"
            name = f"{pair['kind']} {number}"
            yield Pair(f"random {relation}", name, pair["gold"], pair["answer"], None)


def sheaf_verdicts(sheaf, pairs):
    """Verdict of every pair, and the seconds of all."""
    lines = []
    for p in pairs:
        field = "response" if p.task else "answer"
        lines.append(json.dumps({"gold": p.gold, field: p.answer, "task": p.task or "math"}))
    start = time.perf_counter()
    done = subprocess.run([sheaf, "inspect", "grade"], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    return [json.loads(line) for line in done.stdout.splitlines()], seconds


def math_verify_verdicts(pairs):
    """True, False or the name of an exception for every pair, and the seconds of all."""
    from math_verify import parse, verify
    verdicts = []
    start = time.perf_counter()
    for p in pairs:
        answer = p.answer if p.task else f"\\boxed{{{p.answer}}}"
        try:
            verdicts.append(bool(verify(parse(f"\\boxed{{{p.gold}}}"), parse(answer))))
        except Exception as e:  # pylint: disable=broad-except
            verdicts.append(type(e).__name__)
    return verdicts, time.perf_counter() - start


def print_table(pairs, ours, theirs):
    rows = collections.defaultdict(collections.Counter)
    for p, a, b in zip(pairs, ours, theirs):
        rows[p.kind][a["verdict"], b is True] += 1
    print("| pairs | verdict of Sheaf | math-verify yes | math-verify no |")
    print("|---|---|---|---|")
    for kind, counts in rows.items():
        for verdict in ("equal", "different", "unknown", "no_answer"):
            yes, no = counts[verdict, True], counts[verdict, False]
            if yes or no:
                print(f"| {kind} | {verdict} | {yes} | {no} |")


def agrees(ours, theirs):
    return (ours["verdict"] == "equal") == (theirs is True)


def print_agreement(pairs, ours, theirs):
    """Agreement by kind; returns that over all pairs but the made-up and random ones."""
    rows = collections.defaultdict(collections.Counter)
    total = collections.Counter()
    for p, a, b in zip(pairs, ours, theirs):
        rows[p.kind][agrees(a, b)] += 1
        if p.kind != MADE_UP and not p.kind.startswith("random"):
            total[agrees(a, b)] += 1
    print("\n| pairs | number | same verdict |")
    print("|---|---:|---:|")
    for kind, counts in rows.items():
        print(f"| {kind} | {counts.total()} | {counts[True] / counts.total():.2%} |")
    print(f"| all of the data set and of runs | {total.total()} | {total[True] / total.total():.3%} |")
    return total[True] / total.total()


def sample_hash(pairs):
    h = hashlib.sha256()
    for p in pairs:
        h.update(json.dumps([p.gold, p.answer, p.task]).encode() + b"\n")
    return h.hexdigest()


def write_expected(folder, pairs, theirs):
    """The made-up responses, and what math-verify says of them."""
    rows = [(p, b) for p, b in zip(pairs, theirs) if p.kind == MADE_UP]
    lines = [json.dumps({"id": p.id, "gold": p.gold, "response": p.answer, "task": p.task}) + "\n" for p, _ in rows]
    (pathlib.Path(folder) / "math.jsonl").write_text("".join(lines), encoding="utf-8")
    lines = [f"{p.id}\t{'right' if b is True else 'wrong'}\n" for p, b in rows]
    (pathlib.Path(folder) / "math.math-verify.tsv").write_text("".join(lines), encoding="utf-8")


def print_differences(pairs, ours, theirs):
    print("\n| pairs | problem | gold | answer | Sheaf | math-verify |")
    print("|---|---|---|---|---|---|")
    for p, a, b in zip(pairs, ours, theirs):
        if agrees(a, b):
            continue
        answer = p.answer[-120:] if p.task else p.answer
        cells = [c.replace("|", "\\|").replace("\n", " ") for c in (p.gold, answer)]
        print(f"| {p.kind} | {p.id} | `{cells[0]}` | `{cells[1]}` | {a['verdict']} {a['level']} "
              f"{a['reason']} | {b} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("--sheaf", default="build/sheaf")
    parser.add_argument("--traces", action="append", default=[])
    parser.add_argument("--pairs")
    parser.add_argument("--write", metavar="DIR")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    pairs = list(dataset_pairs(args.dataset, args.seed)) + list(made_up_pairs())
    for path in args.traces:
        pairs += trace_pairs(path)
    if args.pairs:
        pairs += random_pairs(args.pairs)
    ours, our_s = sheaf_verdicts(args.sheaf, pairs)
    theirs, their_s = math_verify_verdicts(pairs)
    print_table(pairs, ours, theirs)
    agreement = print_agreement(pairs, ours, theirs)
    print(f"\nSHA-256 of the sample: {sample_hash(pairs)}")
    print(f"{len(pairs)} pairs: Sheaf {our_s:.2f} s, math-verify {their_s:.1f} s "
          f"({1e6 * our_s / len(pairs):.0f} and {1e6 * their_s / len(pairs):.0f} us a pair)")
    print_differences(pairs, ours, theirs)
    if args.write:
        write_expected(args.write, pairs, theirs)
    return agreement < WANTED


if __name__ == "__main__":
    sys.exit(main())
