"""The training loop: what a run from scratch and an adapter have in common.

A run is a folder: checkpoint.pt, log.csv, loss.svg. Started again with the same options it goes on
from the checkpoint, on a CPU to the bit as if it had never stopped."""
import ctypes
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import chat
import checkpoint
import curve
import examples
import schedule
from parallel import positive

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
RECIPE = ("tokens", "batch", "chunk", "easy_share", "optimizer", "rate", "matrix_rate",
          "weight_decay", "warmup", "decay", "clip", "prompt_loss", "seed", "context")


def add_options(p):
    """Options of every run; the defaults are those of a run from scratch."""
    p.add_argument("--data", required=True, help="folder of train.jsonl and valid.jsonl")
    p.add_argument("--out", required=True, help="folder of the run")
    p.add_argument("--tokens", type=float, default=40e6, help="to train on (%(default)g)")
    p.add_argument("--until", type=float, help="end after so many of the tokens, with the rate of a "
                   "run of that length; may be said while the rate is still constant")
    p.add_argument("--context", type=positive, default=384, help="longest example (%(default)s)")
    p.add_argument("--batch", type=int, default=4096, help="padded tokens a step (%(default)s)")
    p.add_argument("--chunk", type=int, default=32, help="lengths are multiples of it, and chunks "
                   "of the scan are as long (%(default)s)")
    p.add_argument("--easy-share", type=float, default=0.15, help="of the tokens, at the start, "
                   "from problems of one or two steps and numbers of two digits (%(default)s)")
    p.add_argument("--optimizer", choices=("muon", "adamw"), default="muon")
    p.add_argument("--rate", type=float, default=5e-3, help="top learning rate (%(default)g)")
    p.add_argument("--matrix-rate", type=float, default=5e-3, help="of matrices (%(default)g)")
    p.add_argument("--weight-decay", type=float, default=0.05, help="of matrices (%(default)g)")
    p.add_argument("--warmup", type=float, default=0.02, help="share of the run (%(default)g)")
    p.add_argument("--decay", type=float, default=0.4, help="share of the run (%(default)g)")
    p.add_argument("--clip", type=float, default=1.0, help="norm of the gradient (%(default)g)")
    p.add_argument("--prompt-loss", type=float, default=0.5, help="weight of the loss on the tokens "
                   "of the questions (%(default)g)")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=positive, default=2, help="of PyTorch, and processes that "
                   "encode problems (%(default)s)")
    p.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    p.add_argument("--compile", action="store_true", help="fuse small operations (needs g++)")
    p.add_argument("--log-every", type=positive, default=50, help="steps (%(default)s)")
    p.add_argument("--valid-every", type=positive, default=500, help="steps (%(default)s)")
    p.add_argument("--valid-problems", type=positive, default=300, help="the first of valid.jsonl, "
                   "for loss and greedy answers (%(default)s)")
    p.add_argument("--save-minutes", type=float, default=5, help="(%(default)g)")


def prepare(args, block_class):
    """Threads, and an allocator that keeps memory: fresh pages cost more than the sums."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    os.makedirs(args.out, exist_ok=True)
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_MMAP_THRESHOLD, 32 << 20)
        libc.mallopt(M_TRIM_THRESHOLD, 1 << 30)
    if args.compile:
        torch._dynamo.config.recompile_limit = 64
        block_class.forward = torch.compile(block_class.forward, dynamic=False)


class Run:
    """A model in training: data, plan, optimizers, log and clock.

    model       has blocks, forward(tokens) -> hidden states and head(hidden) -> logits
    train, valid  Examples
    sizes       plain numbers that a resumed run must have in common, besides the options
    greedy      callable giving what the log says of greedy answers"""

    def __init__(self, args, model, train, valid, sizes, greedy=dict):
        if not len(train) or not len(valid):
            raise SystemExit(f"no problem of {args.data} fits --context {args.context}")
        self.args, self.train, self.valid, self.greedy = args, train, valid, greedy
        self.plan = examples.plan(train, self.order(args.tokens, args.easy_share))
        self.plan = self.plan[:examples.batches_until(train, self.plan, args.until)]
        self.model = model.to(args.device)
        self.optimizers = schedule.make(self.model, args.optimizer, args.rate, args.matrix_rate,
                                        args.weight_decay)
        self.progress = {"step": 0, "tokens": 0, "seconds": 0.0}
        self.checkpoint = os.path.join(args.out, "checkpoint.pt")
        self.recipe = {k: getattr(args, k) for k in RECIPE} | {"sizes": sizes}
        if os.path.exists(self.checkpoint):
            self.progress = checkpoint.resume(self.checkpoint, self.model, self.optimizers,
                                              self.recipe)
        self.log = curve.Log(os.path.join(args.out, "log.csv"), self.progress["step"])

    def order(self, tokens, easy_share):
        return examples.Order(int(tokens), easy_share, self.args.batch, self.args.chunk,
                              self.args.seed)

    def loss(self, source, length, indices, prompt_loss=0.0):
        """Mean loss of the solution tokens of a batch, filled up to one number of rows per length;
        `prompt_loss` times the mean loss of the question tokens comes to it."""
        rows = max(1, self.args.batch // length)
        tokens, target = examples.fill(source, length, rows, indices)
        weight = target / target.sum()
        if prompt_loss:
            asked = (tokens != chat.PAD) & ~target
            asked[:, 0] = False
            weight += asked * (prompt_loss / asked.sum())
        return self.weighted_loss(tokens, weight)

    def weighted_loss(self, tokens, weight):
        """Sum of weight [rows, T] times the loss of predicting tokens [rows, T], but the first."""
        counted = np.flatnonzero(weight[:, 1:])
        wanted = self.sent(tokens[:, 1:].ravel()[counted])
        weight = self.sent(weight[:, 1:].ravel()[counted].astype(np.float32))
        with torch.autocast(self.args.device, dtype=torch.bfloat16):
            hidden = self.model(self.sent(tokens))[:, :-1]
            logits = self.model.head(hidden.flatten(0, 1)[self.sent(counted)])
        return F.cross_entropy(logits.float(), wanted, reduction="none") @ weight

    def sent(self, array):
        """An array as a tensor of the device, without waiting for it."""
        tensor = torch.from_numpy(array)
        if self.args.device == "cpu":
            return tensor
        return tensor.pin_memory().to(self.args.device, non_blocking=True)

    @torch.no_grad()
    def validate(self):
        """Mean loss on the validation problems, batches weighted by rows."""
        batches = examples.plan(self.valid, self.order(self.valid.start[-1], 0.0))
        total = sum(self.loss(self.valid, *b).item() * len(b[1]) for b in batches)
        return total / sum(len(b[1]) for b in batches)

    def step(self, length, indices):
        schedule.set_rate(self.optimizers, self.rate_factor())
        loss = self.loss(self.train, length, indices, self.args.prompt_loss)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.args.clip)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.progress["step"] += 1
        self.progress["tokens"] += int(self.train.lengths[indices].sum())
        return loss.detach()

    def rate_factor(self):
        return schedule.factor((self.progress["step"] + 1) / (len(self.plan) + 1),
                               self.args.warmup, self.args.decay)

    def report(self, loss):
        p, values = self.progress, {}
        if p["step"] % self.args.valid_every == 0 or p["step"] == len(self.plan):
            values = {"valid_loss": f"{self.validate():.4f}", **self.greedy()}
        self.log.add(step=p["step"], tokens=p["tokens"], seconds=f"{p['seconds']:.0f}",
                     loss=f"{loss:.4f}", rate=f"{self.args.matrix_rate * self.rate_factor():.2e}",
                     **values)

    def save(self):
        checkpoint.save(self.checkpoint, self.model, self.optimizers, self.progress, self.recipe)
        curve.draw(self.log.path, os.path.join(self.args.out, "loss.svg"))

    def go(self):
        """From where the run stands to its end."""
        count = sum(p.numel() for p in self.model.parameters())
        print(f"{count / 1e6:.2f} M parameters, {len(self.train)} examples, "
              f"{len(self.plan)} steps, from step {self.progress['step']}", flush=True)
        saved = started = time.monotonic()
        losses = []
        for length, indices in self.plan[self.progress["step"]:]:
            losses.append(self.step(length, indices))
            last = self.progress["step"] == len(self.plan)
            if self.progress["step"] % self.args.log_every == 0 or last:
                loss = torch.stack(losses).mean().item()
                self.progress["seconds"] += time.monotonic() - started
                self.report(loss)
                losses = []
                if last or time.monotonic() - saved > 60 * self.args.save_minutes:
                    self.save()
                    saved = time.monotonic()
                started = time.monotonic()
