"""Byte-level BPE: learns merges from the counts of words, encodes, is kept as a small JSON file.

Symbols are written in the GPT-2 alphabet (one printable character per byte), as in GGUF files.
Digits stay single: the pre-tokenizer never joins them to anything."""
import heapq
import json
import os
from collections import Counter, defaultdict

import chat
from pretokens import pieces


def _alphabet():
    """The printable character of each byte: itself where it prints, else one from U+0100 on."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {b: chr(b) for b in shown}
    for b in range(256):
        table.setdefault(b, chr(0x100 + b - sum(s < b for s in shown)))
    return table


BYTE_TO_CHAR = _alphabet()
CHAR_TO_BYTE = {c: b for b, c in BYTE_TO_CHAR.items()}


def _spell(piece):
    return [BYTE_TO_CHAR[b] for b in piece.encode()]


class Bpe:
    """ids: the special tokens, the 256 bytes, then one per merge."""

    def __init__(self, merges):
        self.merges = [tuple(pair) for pair in merges]
        self.tokens = [*chat.SPECIALS, *BYTE_TO_CHAR.values(), *(a + b for a, b in self.merges)]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self.cache = {}

    def _encode_piece(self, piece):
        symbols = _spell(piece)
        while len(symbols) > 1:
            ranked = [(self.ranks.get(pair, len(self.ranks)), i)
                      for i, pair in enumerate(zip(symbols, symbols[1:]))]
            rank, i = min(ranked)
            if rank == len(self.ranks):
                break
            symbols[i:i + 2] = [symbols[i] + symbols[i + 1]]
        return [self.ids[s] for s in symbols]

    def encode(self, text):
        """Ids of plain text; the names of special tokens in it are text too."""
        found = []
        for piece in pieces(text):
            if piece not in self.cache:
                self.cache[piece] = self._encode_piece(piece)
            found += self.cache[piece]
        return found

    def decode(self, ids):
        """Text of ids, special tokens left out."""
        raw = bytes(CHAR_TO_BYTE[c] for i in ids if i >= len(chat.SPECIALS) for c in self.tokens[i])
        return raw.decode(errors="replace")

    def save(self, path):
        with open(path + ".part", "w") as f:
            json.dump({"merges": self.merges}, f, ensure_ascii=True, indent=0)
        os.replace(path + ".part", path)


def load(path):
    with open(path) as f:
        return Bpe(json.load(f)["merges"])


class _Trainer:
    """Words as symbol lists with counts; the count of each adjacent pair is kept up to date."""

    def __init__(self, counts):
        self.words = [_spell(w) for w in counts]
        self.times = list(counts.values())
        self.pairs = Counter()
        self.where = defaultdict(set)
        for i in range(len(self.words)):
            self._count(i, +1)
        self.heap = [(-n, pair) for pair, n in self.pairs.items()]
        heapq.heapify(self.heap)

    def _count(self, i, sign):
        for pair in zip(self.words[i], self.words[i][1:]):
            self.pairs[pair] += sign * self.times[i]
            self.where[pair].add(i)

    def best(self):
        """The most frequent pair (ties: first in order), or None; renews stale heap entries."""
        while self.heap:
            n, pair = heapq.heappop(self.heap)
            if -n == self.pairs[pair]:
                return pair if -n > 1 else None
            if self.pairs[pair] > 0:
                heapq.heappush(self.heap, (-self.pairs[pair], pair))
        return None

    def merge(self, pair):
        touched = set()
        for i in self.where.pop(pair):
            self._count(i, -1)
            self.words[i] = _joined(self.words[i], pair)
            self._count(i, +1)
            touched.update(zip(self.words[i], self.words[i][1:]))
        for other in touched:
            heapq.heappush(self.heap, (-self.pairs[other], other))


def _joined(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == pair:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


def train(texts, n_tokens):
    """A Bpe of at most n_tokens entries, learned from an iterable of texts."""
    counts = Counter()
    for text in texts:
        counts.update(pieces(text))
    trainer = _Trainer(counts)
    merges = []
    while len(chat.SPECIALS) + 256 + len(merges) < n_tokens and (pair := trainer.best()):
        trainer.merge(pair)
        merges.append(pair)
    return Bpe(merges)
