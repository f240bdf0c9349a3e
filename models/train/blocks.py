"""Tensors as the block formats of GGUF files: F32, F16 and Q8_0 both ways, Q4_1 to read."""
import numpy as np

KINDS = {"F32": 0, "F16": 1, "Q4_1": 3, "Q8_0": 8}
SIZE = 32       # values of a block of Q8_0 or Q4_1
Q8_0 = np.dtype([("scale", "<f2"), ("q", "i1", SIZE)])
Q4_1 = np.dtype([("scale", "<f2"), ("low", "<f2"), ("q", "u1", SIZE // 2)])


def _to_q8_0(array):
    """Per 32 values of a row: a scale so that the largest is 127, and the values rounded to it."""
    rows = array.reshape(-1, SIZE)
    scale = np.abs(rows).max(1, keepdims=True) / np.float32(127)
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    out = np.empty(len(rows), dtype=Q8_0)
    out["scale"] = scale[:, 0]
    scaled = rows * inverse
    out["q"] = np.trunc(scaled + np.copysign(np.float32(0.5), scaled))
    return out


def pack(array, kind):
    """Bytes of an f32 array; kind F32, F16 or Q8_0 (rows of multiples of 32 values)."""
    if kind in ("F32", "F16"):
        return array.astype("<f4" if kind == "F32" else "<f2").tobytes()
    if kind != "Q8_0" or array.shape[-1] % SIZE:
        raise ValueError(f"no {kind} of rows of {array.shape[-1]} values is written here")
    return _to_q8_0(array).tobytes()


def _from_q4_1(found):
    q = np.concatenate((found["q"] & 15, found["q"] >> 4), 1).astype(np.float32)
    return q * found["scale"].astype(np.float32)[:, None] + found["low"].astype(np.float32)[:, None]


def unpack(raw, at, shape, kind):
    """The f32 array of a shape (PyTorch's order) at an offset of a buffer."""
    n = int(np.prod(shape))
    if kind in (KINDS["F32"], KINDS["F16"]):
        values = np.frombuffer(raw, "<f4" if kind == 0 else "<f2", n, at).astype(np.float32)
    elif kind == KINDS["Q8_0"]:
        found = np.frombuffer(raw, Q8_0, n // SIZE, at)
        values = found["q"].astype(np.float32) * found["scale"].astype(np.float32)[:, None]
    elif kind == KINDS["Q4_1"]:
        values = _from_q4_1(np.frombuffer(raw, Q4_1, n // SIZE, at))
    else:
        raise ValueError(f"tensor type {kind} is not read here")
    return values.reshape(shape)
