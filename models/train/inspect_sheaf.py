"""Asks `sheaf inspect`: one JSON line for each object."""
import json
import subprocess

import numpy as np
import torch


def ask(sheaf, what, model, lines, *more):
    """The answers of `sheaf inspect WHAT` to a list of objects."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run([sheaf, "inspect", what, "-m", model, *more], input=text, text=True,
                          capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def logits(sheaf, model, rows, *more):
    """Logits [positions, vocab] of each list of ids."""
    got = ask(sheaf, "logits", model, [{"tokens": ids} for ids in rows], *more)
    return [torch.from_numpy(np.array(g["logits"], dtype=np.float32)) for g in got]
