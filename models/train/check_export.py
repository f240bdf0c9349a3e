#!/usr/bin/env python3
"""Compares an export with its checkpoint through `sheaf inspect`.

    python3 models/train/check_export.py RUN FILE.gguf --data DIR [--sheaf build/sheaf]

1. Token ids of all validation texts: the trainer's BPE and Sheaf's tokenizer.
2. The prompt: the chat template, with and without the request line, gives the ids of training.
3. Logits of an F32 export in exact mode: within 1e-4 of PyTorch's in f32.
4. Logits of FILE as Sheaf runs it by default: mean Kullback-Leibler divergence from PyTorch's, and
   how often the most likely token is the same.
Exit status 1 when one of them fails."""
import argparse
import os
import sys
import tempfile

import torch
import torch.nn.functional as F

import chat
import examples
import export
from inspect_sheaf import ask, logits

MAX_DIFFERENCE, MAX_KL = 1e-4, 0.01


def check_tokens(args, bpe, problems):
    texts = [p[name] for p in problems for name in ("question", "solution")]
    texts += ["It's 1,234.50 kg \u2013 caf\u00e9!\n\n  x\t\u00bd \u4e8c  ", "<|eos|> is text here",
              "'S 's \r\n"]
    lines = [{"text": t, "add_special": False, "parse_special": False} for t in texts]
    wrong = [t for t, got in zip(texts, ask(args.sheaf, "tokenize", args.file, lines))
             if got["ids"] != bpe.encode(t)]
    print(f"tokens: {len(texts) - len(wrong)} of {len(texts)} texts alike", *map(repr, wrong[:3]))
    return not wrong


def check_prompts(args, bpe, problems):
    options = {"add_generation_prompt": True}
    lines = [{"messages": [{"role": "user", "content": p["question"] + more}], "options": options}
             for p in problems for more in ("", chat.REQUEST)]
    wanted = [chat.prompt_ids(bpe, p["question"]) for p in problems for _ in range(2)]
    got = ask(args.sheaf, "render", args.file, lines)
    right = sum(g["ids"] == ids for g, ids in zip(got, wanted))
    print(f"prompts: {right} of {len(lines)} alike")
    return right == len(lines)


@torch.no_grad()
def torch_logits(model, ids):
    n = -(-len(ids) // model.chunk) * model.chunk
    padded = torch.tensor([ids + [chat.PAD] * (n - len(ids))])
    return model.head(model(padded))[0, :len(ids)]


def check_exact(args, model, bpe, rows, wanted):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f32.gguf")
        export.write(model, bpe, path, "F32")
        got = logits(args.sheaf, path, rows, "--exact")
    worst = max(float((a - b).abs().max()) for a, b in zip(got, wanted))
    print(f"logits of F32, exact: largest difference {worst:.2e} of {MAX_DIFFERENCE:g}, "
          f"{sum(map(len, rows))} positions")
    return worst <= MAX_DIFFERENCE


def check_file(args, rows, wanted):
    got, wanted = (torch.cat(x).double() for x in (logits(args.sheaf, args.file, rows), wanted))
    kl = float(F.kl_div(got.log_softmax(-1), wanted.log_softmax(-1), log_target=True,
                        reduction="batchmean"))
    same = float((got.argmax(-1) == wanted.argmax(-1)).double().mean())
    print(f"logits of {os.path.basename(args.file)}: mean divergence {kl:.2e} nats of {MAX_KL:g}, "
          f"same best token {100 * same:.2f} %")
    return kl <= MAX_KL


def options():
    p = argparse.ArgumentParser(description="Compares an export with its checkpoint.")
    p.add_argument("run")
    p.add_argument("file")
    p.add_argument("--data", required=True)
    p.add_argument("--sheaf", default="build/sheaf")
    p.add_argument("--problems", type=int, default=20, help="for the logits (20)")
    return p.parse_args()


def main():
    args = options()
    torch.set_num_threads(1)
    model, bpe, _ = export.load_run(args.run)
    problems = examples.read(os.path.join(args.data, "valid.jsonl"), 200)
    rows = [chat.prompt_ids(bpe, p["question"]) + chat.solution_ids(bpe, p["solution"])
            for p in problems[:args.problems]]
    wanted = [torch_logits(model, ids) for ids in rows]
    passed = [check_tokens(args, bpe, problems), check_prompts(args, bpe, problems),
              check_exact(args, model, bpe, rows, wanted), check_file(args, rows, wanted)]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
