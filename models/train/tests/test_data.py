"""The generator of word problems: arithmetic, frames, splits, English, determinism.

    python3 -m unittest discover -s models/train/tests -p 'test_data.py'
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import make_data  # noqa: E402
from sheafdata import arith, check, compose, drill, frames, smells, template  # noqa: E402

N_SAMPLES = 5000
ROWS = frames.read_all()
POOLS = {s: compose.Pool(ROWS, (s,)) for s in ("train", "valid", "test")}
CHAINS = (
    ("47", "+", "38", "47 + 38 = 85"),
    ("547", "+", "368", "547 + 368 = 847 + 68 = 907 + 8 = 915"),
    ("915", "-", "368", "915 - 368 = 615 - 68 = 555 - 8 = 547"),
    ("24", "*", "7", "24 * 7 = 20 * 7 + 4 * 7 = 140 + 28 = 168"),
    ("12", "*", "11", "12 * 11 = 132"),
    ("40", "*", "300", "40 * 300 = 12000"),
    ("3.75", "*", "4", "3.75 * 4 = 3 * 4 + 0.7 * 4 + 0.05 * 4 = 12 + 2.8 + 0.2 = 14.8 + 0.2 = 15"),
    ("168", "/", "7", "168 / 7 = 140 / 7 + 28 / 7 = 20 + 4 = 24"),
    ("15", "/", "2", "15 / 2 = 14 / 2 + 1 / 2 = 7 + 0.5 = 7.5"),
    ("50", "//", "8", "50 = 8 * 6 + 2"),
    ("170", "//", "7", "170 = 140 + 28 + 2 = 7 * 20 + 7 * 4 + 2 = 7 * 24 + 2"),
)
FALSE_SOLUTIONS = (
    ("Tom has 12 + 7 = 18 pens.\nThe answer is \\boxed{18}.", "18"),
    ("Tom has 12 + 7 = 19 pens.\nThe answer is \\boxed{18}.", "18"),
    ("Tom has 12 + 7 = 19 pens.\nThe answer is \\boxed{19}.", "18"),
    ("Tom has 19 pens.\nThe answer is \\boxed{19}.", "19"),
    ("He got 24 * 7 = 20 * 7 + 4 * 7 = 140 + 38 = 168.\nThe answer is \\boxed{168}.", "168"),
)
MEMBERS = {"id", "question", "solution", "answer", "answer_type", "steps", "digits", "frame",
           "kind", "heldout", "source", "license"}
SMELLY = ("Tom ate a apple.", "Tom has  two.", "There is 1 apples.", "Tom {x} it.", "It is. no.",
          "She had had 7 pen.", "An cat sat.", "It was 5 .", "1 pen are left.", "a 8-dollar bill")
FRESH = ("Tom ate an apple.", "A unicycle has 1 wheel.", "His 1.5 pounds cost $3.", "Is it 1 bus?")


def draw(pool, rng, steps=None):
    """A problem; some draws come to nothing."""
    while True:
        try:
            return compose.problem(pool, rng, steps or rng.randint(1, 6), 0.1)
        except frames.Reject:
            continue


def samples(n, rng):
    return [drill.problem(rng) if i % 10 == 0 else draw(POOLS["train" if i % 3 else "test"], rng)
            for i in range(n)]


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


SAMPLES = samples(N_SAMPLES, random.Random(7))


class Arithmetic(unittest.TestCase):
    def test_chains(self):
        for a, op, b, chain in CHAINS:
            self.assertEqual(arith.speak(Fraction(a), op, Fraction(b))[1], chain)

    def test_every_member_has_the_same_value(self):
        rng = random.Random(1)
        for _ in range(600):
            a, b = Fraction(rng.randint(1, 9999), rng.choice((1, 1, 1, 4, 20))), rng.randint(1, 999)
            for op in "+*" + "-" * (a > b):
                value, chain = arith.speak(a, op, b)
                self.assertEqual({check.evaluate(m) for m in chain.split(" = ")}, {value}, chain)
            chain = arith.speak(a * b, "/", b)[1]
            self.assertEqual({check.evaluate(m) for m in chain.split(" = ")}, {a}, chain)

    def test_remainders(self):
        for a in range(1, 250):
            for b in (2, 3, 7, 12, 15):
                chain = arith.divide_rest(Fraction(a), Fraction(b))
                self.assertEqual(len({check.evaluate(m) for m in chain.split(" = ")}), 1, chain)

    def test_numbers_are_short(self):
        for text in ("0.05", "12", "1200", "2.5", "100.01"):
            self.assertEqual(arith.show(Fraction(text)), text)
        self.assertRaises(ValueError, arith.show, Fraction(1, 3))


class Checker(unittest.TestCase):
    def test_finds_false_solutions(self):
        for solution, answer in FALSE_SOLUTIONS:
            self.assertTrue(check.faults(solution, answer), solution)

    def test_finds_bad_english(self):
        for text in SMELLY:
            self.assertTrue(smells.smells(text), text)
        for text in FRESH:
            self.assertEqual(smells.smells(text), [], text)


class Frames(unittest.TestCase):
    def test_counts(self):
        kinds = {f.kind for f in ROWS}
        heldout = kinds - {f.kind for f in ROWS if f.split != "test"}
        self.assertGreaterEqual(len(ROWS), 300)
        self.assertGreaterEqual(len(kinds), 60)
        self.assertGreaterEqual(sum(f.split == "test" for f in ROWS), 60)
        self.assertGreaterEqual(len(heldout), 6)

    def test_the_readme_counts_them(self):
        text = read(os.path.join(HERE, "..", "sheafdata", "README.md"))
        kinds = {f.kind for f in ROWS if not f.needs}
        self.assertIn(f"{len(ROWS)} frames in {len(kinds)} story kinds", text)

    def test_no_two_frames_tell_the_same(self):
        sources = [f.source for f in ROWS]
        self.assertEqual(len(sources), len(set(sources)))
        self.assertEqual(len({f.name for f in ROWS}), len(ROWS))

    def test_every_base_frame_makes_problems(self):
        rng = random.Random(3)
        for frame in ROWS:
            if not frame.needs and frame.questions:
                self.assertTrue(any(self.tells(frame, rng) for _ in range(3000)), frame.where)

    def tells(self, frame, rng):
        try:
            told, solved = compose.tell([frame], template.Fill(rng))
            return bool(told and solved)
        except frames.Reject:
            return False

    def test_every_continuation_comes_up(self):
        rng = random.Random(4)
        for frame in ROWS:
            if frame.needs in compose.STATE_SLOTS:
                usual, frame.weight = frame.weight, 1000
                found = self.comes_up(frame, rng)
                frame.weight = usual
                self.assertTrue(found, frame.where)

    def test_every_aside_comes_up(self):
        rng = random.Random(4)
        for frame in ROWS:
            if frame.needs == "aside":
                self.assertTrue(self.comes_up(frame, rng), frame.where)

    def comes_up(self, frame, rng):
        pool = POOLS[frame.split]
        return any(frame.name in draw(pool, rng)["frame"].split("+") for _ in range(5000))

    def test_bad_tables_are_refused(self):
        for text in ("== a\n--\nX y", "== a\n--\nB {a", "== a\n--\nB [a|b", "== a\n--\nV a=3..",
                     "== a\n-- onw > own N x\nB b"):
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "t.txt")
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text)
                self.assertRaisesRegex(ValueError, r"t\.txt:\d", frames.read_file, path)


class Problems(unittest.TestCase):
    def test_solutions_are_right(self):
        for p in SAMPLES:
            self.assertEqual(check.faults(p["solution"], p["answer"]), [], p)

    def test_english_and_ranges(self):
        for p in SAMPLES:
            for text in (p["question"], *p["solution"].split("\n")[:-1]):
                self.assertEqual(smells.smells(text), [], (p["frame"], text))
            self.assertTrue(p["question"].endswith(("?", ".")), p["question"])
            self.assertTrue(1 <= p["steps"] <= 12 and 1 <= p["digits"] <= 12, p)
            for number in re.findall(r"\d[\d,]*(?:\.\d+)?", p["question"]):
                self.assertLess(Fraction(number.replace(",", "")), compose.LIMIT)

    def test_answers_are_whole_for_things(self):
        for p in SAMPLES:
            if re.search("How many (?:people|students|children)", p["question"]):
                self.assertEqual(p["answer_type"], "integer", p)

    def test_steps_are_as_asked(self):
        rng = random.Random(5)
        for steps in range(1, 7):
            found = [draw(POOLS["train"], rng, steps)["steps"] for _ in range(60)]
            self.assertGreater(found.count(steps), 45)

    def test_test_problems_use_no_trained_frame(self):
        split = {f.name: f.split for f in ROWS}
        rng = random.Random(6)
        for name, pool in POOLS.items():
            for _ in range(150):
                used = draw(pool, rng)["frame"].split("+")
                self.assertEqual({split[f] for f in used}, {name})


class Program(unittest.TestCase):
    def run_it(self, folder, *more):
        subprocess.run([sys.executable, os.path.join(HERE, "..", "make_data.py"), "--out", folder,
                        "--train", "60", "--valid", "20", "--test", "40", *more], check=True)
        return {name: read(os.path.join(folder, name)) for name in sorted(os.listdir(folder))}

    def test_same_seed_same_bytes(self):
        with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
            first = self.run_it(a)
            self.assertEqual(first, self.run_it(b))
            self.assertNotEqual(first["train.jsonl"], self.run_it(b, "--seed", "2")["train.jsonl"])

    def test_processes_change_nothing(self):
        usual = make_data.SHARD, make_data.TRIES
        make_data.SHARD, make_data.TRIES = 20, 50
        with tempfile.TemporaryDirectory() as folder:
            made = []
            for jobs in ("1", "2"):
                sys.argv = ["make_data.py", "--out", folder, "--train", "50", "--valid", "2",
                            "--test", "6", "--jobs", jobs]
                make_data.main()
                made.append(read(os.path.join(folder, "train.jsonl")))
            self.assertEqual(made[0], made[1])
            self.assertEqual(made[0].count("\n"), 50)
            make_data.SHARD = 2000
            sys.argv += ["--train", "2000", "--drill", "1", "--max-digits", "1"]
            self.assertRaisesRegex(SystemExit, "no more problems", make_data.main)
        make_data.SHARD, make_data.TRIES = usual

    def test_limits_and_members(self):
        with tempfile.TemporaryDirectory() as a:
            files = self.run_it(a, "--max-steps", "2", "--max-digits", "3", "--drill", "0.5")
        rows = [json.loads(line) for text in files.values() for line in text.splitlines()]
        self.assertTrue(all(r["steps"] <= 2 and r["digits"] <= 3 for r in rows))
        self.assertEqual(set(rows[0]), MEMBERS)
        ids = [json.loads(line)["id"] for line in files["train.jsonl"].splitlines()]
        self.assertEqual(len(set(ids)), 60)


if __name__ == "__main__":
    unittest.main()
