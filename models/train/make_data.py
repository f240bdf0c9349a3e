#!/usr/bin/env python3
"""Writes word problems with worked solutions: train.jsonl, valid.jsonl, test.jsonl and
test-steps1.jsonl to test-steps6.jsonl, an object a line.

    python3 models/train/make_data.py --out DIR --seed 1 --train 440000 --valid 1000 --test 1200
        [--jobs 2]

Members: id, question, solution, answer, answer_type (so that `sheaf eval` reads the files), steps
(operations of the solution), digits (of its longest number; with steps, the order of a curriculum),
frame, kind, heldout ("kind", "frame" or "": what of it was never in training), source, license. The
same options give the same bytes, whatever --jobs. Test problems use none of the sentences of
training: their frames are held out, and the kinds marked `test` in sheafdata/stories are held out
as a whole. Every second problem of valid.jsonl is told in a frame held out for validation.
"""
import argparse
import hashlib
import json
import os
import random
import sys

from parallel import imap, positive
from sheafdata import chains, compose, drill, frames

SOURCE = {"source": "sheaf models/train", "license": "Apache-2.0"}
TRIES = 1000
SHARD = 20000     # training problems drawn with one seed of their own


def options():
    p = argparse.ArgumentParser(description="Writes grade-school word problems.")
    p.add_argument("--out", required=True, help="folder, made when missing")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--train", type=int, default=440000, help="problems (440000)")
    p.add_argument("--valid", type=int, default=1000, help="problems (1000)")
    p.add_argument("--test", type=int, default=1200, help="problems (1200)")
    p.add_argument("--weights", type=weights, default="1:27,2:38,3:17,4:10,5:5,6:3",
                   help="problems of training and validation by number of operations (%(default)s)")
    p.add_argument("--test-weights", type=weights, default="1:1,2:1,3:1,4:1,5:1,6:1",
                   help="the same for the test problems (%(default)s)")
    p.add_argument("--drill", type=float, default=0.1, help="share of bare arithmetic (0.1)")
    p.add_argument("--chains", action="append", default=[], metavar="FILE", help="problems of other "
                   "people under MIT, as sheafdata/chains.py reads them; repeatable")
    p.add_argument("--chains-share", type=float, default=0.2,
                   help="of the training problems, where there are --chains (0.2)")
    p.add_argument("--asides", type=float, default=0.12,
                   help="share with a fact that does not matter, where there is a person (0.12)")
    p.add_argument("--jobs", type=positive, default=2, help="processes (2)")
    p.add_argument("--max-steps", type=positive, default=6)
    p.add_argument("--max-digits", type=int, default=9, help="of any number in text or solution")
    return p.parse_args()


def weights(text):
    """'1:40,2:60' as {1: 40.0, 2: 60.0}."""
    shares = {int(s): float(w) for s, w in (pair.split(":") for pair in text.split(","))}
    if not all(1 <= s <= 6 and w >= 0 for s, w in shares.items()) or not sum(shares.values()):
        raise ValueError
    return shares


class Exhausted(Exception):
    """The limits leave no problem that was not drawn before."""


class Writer:
    """Draws problems until they fit the limits, and none twice, nor what was `asked` before."""

    def __init__(self, rng, args, asked=()):
        self.rng, self.args, self.asked = rng, args, set(asked)

    def draw(self, pool, shares, drills):
        for _ in range(TRIES):
            steps = self.rng.choices(list(shares), shares.values())[0]
            drilled = self.rng.random() < drills
            for _ in range(TRIES):
                try:
                    found = drill.problem(self.rng) if drilled else \
                        compose.problem(pool, self.rng, steps, self.args.asides)
                except frames.Reject:
                    continue
                if self.fits(found):
                    return found
        raise Exhausted

    def fits(self, problem):
        if problem["steps"] > self.args.max_steps or problem["digits"] > self.args.max_digits:
            return False
        key = hashlib.blake2b(problem["question"].encode(), digest_size=8).digest()
        new = key not in self.asked
        self.asked.add(key)
        return new


def lines(problems):
    for p in problems:
        yield json.dumps(p, ensure_ascii=False) + "\n"


def write(path, texts):
    """A file that is whole or not there."""
    with open(path + ".part", "w", encoding="utf-8") as f:
        f.writelines(texts)
    os.replace(path + ".part", path)


def label(problems, split, heldout=lambda p: "", before=0):
    """Adds what only the place in a file tells."""
    for i, p in enumerate(problems, before + 1):
        yield {"id": f"sheaf/tiny/{split}/{i:06d}", **SOURCE, **p, "heldout": heldout(p)}


class Training:
    """The training problems, a shard at a time: none twice in a shard, none `asked` before. Those
    of other people may come more than once."""

    def __init__(self, args, pool, shares, asked):
        self.args, self.pool, self.shares, self.asked = args, pool, shares, asked
        found = (p for path in args.chains for p in chains.problems(path, "chains"))
        self.others = [{**p, "source": p["frame"], "license": "MIT"} for p in found
                       if p["digits"] <= args.max_digits]

    def draw(self, writer):
        if self.others and writer.rng.random() < self.args.chains_share:
            return writer.rng.choice(self.others)
        return writer.draw(self.pool, self.shares, self.args.drill)

    def shard(self, nth):
        """The lines of a shard, a function of the seed and its number."""
        writer = Writer(random.Random(f"{self.args.seed}/{nth}"), self.args, self.asked)
        size = min(SHARD, self.args.train - nth * SHARD)
        drawn = (self.draw(writer) for _ in range(size))
        return "".join(lines(label(drawn, "train", before=nth * SHARD)))


def make(args):
    shares = {s: w for s, w in args.weights.items() if s <= args.max_steps}
    test_shares = {s: w for s, w in args.test_weights.items() if s <= args.max_steps}
    rows = frames.read_all()
    pools = {s: compose.Pool(rows, (s,)) for s in ("train", "valid", "test")}
    trained = {f.kind for f in pools["train"].bases}
    splits = {f.name: f.split for f in rows}
    writer = Writer(random.Random(args.seed), args)
    os.makedirs(args.out, exist_ok=True)

    tests = [writer.draw(pools["test"], test_shares, 0) for _ in range(args.test)]
    tests = list(label(tests, "test", lambda p: "frame" if p["kind"] in trained else "kind"))
    write(os.path.join(args.out, "test.jsonl"), lines(tests))
    for steps in range(1, args.max_steps + 1):
        write(os.path.join(args.out, f"test-steps{steps}.jsonl"),
              lines(t for t in tests if t["steps"] == steps))
    valid = [writer.draw(pools["valid" if i % 2 else "train"], shares, 0 if i % 2 else args.drill)
             for i in range(args.valid)]
    write(os.path.join(args.out, "valid.jsonl"),
          lines(label(valid, "valid", lambda p: "frame" if splits.get(p["frame"].split("+")[0])
                      == "valid" else "")))
    made = Training(args, pools["train"], shares, writer.asked)
    write(os.path.join(args.out, "train.jsonl"),
          imap(made.shard, range(-(-args.train // SHARD)), args.jobs))


def main():
    try:
        make(options())
    except Exhausted:
        sys.exit("make_data.py: the limits leave no more problems; allow more steps or digits, "
                 "or ask for fewer")


if __name__ == "__main__":
    main()
