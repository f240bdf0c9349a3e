#!/usr/bin/env python3
"""Trains a falcon-h1 model from scratch on worked word problems.

    python3 models/train/train.py --data DIR --out RUN [--shape s] [--tokens 40e6] [--threads 2]

DIR holds train.jsonl and valid.jsonl (make_data.py). RUN receives bpe.json, checkpoint.pt, log.csv
and loss.svg. Loss is taken on the solutions alone. The same command goes on with a run that was
stopped."""
import argparse
import os

import bpe as bpe_module
import decode
import examples
import trainer
from model import Block, FalconH1
from shape import SHAPES


def options():
    p = argparse.ArgumentParser(description="Trains a tiny falcon-h1 model.")
    p.add_argument("--shape", choices=SHAPES, default="s")
    trainer.add_options(p)
    return p.parse_args()


def vocabulary(args, problems):
    """The run's BPE, learned when it is not there yet."""
    path = os.path.join(args.out, "bpe.json")
    if not os.path.exists(path):
        texts = (p[name] for p in problems for name in ("question", "solution"))
        bpe_module.train(texts, SHAPES[args.shape].vocab).save(path)
    return bpe_module.load(path)


def make_run(args):
    trainer.prepare(args, Block)
    shape = SHAPES[args.shape]
    problems = examples.read(os.path.join(args.data, "train.jsonl"))
    valid = examples.read(os.path.join(args.data, "valid.jsonl"))[:args.valid_problems]
    bpe = vocabulary(args, problems)
    model = FalconH1(shape, args.chunk).start(args.seed)
    return trainer.Run(args, model, examples.encode(problems, bpe, shape.context),
                       examples.encode(valid, bpe, shape.context), shape.as_dict(),
                       lambda: decode.accuracy(model, bpe, valid))


if __name__ == "__main__":
    make_run(options()).go()
