#!/usr/bin/env python3
"""Compares Sheaf with llama.cpp's server on an exported model: prompts and greedy answers.

    python3 models/train/check_peer.py FILE.gguf --data DIR --server PATH/llama-server

The server renders the chat template and tokenises it itself. Kernels and rounding differ between
programs, so two almost equally likely tokens may fall either way: the numbers of equal texts and of
equal boxed answers are printed. Exit status 1 when a prompt differs or fewer than 9 of 10 boxed
answers agree."""
import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import chat
import decode
import examples
from inspect_sheaf import ask

N_NEW = 256


def post(base, path, body):
    request = urllib.request.Request(base + path, json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def start(args):
    """The server process, once it answers."""
    command = [args.server, "-m", args.file, "--port", str(args.port), "-t", "1", "-c", "1024",
               "-np", "1", "--jinja", "-ctk", "f32", "-ctv", "f32", "--no-warmup"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{args.port}/health", timeout=2).close()
            return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        if server.poll() is not None:
            break
    server.kill()
    raise SystemExit(f"{args.server} does not start with {args.file}")


def peer_answer(base, messages):
    """Token ids of the prompt and the greedy text."""
    prompt = post(base, "/apply-template", {"messages": messages})["prompt"]
    ids = post(base, "/tokenize", {"content": prompt, "add_special": True,
                                   "parse_special": True})["tokens"]
    got = post(base, "/completion", {"prompt": ids, "temperature": 0, "n_predict": N_NEW,
                                     "cache_prompt": False})
    return ids, got["content"]


def compare(args, problems):
    chats = [[{"role": "user", "content": p["question"] + chat.REQUEST}] for p in problems]
    to_render = [{"messages": c, "options": {"add_generation_prompt": True}} for c in chats]
    to_answer = [{"messages": c, "temperature": 0, "n_predict": N_NEW} for c in chats]
    prompts = ask(args.sheaf, "render", args.file, to_render)
    ours = ask(args.sheaf, "generate", args.file, to_answer, "--kv-type", "f32")
    server = start(args)
    try:
        theirs = [peer_answer(f"http://127.0.0.1:{args.port}", c) for c in chats]
    finally:
        server.terminate()
        server.wait()
    return ([p["ids"] == ids for p, (ids, _) in zip(prompts, theirs)],
            [o["text"].strip() == text.strip() for o, (_, text) in zip(ours, theirs)],
            [decode.boxed(o["text"]) == decode.boxed(text) for o, (_, text) in zip(ours, theirs)])


def main():
    p = argparse.ArgumentParser(description="Compares Sheaf and llama.cpp on a model.")
    p.add_argument("file")
    p.add_argument("--data", required=True)
    p.add_argument("--server", required=True)
    p.add_argument("--sheaf", default="build/sheaf")
    p.add_argument("--problems", type=int, default=50)
    p.add_argument("--port", type=int, default=18431)
    args = p.parse_args()
    problems = examples.read(os.path.join(args.data, "test.jsonl"), args.problems)
    prompts, texts, boxes = compare(args, problems)
    print(f"prompts {sum(prompts)}, greedy texts {sum(texts)}, boxed answers {sum(boxes)} "
          f"of {len(problems)}")
    sys.exit(0 if all(prompts) and sum(boxes) >= 0.9 * len(boxes) else 1)


if __name__ == "__main__":
    main()
