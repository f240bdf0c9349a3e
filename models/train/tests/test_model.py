"""The trainer: scan, model, tokenizer, order of examples, GGUF blocks, resumed runs.

    python3 -m unittest discover -s models/train/tests -p 'test_model.py'

Skipped where PyTorch is not installed.
"""
import contextlib
import csv
import io
import json
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

try:
    import numpy as np
    import torch
except ImportError as missing:
    raise unittest.SkipTest(str(missing))

import bpe  # noqa: E402
import chat  # noqa: E402
import decode  # noqa: E402
import examples  # noqa: E402
import gguf  # noqa: E402
import muon  # noqa: E402
import schedule  # noqa: E402
import ssd  # noqa: E402
import train  # noqa: E402
from model import FalconH1  # noqa: E402
from pretokens import pieces  # noqa: E402
from shape import SHAPES, Shape  # noqa: E402

SMALL = Shape(vocab=64, width=32, layers=2, heads=2, kv_heads=1, head_dim=16, ff=32, ssm_heads=2,
              ssm_head_dim=16, ssm_state=8, context=128)
SPLITS = (
    ("He has 150 pens.", ["He", " has", " ", "1", "5", "0", " pens", "."]),
    ("It's 3.5%\n\nSo", ["It", "'s", " ", "3", ".", "5", "%\n\n", "So"]),
    ("a  b \n c", ["a", " ", " b", " \n", " c"]),
    ("$x = \u00bd caf\u00e9", ["$x", " =", " ", "\u00bd", " caf\u00e9"]),
)


def problems(n):
    """Sums of two numbers; every third one counts as hard."""
    made = []
    for i in range(n):
        a, b = 3 + 7 * i % 50, 2 + 11 * i % 40
        made.append({"question": f"What is {a} plus {b}?", "answer": str(a + b), "digits": 2,
                     "solution": f"{a} + {b} = {a + b}.\nThe answer is \\boxed{{{a + b}}}.",
                     "steps": 3 if i % 3 == 0 else 1, "kind": "sums",
                     "heldout": "frame" if i % 2 else ""})
    return made


class Scan(unittest.TestCase):
    def test_chunks_equal_single_steps(self):
        torch.manual_seed(1)
        x, log_a = torch.randn(2, 24, 3, 4), -torch.rand(2, 24, 3)
        b, c = torch.randn(2, 24, 5), torch.randn(2, 24, 5)
        state, by_step = torch.zeros(2, 5, 12), []
        for t in range(24):
            y, state = ssd.step(state, x[:, t], log_a[:, t], b[:, t], c[:, t])
            by_step.append(y)
        for chunk in (4, 8, 24):
            y, last = ssd.scan(x, log_a, b, c, chunk)
            self.assertLess((y - torch.stack(by_step, 1)).abs().max(), 1e-4)
            self.assertLess((last - state).abs().max(), 1e-4)


class Model(unittest.TestCase):
    def setUp(self):
        self.model = FalconH1(SMALL, 16).start(3)
        self.tokens = torch.randint(5, 64, (2, 32), generator=torch.Generator().manual_seed(1))

    def test_padding_behind_changes_nothing(self):
        longer = torch.cat((self.tokens, torch.zeros(2, 32, dtype=torch.int64)), 1)
        with torch.no_grad():
            gap = self.model(longer)[:, :32] - self.model(self.tokens)
        self.assertLess(gap.abs().max(), 1e-4)

    def test_stepwise_answers_equal_those_of_whole_passes(self):
        prompts = [self.tokens[0, :7].tolist(), self.tokens[1, :12].tolist()]
        for prompt, answer in zip(prompts, decode.greedy(self.model, prompts, 9)):
            row = prompt + answer
            padded = torch.tensor([row + [0] * (32 - len(row))])
            with torch.no_grad():
                best = self.model.head(self.model(padded))[0].argmax(-1).tolist()
            self.assertEqual(best[len(prompt) - 1:len(row) - 1], answer)
            self.assertTrue(len(answer) == 9 or best[len(row) - 1] == chat.EOS)

    def test_shapes_fit_twelve_megabytes(self):
        for name, shape in SHAPES.items():
            with torch.device("meta"):
                count = sum(p.numel() for p in FalconH1(shape).parameters())
            self.assertLess(count * 34 / 32, 11.5e6, name)


class Tokenizer(unittest.TestCase):
    def test_pieces(self):
        for text, wanted in SPLITS:
            self.assertEqual(pieces(text), wanted)

    def test_digits_stay_single_and_text_comes_back(self):
        texts = [p["question"] + p["solution"] for p in problems(90)]
        made = bpe.train(texts, 400)
        self.assertGreater(len(made.merges), 10)
        for token in made.tokens[len(chat.SPECIALS):]:
            self.assertTrue(len(token) == 1 or not any(c.isdigit() for c in token), token)
        for text in texts + ["\u00e9 <|eos|> \U0001f600\n"]:
            self.assertEqual(made.decode(made.encode(text)), text)


class Order(unittest.TestCase):
    def setUp(self):
        rows = problems(60)
        self.all = examples.encode(rows, bpe.train((p["solution"] for p in rows), 300), 128)
        self.order = examples.Order(int(self.all.start[-1]) * 2, 0.2, 256, 16, 5)

    def test_easy_first_then_everything(self):
        batches = examples.plan(self.all, self.order)
        seen = np.concatenate([b[1] for b in batches])
        self.assertEqual(len(set(seen.tolist())), len(self.all))
        real = self.all.lengths[seen].sum()
        self.assertLess(abs(int(real) - self.order.tokens), 200)
        hard = examples.plan(self.all, examples.Order(2000, 1.0, 256, 16, 5))
        self.assertTrue(self.all.easy[np.concatenate([b[1] for b in hard])].all())

    def test_same_seed_same_plan(self):
        first, again = (examples.plan(self.all, self.order) for _ in range(2))
        for (n, a), (m, b) in zip(first, again, strict=True):
            self.assertTrue(n == m and np.array_equal(a, b))

    def test_files_in_shares_equal_the_whole(self):
        rows = problems(60)
        merges = bpe.train((p["solution"] for p in rows), 300)
        usual, examples.SHARE = examples.SHARE, 25
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.jsonl")
            with open(path, "w") as f:
                f.writelines(json.dumps(p) + "\n" for p in rows)
            for jobs in (1, 2):
                found = examples.encode_file(path, merges, 128, jobs)
                for name in ("flat", "start", "prompt", "easy"):
                    self.assertTrue(np.array_equal(getattr(found, name), getattr(self.all, name)))
        examples.SHARE = usual

    def test_the_mask_is_the_solution(self):
        tokens, target = examples.fill(self.all, 96, 2, [4])
        n, head = int(self.all.lengths[4]), int(self.all.prompt[4])
        self.assertEqual(tokens[0, head - 1], chat.ASSISTANT)
        self.assertEqual(tokens[0, n - 1], chat.EOS)
        self.assertEqual(np.flatnonzero(target[0]).tolist(), list(range(head, n)))
        self.assertFalse(target[1].any())


class Loss(unittest.TestCase):
    def test_weights_are_those_of_two_means(self):
        run = trained_in(self.enterContext(tempfile.TemporaryDirectory()), "run", steps=1)
        length, indices = run.plan[-1]
        with torch.no_grad():
            got = run.loss(run.train, length, indices, prompt_loss=0.5)
            tokens, solution = examples.fill(run.train, length, len(indices), indices)
            asked = (tokens != chat.PAD) & ~solution
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = run.model.head(run.model(torch.from_numpy(tokens)))[:, :-1]
            each = torch.nn.functional.cross_entropy(
                logits.float().transpose(1, 2), torch.from_numpy(tokens[:, 1:]), reduction="none")
        wanted = each[torch.from_numpy(solution[:, 1:])].mean() + \
            0.5 * each[torch.from_numpy(asked[:, 1:])].mean()
        self.assertLess(abs(got - wanted), 0.02)


class Rate(unittest.TestCase):
    def test_factor(self):
        for done, wanted in ((0.01, 0.5), (0.02, 1), (0.5, 1), (0.6, 1), (0.8, 0.5), (1, 0)):
            self.assertAlmostEqual(schedule.factor(done, 0.02, 0.4), wanted)


class Muon(unittest.TestCase):
    def test_steps_are_those_of_torch(self):
        torch.manual_seed(2)
        shapes = ((48, 32), (32, 64), (48, 32))
        ours = [torch.randn(s) for s in shapes]
        theirs = [w.clone() for w in ours]
        mine = muon.Muon(ours, 1e-2, 0.05)
        peer = torch.optim.Muon(theirs, lr=1e-2, weight_decay=0.05, momentum=0.95, nesterov=True,
                                adjust_lr_fn="match_rms_adamw")
        for _ in range(3):
            for a, b in zip(ours, theirs):
                a.grad = torch.randn(a.shape)
                b.grad = a.grad.clone()
            mine.step()
            peer.step()
        for a, b in zip(ours, theirs):
            self.assertLess((a - b).abs().max(), 1e-5)


class Files(unittest.TestCase):
    def test_tensors_come_back(self):
        values = np.random.default_rng(1).normal(size=(6, 64)).astype(np.float32)
        values[2] = 0
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.gguf")
            out = gguf.Writer()
            out.key("general.name", gguf.STRING, "x")
            out.key("list", (gguf.ARRAY, gguf.I32), [1, -2])
            out.tensor("a", values)
            out.tensor("b", values, "Q8_0")
            self.assertEqual(out.write(path), os.path.getsize(path))
            back = gguf.Reader(path)
        self.assertEqual(back.keys, {"general.name": "x", "list": [1, -2]})
        self.assertTrue(np.array_equal(back.tensor("a"), values))
        self.assertLess(np.abs(back.tensor("b") - values).max(), np.abs(values).max() / 127)


def trained_in(folder, name, steps=None, *more):
    """A run on forty sums after so many steps, or at its end."""
    for split in ("train", "valid"):
        with open(os.path.join(folder, split + ".jsonl"), "w") as f:
            f.writelines(json.dumps(p) + "\n" for p in problems(40))
    sys.argv = ["train.py", "--data", folder, "--out", os.path.join(folder, name),
                "--shape", "toy", "--tokens", "5000", "--batch", "512", "--threads", "1",
                "--valid-problems", "3", "--log-every", "4", *more]
    with contextlib.redirect_stdout(io.StringIO()):
        run = train.make_run(train.options())
        if steps is None:
            run.go()
        else:
            for batch in run.plan[:steps]:
                run.step(*batch)
            run.save()
    return run


class Resume(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def test_a_run_in_two_parts_equals_a_whole_one(self):
        whole = trained_in(self.folder, "whole")
        trained_in(self.folder, "parts", 3)
        parts = trained_in(self.folder, "parts")
        self.assertEqual(whole.progress["step"], parts.progress["step"])
        for a, b in zip(whole.model.parameters(), parts.model.parameters()):
            self.assertTrue(torch.equal(a, b))
        with open(os.path.join(self.folder, "parts", "log.csv")) as f:
            last = list(csv.DictReader(f))[-1]
        self.assertGreater(float(last["valid_loss"]), 0)
        self.assertTrue(0 <= float(last["greedy_trained"]) <= 1)
        self.assertTrue(0 <= float(last["greedy_heldout"]) <= 1)

    def test_other_settings_are_refused(self):
        trained_in(self.folder, "run", 1)
        self.assertRaisesRegex(SystemExit, "context", trained_in, self.folder, "run", 2,
                               "--context", "64")
        self.assertRaisesRegex(SystemExit, "no problem", trained_in, self.folder, "new", 1,
                               "--context", "3")


if __name__ == "__main__":
    unittest.main()
