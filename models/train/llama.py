"""The llama architecture with frozen weights out of a GGUF file and a low-rank adapter on top.

    y = W x + (alpha / rank) B (A x)      LoRA, arXiv:2106.09685

on all seven matrices of a block. Weights are used as they stand in the file: dequantised, with the
rows of q and k in the file's order, so that RoPE turns the pairs (x[2i], x[2i + 1])."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from model import attend, rms, rope_table

MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


def rotate_pairs(x, cos, sin):
    """Turns the pairs (x[2i], x[2i + 1]); x [batch, T, heads, head_dim]."""
    first, second = x[..., 0::2], x[..., 1::2]
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    turned = (first * cos - second * sin, second * cos + first * sin)
    return torch.stack(turned, -1).flatten(-2).to(x.dtype)


class Adapted(nn.Module):
    """A frozen matrix and its adapter, which starts as nothing: B is zero."""

    def __init__(self, weight, rank, alpha, generator):
        super().__init__()
        n_out, n_in = weight.shape
        self.register_buffer("weight", weight, persistent=False)
        self.a = nn.Parameter(torch.randn(rank, n_in, generator=generator) / math.sqrt(n_in))
        self.b = nn.Parameter(torch.zeros(n_out, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return F.linear(x, self.weight) + self.scale * F.linear(F.linear(x, self.a), self.b)


class Block(nn.Module):
    def __init__(self, tensors, adapted, head_dim, eps):
        super().__init__()
        self.head_dim, self.eps = head_dim, eps
        self.matrices = nn.ModuleDict({name: adapted(tensors[name]) for name in MATRICES})
        for name in ("attn_norm", "ffn_norm"):
            self.register_buffer(name, tensors[name].float(), persistent=False)

    def forward(self, h, cos, sin):
        m = self.matrices
        a = rms(h, self.attn_norm, self.eps)
        q, k, v = (m[n](a).unflatten(-1, (-1, self.head_dim)) for n in MATRICES[:3])
        q, k = rotate_pairs(q, cos, sin), rotate_pairs(k, cos, sin)
        group = q.shape[2] // k.shape[2]
        k, v = (t.repeat_interleave(group, 2) for t in (k, v))
        mixed = attend(*(t.transpose(1, 2) for t in (q, k, v))).transpose(1, 2).flatten(2)
        h = h + m["attn_output"](mixed)
        f = rms(h, self.ffn_norm, self.eps)
        return h + m["ffn_down"](F.silu(m["ffn_gate"](f)) * m["ffn_up"](f))


class Llama(nn.Module):
    """tokens [batch, T] -> hidden states; head(hidden) -> logits. Parameters: the adapter alone."""

    def __init__(self, reader, rank, alpha, seed, context, dtype):
        super().__init__()
        k, generator = reader.keys, torch.Generator().manual_seed(seed)
        self.eps = k["llama.attention.layer_norm_rms_epsilon"]
        head_dim = k["llama.embedding_length"] // k["llama.attention.head_count"]

        def load(name):
            return torch.from_numpy(reader.tensor(name + ".weight")).to(dtype)

        def adapted(weight):
            return Adapted(weight, rank, alpha, generator)

        names = (*MATRICES, "attn_norm", "ffn_norm")
        self.blocks = nn.ModuleList(
            Block({n: load(f"blk.{i}.{n}") for n in names}, adapted, head_dim, self.eps)
            for i in range(k["llama.block_count"]))
        cos, sin = rope_table(head_dim, k["llama.rope.freq_base"], context)
        for name, tensor in (("embed", load("token_embd")), ("norm", load("output_norm").float()),
                             ("cos", cos), ("sin", sin)):
            self.register_buffer(name, tensor, persistent=False)

    def forward(self, tokens):
        n = tokens.shape[1]
        h = F.embedding(tokens, self.embed).float()
        for block in self.blocks:
            h = block(h, self.cos[:n], self.sin[:n])
        return rms(h, self.norm, self.eps)

    def head(self, hidden):
        return F.linear(hidden.to(self.embed.dtype), self.embed)
