#!/usr/bin/env python3
"""Writes a checkpoint as a GGUF file of architecture falcon-h1.

    python3 models/train/export.py RUN OUT.gguf [--type Q8_0|F32]

Keys, names and layouts are those of llama.cpp's converter: A is stored as -exp(a_log), the joint
projections are cut into theirs, small tensors stay F32, and no head is stored: it is the table."""
import argparse
import os

import torch

import bpe as bpe_module
import chat
import checkpoint
import gguf
from gguf import ARRAY, BOOL, F32, I32, STRING, U32
from model import FalconH1
from shape import Shape

NORMAL, CONTROL = 1, 3
FILE_TYPES = {"F32": 0, "Q8_0": 7}


def load_run(run):
    """Model, vocabulary and progress of a run's folder."""
    saved = checkpoint.load(os.path.join(run, "checkpoint.pt"))
    shape = Shape(**saved["recipe"]["sizes"])
    model = FalconH1(shape, saved["recipe"]["chunk"])
    model.load_state_dict(saved["model"])
    return model.eval(), bpe_module.load(os.path.join(run, "bpe.json")), saved["progress"]


def general_keys(shape, kind):
    a = "falcon-h1."
    return [
        ("general.architecture", STRING, "falcon-h1"),
        ("general.type", STRING, "model"),
        ("general.name", STRING, "Sheaf Tiny"),
        ("general.basename", STRING, "sheaf-tiny"),
        ("general.license", STRING, "apache-2.0"),
        ("general.languages", (ARRAY, STRING), ["en"]),
        (a + "vocab_size", U32, shape.vocab),
        (a + "context_length", U32, shape.context),
        (a + "embedding_length", U32, shape.width),
        (a + "block_count", U32, shape.layers),
        (a + "feed_forward_length", U32, shape.ff),
        (a + "attention.head_count", U32, shape.heads),
        (a + "attention.head_count_kv", U32, shape.kv_heads),
        (a + "attention.key_length", U32, shape.head_dim),
        (a + "attention.value_length", U32, shape.head_dim),
        (a + "attention.layer_norm_rms_epsilon", F32, shape.eps),
        (a + "rope.freq_base", F32, shape.rope_base),
        (a + "ssm.conv_kernel", U32, shape.conv),
        (a + "ssm.inner_size", U32, shape.ssm_inner),
        (a + "ssm.state_size", U32, shape.ssm_state),
        (a + "ssm.time_step_rank", U32, shape.ssm_heads),
        (a + "ssm.group_count", U32, 1),
        ("general.file_type", U32, FILE_TYPES[kind]),
        ("general.quantization_version", U32, 2),
    ]


def tokenizer_keys(bpe, n_vocab):
    """The vocabulary; entries that training had no merges for are marked as unused."""
    n_special, spare = len(chat.SPECIALS), n_vocab - len(bpe.tokens)
    unused = [f"[PAD{len(bpe.tokens) + i}]" for i in range(spare)]
    types = [CONTROL] * n_special + [NORMAL] * (len(bpe.tokens) - n_special) + [5] * spare
    t = "tokenizer."
    return [
        (t + "ggml.model", STRING, "gpt2"),
        (t + "ggml.pre", STRING, "qwen2"),
        (t + "ggml.tokens", (ARRAY, STRING), bpe.tokens + unused),
        (t + "ggml.token_type", (ARRAY, I32), types),
        (t + "ggml.merges", (ARRAY, STRING), [f"{a} {b}" for a, b in bpe.merges]),
        (t + "ggml.bos_token_id", U32, chat.BOS),
        (t + "ggml.eos_token_id", U32, chat.EOS),
        (t + "ggml.padding_token_id", U32, chat.PAD),
        (t + "ggml.add_bos_token", BOOL, True),
        (t + "ggml.add_eos_token", BOOL, False),
        (t + "chat_template", STRING, chat.TEMPLATE),
    ]


def block_tensors(block):
    """Pairs (name behind blk.N., tensor) of a block, cut and named as in GGUF files."""
    s = block.shape
    q, k, v, *ssm_in = block.mix_in.split(s.in_splits)
    attn_out, ssm_out = block.mix_out.split((s.q_width, s.ssm_inner), 1)
    gate, up = block.gate_up.chunk(2)
    return [
        ("attn_norm.weight", block.attn_norm.weight),
        ("attn_q.weight", q), ("attn_k.weight", k), ("attn_v.weight", v),
        ("attn_output.weight", attn_out),
        ("ssm_in.weight", torch.cat(ssm_in)),
        ("ssm_conv1d.weight", block.conv_weight), ("ssm_conv1d.bias", block.conv_bias),
        ("ssm_dt.bias", block.dt_bias),
        ("ssm_a", -block.a_log.exp().unsqueeze(1)), ("ssm_d", block.d.unsqueeze(1)),
        ("ssm_out.weight", ssm_out),
        ("ffn_norm", block.ffn_norm.weight),
        ("ffn_gate.weight", gate), ("ffn_up.weight", up), ("ffn_down.weight", block.down),
    ]


def kind_of(name, tensor, kind):
    """Matrices take the kind of the file; norms, convolution and per-head numbers stay F32."""
    matrix = tensor.ndim == 2 and name.endswith(".weight") and "conv1d" not in name
    return kind if matrix else "F32"


@torch.no_grad()
def write(model, bpe, path, kind):
    """Writes the file and returns its size in bytes."""
    out = gguf.Writer()
    for key in general_keys(model.shape, kind) + tokenizer_keys(bpe, model.shape.vocab):
        out.key(*key)
    named = [("token_embd.weight", model.embed), ("output_norm.weight", model.norm.weight)]
    for i, block in enumerate(model.blocks):
        named += [(f"blk.{i}.{name}", tensor) for name, tensor in block_tensors(block)]
    for name, tensor in named:
        out.tensor(name, tensor.float().cpu().numpy(), kind_of(name, tensor, kind))
    return out.write(path)


def main():
    p = argparse.ArgumentParser(description="Writes a run's model as GGUF.")
    p.add_argument("run")
    p.add_argument("out")
    p.add_argument("--type", choices=FILE_TYPES, default="Q8_0")
    args = p.parse_args()
    model, bpe, progress = load_run(args.run)
    size = write(model, bpe, args.out, args.type)
    print(f"{args.out}: {size} bytes, step {progress['step']}")


if __name__ == "__main__":
    main()
