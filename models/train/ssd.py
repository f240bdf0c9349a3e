"""Mamba-2's recurrence as a chunked scan ("SSD", arXiv:2405.21060) in plain tensor operations.

    S_t = exp(dt_t A_h) S_(t-1) + B_t (dt_t x_t)^T,    y_t = C_t S_t

Inside a chunk of Q positions this is a masked product like attention; between chunks one state
is carried. B and C are shared by all heads, so their products are made once per chunk."""
import torch


def _inside(x, total, b, c):
    """What the positions of a chunk give to later ones of it: [batch, n, Q, heads, P]."""
    total = total.transpose(-1, -2)                                    # [batch, n, heads, Q]
    size = total.shape[-1]
    later = torch.ones(size, size, dtype=torch.bool, device=x.device).triu(1)
    gap = total.unsqueeze(-1) - total.unsqueeze(-2)
    decay = gap.masked_fill(later, float("-inf")).exp()
    mixed = (c @ b.transpose(-1, -2)).unsqueeze(2) * decay             # [batch, n, heads, Q, Q]
    return (mixed.to(x.dtype) @ x.transpose(2, 3)).transpose(2, 3)


def _carried(x, total, b, c):
    """What earlier chunks give to the positions of a chunk, and the state after the last one."""
    heads, p = x.shape[-2:]
    to_end = (total[:, :, -1:] - total).exp().unsqueeze(-1)
    ends = b.transpose(-1, -2) @ (x * to_end).to(x.dtype).flatten(3)   # [batch, n, N, heads * P]
    keep = total[:, :, -1].exp().repeat_interleave(p, -1).unsqueeze(2)
    state = torch.zeros_like(ends[:, 0])
    starts = []
    for k in range(x.shape[1]):
        starts.append(state)
        state = (state * keep[:, k] + ends[:, k]).to(ends.dtype)
    given = (c @ torch.stack(starts, 1)).unflatten(-1, (heads, p))
    return given * total.exp().unsqueeze(-1), state


def scan(x, log_a, b, c, chunk):
    """y of the recurrence from an empty state, and the state after the last position.

    x      [batch, T, heads, P]   inputs, already times dt
    log_a  [batch, T, heads]      dt * A, not positive, f32
    b, c   [batch, T, N]          one group
    chunk  positions per chunk; T is a multiple of it
    returns y [batch, T, heads, P] and state [batch, N, heads * P]"""
    x, log_a, b, c = (t.unflatten(1, (-1, chunk)) for t in (x, log_a, b, c))
    total = log_a.cumsum(2)
    given, state = _carried(x, total, b, c)
    return (_inside(x, total, b, c) + given).flatten(1, 2), state


def step(state, x, log_a, b, c):
    """One position of the recurrence: x [batch, heads, P], state [batch, N, heads * P]."""
    keep = log_a.exp().repeat_interleave(x.shape[-1], -1).unsqueeze(1)
    state = state * keep + b.unsqueeze(-1) * x.flatten(1).unsqueeze(1)
    return (c.unsqueeze(1) @ state).view_as(x), state
