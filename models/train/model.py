"""falcon-h1: attention and Mamba-2 on the same normed input, added, then a SwiGLU MLP.

    a = RMS(h),  h += Wo Attention(a) + Wout Mamba2(a)
    f = RMS(h),  h += Wdown (silu(Wgate f) * Wup f)

Falcon-H1 (arXiv:2507.22448) with every multiplier 1 and the head tied to the embedding table.
The projections that share an input are one matrix here (large products suit a CPU) and are cut
apart when the model is exported."""
import math

import torch
import torch.nn.functional as F
from torch import nn

import ssd


def rms(x, weight, eps):
    """x over its root mean square, times a weight, in f32."""
    x = x.float()
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight


class Norm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return rms(x, self.weight, self.eps)


def rope_table(head_dim, base, n):
    """cos and sin [n, head_dim / 2] of the angles position * base^(-2i / head_dim)."""
    half = head_dim // 2
    rate = base ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.arange(n, dtype=torch.float64).unsqueeze(1) * rate
    return angle.cos().float(), angle.sin().float()


def rotate(x, cos, sin):
    """Turns the pairs (x[i], x[i + head_dim / 2]); x [batch, T, heads, head_dim]."""
    first, second = x.chunk(2, -1)
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1).to(x.dtype)


def causal_conv(u, weight, bias):
    """Depthwise, over the last K inputs; u [batch, T + K - 1, channels], tap K - 1 the newest."""
    n = u.shape[1] - weight.shape[1] + 1
    return bias + sum(u[:, k:k + n] * weight[:, k] for k in range(weight.shape[1]))


def attend(q, k, v):
    """Causal attention; q, k, v [batch, heads, T, head_dim]. By its definition on a CPU: at a few
    hundred positions this beats PyTorch's fused kernel where there is no AMX."""
    if q.is_cuda:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    later = torch.ones(q.shape[2], q.shape[2], dtype=torch.bool, device=q.device).triu(1)
    scores = (q @ k.transpose(-1, -2)).float() / math.sqrt(q.shape[-1])
    return scores.masked_fill(later, float("-inf")).softmax(-1).to(v.dtype) @ v


class Block(nn.Module):
    def __init__(self, shape, chunk):
        super().__init__()
        self.shape, self.chunk = shape, chunk
        s = shape
        self.attn_norm = Norm(s.width, s.eps)
        self.ffn_norm = Norm(s.width, s.eps)
        self.mix_in = nn.Parameter(torch.empty(sum(s.in_splits), s.width))
        self.mix_out = nn.Parameter(torch.empty(s.width, s.q_width + s.ssm_inner))
        self.gate_up = nn.Parameter(torch.empty(2 * s.ff, s.width))
        self.down = nn.Parameter(torch.empty(s.width, s.ff))
        self.conv_weight = nn.Parameter(torch.empty(s.conv_width, s.conv))
        self.conv_bias = nn.Parameter(torch.zeros(s.conv_width))
        self.dt_bias = nn.Parameter(torch.empty(s.ssm_heads))
        self.a_log = nn.Parameter(torch.empty(s.ssm_heads))
        self.d = nn.Parameter(torch.ones(s.ssm_heads))

    def start(self, generator):
        """Weights before training. The branches' last matrices shrink with the depth; time steps
        spread over 0.001 to 0.1 and decays over -1 to -16 as in Mamba-2."""
        deep = 1 / math.sqrt(2 * self.shape.layers)
        for name, scale in (("mix_in", 1), ("gate_up", 1), ("mix_out", deep), ("down", deep)):
            matrix = getattr(self, name)
            nn.init.normal_(matrix, 0, scale / math.sqrt(matrix.shape[1]), generator=generator)
        nn.init.normal_(self.conv_weight, 0, 1 / math.sqrt(self.shape.conv), generator=generator)
        spread = torch.linspace(0, 1, self.shape.ssm_heads)
        with torch.no_grad():
            dt = torch.exp(math.log(1e-3) + spread * math.log(100))
            self.dt_bias.copy_(dt + torch.log(-torch.expm1(-dt)))
            self.a_log.copy_(torch.log(1 + 15 * spread))

    def _attend(self, q, k, v, rope):
        s = self.shape
        q, k, v = (t.unflatten(-1, (-1, s.head_dim)) for t in (q, k, v))
        q, k = rotate(q, *rope), rotate(k, *rope)
        group = s.heads // s.kv_heads
        k, v = (t.repeat_interleave(group, 2) if group > 1 else t for t in (k, v))
        q, k, v = (t.transpose(1, 2) for t in (q, k, v))
        return attend(q, k, v).transpose(1, 2).flatten(2)

    def split_ssm(self, u, dt):
        """x, dt, B and C of the SSM from the convolved channels and the raw time steps."""
        s = self.shape
        x, b, c = F.silu(u).split((s.ssm_inner, s.ssm_state, s.ssm_state), -1)
        return x.unflatten(-1, (s.ssm_heads, -1)), F.softplus(dt.float() + self.dt_bias), b, c

    def _scan(self, z, u, dt):
        padded = F.pad(u, (0, 0, self.shape.conv - 1, 0))
        x, dt, b, c = self.split_ssm(causal_conv(padded, self.conv_weight, self.conv_bias), dt)
        moved = (x * dt.unsqueeze(-1)).to(u.dtype)
        y, _ = ssd.scan(moved, -dt * self.a_log.exp(), b.to(u.dtype), c.to(u.dtype), self.chunk)
        return ((y + self.d.unsqueeze(-1) * x).flatten(2) * F.silu(z)).to(u.dtype)

    def mlp(self, h):
        gate, up = F.linear(self.ffn_norm(h), self.gate_up).chunk(2, -1)
        return h + F.linear(F.silu(gate) * up, self.down)

    def forward(self, h, cos, sin):
        q, k, v, z, u, dt = F.linear(self.attn_norm(h), self.mix_in).split(self.shape.in_splits, -1)
        both = torch.cat((self._attend(q, k, v, (cos, sin)), self._scan(z, u, dt)), -1)
        return self.mlp(h + F.linear(both, self.mix_out))


class FalconH1(nn.Module):
    """tokens [batch, T] -> hidden states [batch, T, width]; head(hidden) -> logits."""

    def __init__(self, shape, chunk=32):
        super().__init__()
        self.shape, self.chunk = shape, chunk
        self.embed = nn.Parameter(torch.empty(shape.vocab, shape.width))
        self.blocks = nn.ModuleList(Block(shape, chunk) for _ in range(shape.layers))
        self.norm = Norm(shape.width, shape.eps)
        cos, sin = rope_table(shape.head_dim, shape.rope_base, shape.context)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def start(self, seed):
        generator = torch.Generator().manual_seed(seed)
        nn.init.normal_(self.embed, 0, 1 / math.sqrt(self.shape.width), generator=generator)
        for block in self.blocks:
            block.start(generator)
        return self

    def forward(self, tokens):
        """T is a multiple of the chunk; what stands behind a row's end never reaches its tokens."""
        n = tokens.shape[1]
        h = F.embedding(tokens, self.embed)
        for block in self.blocks:
            h = block(h, self.cos[:n], self.sin[:n])
        return self.norm(h)

    def head(self, hidden):
        return F.linear(hidden, self.embed)
