#!/usr/bin/env python3
"""Trains a LoRA adapter for a llama model in a GGUF file (SmolLM2-135M) and writes it as GGUF.

    python3 models/train/train_lora.py --base BASE.gguf --data DIR --out RUN [--sheaf build/sheaf]

Prompts are rendered and tokenised by `sheaf inspect` with the base's own chat template and Sheaf's
request line, so that training sees what `sheaf solve` asks. RUN receives what train.py writes, and
adapter.gguf at the end. --check compares the adapter's logits in PyTorch and in Sheaf and ends."""
import argparse
import os
import sys

import torch

import chat
import checkpoint
import examples
import gguf
import llama
import trainer
from inspect_sheaf import ask, logits

MAX_DIFFERENCE = 1e-3


def options():
    p = argparse.ArgumentParser(description="Trains a LoRA adapter for a GGUF model.")
    p.add_argument("--base", required=True, help="GGUF file of architecture llama")
    p.add_argument("--sheaf", default="build/sheaf")
    p.add_argument("--rank", type=int, default=16, help="(%(default)s)")
    p.add_argument("--alpha", type=float, default=32, help="(%(default)g)")
    p.add_argument("--problems", type=int, default=60000, help="of train.jsonl (%(default)s)")
    p.add_argument("--check", action="store_true", help="compare logits instead of training")
    trainer.add_options(p)
    p.set_defaults(tokens=4e6, prompt_loss=0.0, batch=2048, optimizer="adamw", rate=1e-3,
                   matrix_rate=1e-3, weight_decay=0.0, log_every=10, valid_every=100)
    return p.parse_args()


def encode(args, name, limit):
    """Examples of the first problems of a file, as the base's tokenizer and template make them."""
    problems = examples.read(os.path.join(args.data, name), limit)
    chats = [{"messages": [{"role": "user", "content": p["question"] + chat.REQUEST}],
              "options": {"add_generation_prompt": True}} for p in problems]
    texts = [{"text": p["solution"], "add_special": False} for p in problems]
    end = [gguf.Reader(args.base).keys["tokenizer.ggml.eos_token_id"]]
    heads = [got["ids"] for got in ask(args.sheaf, "render", args.base, chats)]
    tails = [got["ids"] + end for got in ask(args.sheaf, "tokenize", args.base, texts)]
    return examples.pack(problems, zip(heads, tails), args.context)


def make_model(args, dtype):
    reader = gguf.Reader(args.base)
    longest = examples.padded_length(args.context, args.chunk)
    return llama.Llama(reader, args.rank, args.alpha, args.seed, longest, dtype)


def write(model, args, path):
    """Writes the adapter: matrices as F16, named after the base's."""
    out = gguf.Writer()
    for key, kind, value in (
            ("general.architecture", gguf.STRING, "llama"),
            ("general.type", gguf.STRING, "adapter"),
            ("general.name", gguf.STRING, "Sheaf solver adapter for SmolLM2-135M-Instruct"),
            ("general.license", gguf.STRING, "apache-2.0"),
            ("adapter.type", gguf.STRING, "lora"),
            ("adapter.lora.alpha", gguf.F32, args.alpha)):
        out.key(key, kind, value)
    for i, block in enumerate(model.blocks):
        for name, m in block.matrices.items():
            for part, tensor in (("lora_a", m.a), ("lora_b", m.b)):
                values = tensor.detach().float().cpu().numpy()
                out.tensor(f"blk.{i}.{name}.weight.{part}", values, "F16")
    out.write(path)


@torch.no_grad()
def check(args):
    """Largest difference of the logits of the adapted model, PyTorch in f32 and Sheaf --exact."""
    model = make_model(args, torch.float32)
    model.load_state_dict(checkpoint.load(os.path.join(args.out, "checkpoint.pt"))["model"])
    path = os.path.join(args.out, "adapter.gguf")
    write(model, args, path)
    for matrix in (m for block in model.blocks for m in block.matrices.values()):
        matrix.a.copy_(matrix.a.half())
        matrix.b.copy_(matrix.b.half())
    valid = encode(args, "valid.jsonl", 2)
    rows = [valid.tokens(i).tolist() for i in range(len(valid))]
    got = logits(args.sheaf, args.base, rows, "--exact", "--lora", path)
    wanted = [model.head(model(torch.tensor([ids])))[0] for ids in rows]
    worst = max(float((a - b).abs().max()) for a, b in zip(got, wanted))
    print(f"logits: largest difference {worst:.2e} of {MAX_DIFFERENCE:g}")
    return worst <= MAX_DIFFERENCE


def main():
    args = options()
    if args.check:
        sys.exit(0 if check(args) else 1)
    trainer.prepare(args, llama.Block)
    train = encode(args, "train.jsonl", args.problems)
    valid = encode(args, "valid.jsonl", args.valid_problems)
    sizes = {"rank": args.rank, "alpha": args.alpha, "problems": args.problems,
             "base": os.path.basename(args.base)}
    run = trainer.Run(args, make_model(args, torch.bfloat16), train, valid, sizes)
    run.go()
    write(run.model, args, os.path.join(args.out, "adapter.gguf"))


if __name__ == "__main__":
    main()
