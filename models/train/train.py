#!/usr/bin/env python3
"""Trains a falcon-h1 model from scratch on worked word problems.

    python3 models/train/train.py --data DIR --out RUN [--shape s] [--tokens 40e6] [--threads 2]

DIR holds train.jsonl and valid.jsonl (make_data.py). RUN receives bpe.json, checkpoint.pt, log.csv
and loss.svg. The same command goes on with a run that was stopped."""
import argparse
import os

import bpe as bpe_module
import decode
import examples
import trainer
from model import Block, FalconH1
from shape import SHAPES

LEARNED_FROM = 100000   # problems that the vocabulary is learned from


def options():
    p = argparse.ArgumentParser(description="Trains a tiny falcon-h1 model.")
    p.add_argument("--shape", choices=SHAPES, default="s")
    trainer.add_options(p)
    return p.parse_args()


def vocabulary(args, path):
    """The run's BPE, learned from the first problems of a file when it is not there yet."""
    made = os.path.join(args.out, "bpe.json")
    if not os.path.exists(made):
        texts = (p[name] for p in examples.read(path, LEARNED_FROM)
                 for name in ("question", "solution"))
        bpe_module.train(texts, SHAPES[args.shape].vocab).save(made)
    bpe = bpe_module.load(made)
    if len(bpe.tokens) > SHAPES[args.shape].vocab:
        raise SystemExit(f"{made} has {len(bpe.tokens)} entries, shape {args.shape} takes "
                         f"{SHAPES[args.shape].vocab}; take another --out")
    return bpe


def greedy(model, bpe, problems):
    """Accuracy of greedy answers to stories in frames of training and in others."""
    sets = {"greedy_trained": [p for p in problems if not p["heldout"] and p["kind"] != "drill"],
            "greedy_heldout": [p for p in problems if p["heldout"]]}
    return {name: f"{decode.accuracy(model, bpe, chosen):.3f}"
            for name, chosen in sets.items() if chosen}


def make_run(args):
    trainer.prepare(args, Block)
    shape = SHAPES[args.shape]
    path, valid_path = (os.path.join(args.data, f"{name}.jsonl") for name in ("train", "valid"))
    bpe = vocabulary(args, path)
    if args.context > shape.context:
        raise SystemExit(f"--context {args.context}: shape {args.shape} ends at {shape.context}")
    train = examples.encode_file(path, bpe, args.context, args.threads)
    problems = examples.read(valid_path, args.valid_problems)
    valid = examples.encode(problems, bpe, args.context)
    model = FalconH1(shape, args.chunk).start(args.seed)
    return trainer.Run(args, model, train, valid, shape.as_dict(),
                       lambda: greedy(model, bpe, problems))


if __name__ == "__main__":
    make_run(options()).go()
