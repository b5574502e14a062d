"""Safetensors files read without any package: what lies where, and blocks of it.

Format: 8 bytes little-endian length of a JSON header {name: {dtype, shape, data_offsets: [begin, end]}}, then the data.
"""

from __future__ import annotations

import json
import struct
from collections import namedtuple
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

Tensor = namedtuple("Tensor", ["name", "dtype", "shape", "file", "begin", "end"])
"""`begin` and `end` count bytes from the start of the file."""

BYTES = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
    "F8_E4M3": 1, "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip
MOST_HEADER = 100 << 20
"""The format allows no longer header; a larger number is no header at all."""
BLOCK = 1 << 22

# (bytes of a number, its exponent's bits, their lowest bit): all of the exponent's bits are set in NaN and infinity.
_EXPONENTS = {
    "BF16": (2, 0x7F80, 0x0080), "F16": (2, 0x7C00, 0x0400), "F32": (4, 0x7F800000, 0x00800000),
    "F64": (8, 0x7FF0000000000000, 0x0010000000000000), "F8_E5M2": (1, 0x7C, 0x04), "F8_E4M3": (1, 0x7F, 0x01),
}  # fmt: skip


class Damaged(Exception):
    """The file is no whole safetensors file; the text says why."""


def tensors_of(path: Path) -> Dict[str, Tensor]:
    """From the header alone. Raises Damaged."""
    size = path.stat().st_size
    header, data = _header(path, size)
    found, last = {}, 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        try:
            begin, end = entry["data_offsets"]
            shape = [int(each) for each in entry["shape"]]
            dtype = str(entry["dtype"])
        except (KeyError, TypeError, ValueError):
            raise Damaged("its header describes %s in a way that cannot be read" % name)
        wanted = count(shape) * BYTES.get(dtype, 0)
        if wanted and end - begin != wanted:
            raise Damaged("its header gives %s %d bytes, its shape needs %d" % (name, end - begin, wanted))
        found[name] = Tensor(name, dtype, shape, path, data + begin, data + end)
        last = max(last, data + end)
    if last > size:
        raise Damaged("it ends %d bytes before its last tensor does" % (last - size))
    return found


def _header(path: Path, size: int) -> Any:
    with path.open("rb") as file:
        begin = file.read(8)
        length = int.from_bytes(begin, "little")
        if len(begin) < 8 or length > min(MOST_HEADER, size - 8):
            raise Damaged("it is cut off within its header, or no safetensors file")
        try:
            header = json.loads(file.read(length).decode("utf-8"))
        except ValueError:
            raise Damaged("its header is no JSON")
    if not isinstance(header, dict):
        raise Damaged("its header is no JSON object")
    return header, 8 + length


def count(shape: List[int]) -> int:
    total = 1
    for each in shape:
        total *= each
    return total


def blocks(tensor: Tensor, size: int = BLOCK) -> Iterator[bytes]:
    with tensor.file.open("rb") as file:
        file.seek(tensor.begin)
        left = tensor.end - tensor.begin
        while left > 0:
            block = file.read(min(size, left))
            if not block:
                return
            left -= len(block)
            yield block


def same(a: Tensor, b: Tensor) -> bool:
    """Whether both hold the same numbers in the same shape and kind."""
    return a.shape == b.shape and a.dtype == b.dtype and all(x == y for x, y in zip(blocks(a), blocks(b)))


def is_finite(dtype: str, block: bytes) -> bool:
    """Whether no number of the block is NaN or infinite; True for kinds that have neither.

    The whole block is one large integer: adding the lowest bit of each exponent carries into the sign's place, which was
    cleared, exactly where all of the exponent's bits are set. So no package is needed, and it is as fast as the disk.
    """
    if dtype not in _EXPONENTS:
        return True
    size, mask, lowest = _EXPONENTS[dtype]
    numbers = len(block) // size
    repeated = [int.from_bytes(each.to_bytes(size, "little") * numbers, "little") for each in (mask, lowest)]
    sign = int.from_bytes((1 << (8 * size - 1)).to_bytes(size, "little") * numbers, "little")
    return not (((int.from_bytes(block[: numbers * size], "little") & repeated[0]) + repeated[1]) & sign)


def sample(tensor: Tensor, numbers: int, pieces: int = 16) -> Optional[List[float]]:
    """About so many of its numbers, from pieces spread evenly over it; None for kinds that are no plain floats."""
    size = BYTES.get(tensor.dtype, 0)
    if tensor.dtype not in ("BF16", "F16", "F32", "F64"):
        return None
    total = count(tensor.shape)
    if total <= numbers:
        pieces, numbers = 1, total
    each = max(1, numbers // pieces)
    values: List[float] = []
    with tensor.file.open("rb") as file:
        for piece in range(pieces):
            file.seek(tensor.begin + size * (piece * max(0, total - each) // max(1, pieces - 1)))
            values += decode(tensor.dtype, file.read(size * each))
    return values


def decode(dtype: str, data: bytes) -> List[float]:
    if dtype == "BF16":
        wide = bytearray(2 * len(data))
        wide[2::4], wide[3::4] = data[0::2], data[1::2]
        return list(struct.unpack("<%df" % (len(data) // 2), bytes(wide)))
    code, size = {"F16": ("e", 2), "F32": ("f", 4), "F64": ("d", 8)}[dtype]
    return list(struct.unpack("<%d%s" % (len(data) // size, code), data))
