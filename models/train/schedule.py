"""Optimizers and their learning rate: warm-up, constant, linear decay to zero."""
import torch

from muon import Muon


def factor(done, warmup, decay):
    """Part of the top learning rate after a share `done` of the run."""
    return min(1.0, done / warmup if warmup else 1.0, (1 - done) / decay if decay else 1.0)


def make(model, name, rate, matrix_rate, weight_decay):
    """AdamW for all, or Muon for the matrices of the blocks and AdamW for the rest.

    Weight decay pulls at matrices alone: not at norms, biases, time steps, decays and the table."""
    matrices = [p for p in model.blocks.parameters() if p.ndim == 2 and min(p.shape) > 4]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    plain = {"params": others, "weight_decay": 0.0, "lr": rate}
    if name == "adamw":
        groups = [plain, {"params": matrices, "weight_decay": weight_decay, "lr": matrix_rate}]
        made = [torch.optim.AdamW(groups, betas=(0.9, 0.95), fused=True)]
    else:
        made = [torch.optim.AdamW([plain], betas=(0.9, 0.95), fused=True),
                Muon(matrices, matrix_rate, weight_decay)]
    for optimizer in made:
        for group in optimizer.param_groups:
            group["top"] = group["lr"]
    return made


def set_rate(optimizers, part):
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["top"] * part
