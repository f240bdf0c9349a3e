"""Muon (Keller Jordan, 2024): momentum made orthogonal by five steps of a Newton-Schulz iteration.

Matrices of one shape are stepped together: few large products. The step is scaled to the root mean
square of AdamW's, 0.2 (arXiv:2502.16982), so that one rate serves both."""
import math

import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
STEPS, TINY = 5, 1e-7


def orthogonal(g):
    """Nearly U V^T of every matrix U S V^T of g [n, rows, columns], in bfloat16."""
    x = g.bfloat16()
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(1, 2), keepdim=True) + TINY)
    a, b, c = COEFFICIENTS
    for _ in range(STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    def __init__(self, matrices, lr, weight_decay, momentum=0.95):
        by_shape = {}
        for p in matrices:
            by_shape.setdefault(p.shape, []).append(p)
        super().__init__([{"params": group} for group in by_shape.values()],
                         {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            params, m = group["params"], group["momentum"]
            g = torch.stack([p.grad for p in params])
            state = self.state[params[0]]
            if not state:
                state["momentum"] = torch.zeros_like(g)
            kept = state["momentum"]
            kept.lerp_(g, 1 - m)
            update = orthogonal(g.lerp(kept, m)).to(g.dtype)
            torch._foreach_mul_(params, 1 - group["lr"] * group["weight_decay"])
            torch._foreach_add_(params, list(update.unbind()),
                                alpha=-0.2 * math.sqrt(max(g.shape[1:])) * group["lr"])
