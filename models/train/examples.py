"""Problems as token arrays, and the order in which training sees them.

The order is a pure function of the data, the seed and the number of tokens: a run that is resumed
at batch n goes on exactly as if it had not stopped."""
import itertools
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

import chat
from parallel import imap

WINDOW = 64      # batches whose examples are sorted by length together
FINE_UP_TO = 192
SHARE = 10000    # lines that a process encodes at a time


def read(path, limit=None):
    """The first problems of a file, or all."""
    with open(path) as f:
        return [json.loads(line) for line in itertools.islice(f, limit)]


@dataclass
class Examples:
    """tokens of example i: flat[start[i]:start[i + 1]], the first prompt[i] of them the prompt."""

    flat: np.ndarray
    start: np.ndarray
    prompt: np.ndarray
    easy: np.ndarray

    def __len__(self):
        return len(self.prompt)

    @cached_property
    def lengths(self):
        return np.diff(self.start)

    def tokens(self, i):
        return self.flat[self.start[i]:self.start[i + 1]]


def encode(problems, bpe, context):
    """Examples of all problems that fit the context, in the layout of chat.py."""
    return pack(problems, ((chat.prompt_ids(bpe, p["question"]),
                            chat.solution_ids(bpe, p["solution"])) for p in problems), context)


def encode_file(path, bpe, context, jobs=1):
    """Those of a file, in several processes."""
    def encode_lines(lines):
        return encode([json.loads(line) for line in lines], bpe, context)

    with open(path) as f:
        shares = iter(lambda: list(itertools.islice(f, SHARE)), [])
        return join(list(imap(encode_lines, shares, jobs)))


def pack(problems, pairs, context):
    """Examples out of (prompt ids, solution ids), a pair a problem; long ones are left out."""
    flat, lengths, prompt, easy = [], [], [], []
    for p, (head, tail) in zip(problems, pairs, strict=True):
        if len(head) + len(tail) > context:
            continue
        flat += head + tail
        lengths.append(len(head) + len(tail))
        prompt.append(len(head))
        easy.append(p["steps"] <= 2 and p["digits"] <= 2)
    return Examples(np.array(flat, dtype=np.int32), np.cumsum([0] + lengths),
                    np.array(prompt, dtype=np.int64), np.array(easy, dtype=bool))


def join(parts):
    """The examples of several lists as one."""
    lengths = np.concatenate([p.lengths for p in parts])
    return Examples(np.concatenate([p.flat for p in parts]), np.cumsum([0, *lengths]),
                    np.concatenate([p.prompt for p in parts]),
                    np.concatenate([p.easy for p in parts]))


@dataclass(frozen=True)
class Order:
    """How a run goes through the examples.

    tokens: real tokens in all; easy_share: part of them, at the start, from easy examples alone;
    batch: padded tokens in a batch; chunk: lengths are padded to multiples of it."""

    tokens: int
    easy_share: float
    batch: int
    chunk: int
    seed: int


def _stream(lengths, pool, tokens, rng):
    """Indices out of the pool, epoch by epoch in fresh orders, until they hold `tokens` tokens."""
    taken, total = [], 0
    while total < tokens:
        epoch = rng.permutation(pool)
        sums = total + np.cumsum(lengths[epoch])
        n = int(np.searchsorted(sums, tokens)) + 1
        taken.append(epoch[:n])
        total = int(sums[min(n, len(sums)) - 1])
    return np.concatenate(taken) if taken else np.empty(0, dtype=np.int64)


def padded_length(n, chunk):
    """Few different lengths, so that compiled code is made for few shapes."""
    grid = chunk if n <= FINE_UP_TO else 2 * chunk
    return -(-n // grid) * grid


def _batches(window, lengths, order):
    """A window of indices cut into batches of about one length: pairs (padded length, indices)."""
    window = window[np.argsort(lengths[window], kind="stable")]
    padded = np.array([padded_length(n, order.chunk) for n in lengths[window]])
    cut = []
    for length in np.unique(padded):
        same = window[padded == length]
        rows = max(1, order.batch // int(length))
        cut += [(int(length), same[i:i + rows]) for i in range(0, len(same), rows)]
    return cut


def plan(examples, order):
    """All batches of a run in order: pairs (padded length, indices)."""
    rng = np.random.default_rng(order.seed)
    lengths = examples.lengths
    easy = np.flatnonzero(examples.easy)
    first = int(order.tokens * order.easy_share) if len(easy) else 0
    stream = np.concatenate((_stream(lengths, easy, first, rng),
                             _stream(lengths, np.arange(len(examples)), order.tokens - first, rng)))
    size = int(WINDOW * order.batch / lengths.mean())
    batches = []
    for at in range(0, len(stream), size):
        cut = _batches(stream[at:at + size], lengths, order)
        batches += [cut[i] for i in rng.permutation(len(cut))]
    return batches


def batches_until(examples, batches, tokens):
    """How many of the batches hold that many tokens; None: all."""
    if tokens is None:
        return None
    lengths = examples.lengths
    return int(np.searchsorted(np.cumsum([lengths[b].sum() for _, b in batches]), tokens)) + 1


def fill(examples, length, rows, indices):
    """Tokens [rows, length] padded behind, and the mask of the solutions' tokens."""
    n = np.arange(length)
    tokens = np.full((rows, length), chat.PAD, dtype=np.int64)
    target = np.zeros((rows, length), dtype=bool)
    own = n < examples.lengths[indices, None]
    tokens[:len(indices)][own] = examples.flat[(examples.start[indices, None] + n)[own]]
    target[:len(indices)] = own & (n >= examples.prompt[indices, None])
    return tokens, target
