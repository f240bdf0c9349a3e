"""Writes and reads GGUF files (version 3), as far as models and adapters here need it."""
import struct

import numpy as np

import blocks

ALIGN = 32
U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", U32: "<I", I32: "<i", F32: "<f", BOOL: "<?",
           10: "<Q", 11: "<q", 12: "<d"}


def _string(text):
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(kind, value):
    if kind == STRING:
        return _string(value)
    if isinstance(kind, tuple):                     # (ARRAY, kind of the elements)
        head = struct.pack("<iQ", kind[1], len(value))
        return head + b"".join(_value(kind[1], v) for v in value)
    return struct.pack(SCALARS[kind], value)


class Writer:
    """Collects keys and tensors in order, then writes all at once."""

    def __init__(self):
        self.keys, self.tensors = [], []

    def key(self, name, kind, value):
        number = kind[0] if isinstance(kind, tuple) else kind
        self.keys.append(_string(name) + struct.pack("<i", number) + _value(kind, value))

    def tensor(self, name, array, kind="F32"):
        """array: f32, row-major as in PyTorch; kind: a name of blocks.KINDS."""
        array = np.ascontiguousarray(array, dtype=np.float32)
        self.tensors.append((name, array.shape[::-1], kind, blocks.pack(array, kind)))

    def _infos(self):
        parts, offset = [], 0
        for name, sizes, kind, raw in self.tensors:
            parts.append(_string(name) + struct.pack(f"<I{len(sizes)}q", len(sizes), *sizes)
                         + struct.pack("<iQ", blocks.KINDS[kind], offset))
            offset += len(raw) + -len(raw) % ALIGN
        return b"".join(parts)

    def write(self, path):
        """Writes the file and returns its size."""
        head = b"GGUF" + struct.pack("<Iqq", 3, len(self.tensors), len(self.keys))
        head += b"".join(self.keys) + self._infos()
        with open(path, "wb") as f:
            f.write(head + bytes(-len(head) % ALIGN))
            for _, _, _, raw in self.tensors:
                f.write(raw + bytes(-len(raw) % ALIGN))
            return f.tell()


class Reader:
    """A file's keys (a dict) and tensors (name -> f32 array in PyTorch's order)."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.raw = f.read()
        self.at = 4
        version, n_tensors, n_keys = self._take("<Iqq")
        if self.raw[:4] != b"GGUF" or version not in (2, 3):
            raise ValueError(f"{path} is no GGUF file of version 2 or 3")
        self.keys = {}
        for _ in range(n_keys):
            name = self._text()
            self.keys[name] = self._read(self._take("<i")[0])
        self.infos = dict(self._info() for _ in range(n_tensors))
        align = self.keys.get("general.alignment", ALIGN)
        self.data = self.at + -self.at % align

    def _take(self, form):
        got = struct.unpack_from(form, self.raw, self.at)
        self.at += struct.calcsize(form)
        return got

    def _text(self):
        n = self._take("<Q")[0]
        self.at += n
        return self.raw[self.at - n:self.at].decode(errors="replace")

    def _read(self, kind):
        if kind == STRING:
            return self._text()
        if kind == ARRAY:
            inner, n = self._take("<iQ")
            return [self._read(inner) for _ in range(n)]
        return self._take(SCALARS[kind])[0]

    def _info(self):
        name = self._text()
        sizes = self._take(f"<{self._take('<I')[0]}q")
        return name, (sizes[::-1], *self._take("<iQ"))

    def tensor(self, name):
        shape, kind, offset = self.infos[name]
        return blocks.unpack(self.raw, self.data + offset, shape, kind)
