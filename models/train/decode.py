"""Greedy answers of a batch, one position at a time with KV cache, conv window and SSM state.

All rows start at position 0 and move together: a row is fed its prompt first, then its own choices.
"""
import re

import torch
import torch.nn.functional as F

import chat
import ssd
from model import rotate

BOXED = re.compile(r"\\boxed\{([^{}]*)\}")


class _Cache:
    def __init__(self, model, rows, n):
        shape, like = model.shape, model.embed
        self.k = like.new_zeros(rows, shape.kv_heads, n, shape.head_dim)
        self.v = torch.zeros_like(self.k)
        self.window = like.new_zeros(rows, shape.conv, shape.conv_width)
        self.state = like.new_zeros(rows, shape.ssm_state, shape.ssm_inner)


def _attend(block, cache, q, k, v, rope, t):
    s = block.shape
    q, k, v = (x.view(x.shape[0], 1, -1, s.head_dim) for x in (q, k, v))
    q, k = rotate(q, *rope), rotate(k, *rope)
    cache.k[:, :, t], cache.v[:, :, t] = k[:, 0], v[:, 0]
    q = q.view(q.shape[0], s.kv_heads, -1, s.head_dim)
    scores = q @ cache.k[:, :, :t + 1].transpose(-1, -2) / s.head_dim ** 0.5
    return (scores.softmax(-1) @ cache.v[:, :, :t + 1]).flatten(1)


def _mix(block, cache, z, u, dt):
    cache.window = torch.cat((cache.window[:, 1:], u.unsqueeze(1)), 1)
    u = block.conv_bias + (cache.window * block.conv_weight.t()).sum(1)
    x, dt, b, c = block.split_ssm(u, dt)
    y, cache.state = ssd.step(cache.state, x * dt.unsqueeze(-1), -dt * block.a_log.exp(), b, c)
    return (y + block.d.unsqueeze(-1) * x).flatten(1) * F.silu(z)


def _step(model, caches, tokens, t):
    """Logits [rows, vocab] after `tokens` [rows] at position t."""
    rope = model.cos[t:t + 1], model.sin[t:t + 1]
    h = F.embedding(tokens, model.embed)
    for block, cache in zip(model.blocks, caches):
        mixed = F.linear(block.attn_norm(h), block.mix_in)
        q, k, v, *ssm_in = mixed.split(model.shape.in_splits, -1)
        both = torch.cat((_attend(block, cache, q, k, v, rope, t), _mix(block, cache, *ssm_in)), -1)
        h = block.mlp(h + F.linear(both, block.mix_out))
    return model.head(model.norm(h))


@torch.no_grad()
def greedy(model, prompts, n_new):
    """The most likely continuations of lists of ids, up to EOS (left out) or n_new tokens."""
    rows, longest = len(prompts), max(map(len, prompts))
    n = min(longest + n_new, model.shape.context)
    caches = [_Cache(model, rows, n) for _ in model.blocks]
    given = torch.full((rows, longest), -1, device=model.embed.device)
    for row, prompt in enumerate(prompts):
        given[row, :len(prompt)] = torch.tensor(prompt)
    answers = [[] for _ in prompts]
    open_rows, tokens = set(range(rows)), given[:, 0]
    for t in range(n - 1):
        chosen = _step(model, caches, tokens, t).argmax(-1)
        ids = chosen.tolist()
        for row in [r for r in open_rows if t + 1 >= len(prompts[r])]:
            token = ids[row]
            if token == chat.EOS or len(answers[row]) == n_new:
                open_rows.discard(row)
            else:
                answers[row].append(token)
        if not open_rows:
            break
        tokens = chosen
        if t + 1 < longest:
            tokens = torch.where(given[:, t + 1] >= 0, given[:, t + 1], chosen)
    return answers


def boxed(text):
    """What stands in the last box of a text, or None."""
    found = BOXED.findall(text)
    return found[-1] if found else None


def accuracy(model, bpe, problems, n_new=256):
    """Share of problems whose greedy answer has the right text in the box."""
    prompts = [chat.prompt_ids(bpe, p["question"]) for p in problems]
    answers = greedy(model, prompts, n_new)
    right = sum(boxed(bpe.decode(a)) == str(p["answer"]) for a, p in zip(answers, problems))
    return right / len(problems)
