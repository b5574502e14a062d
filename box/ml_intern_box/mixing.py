"""Which rows a recipe takes, how often, and in what order: all of it follows from the seed and from each row's source and number.

Every choice sorts rows by a keyed hash instead of drawing random numbers: the same on every machine and version of Python, and
a row more or less in one source changes nothing about the others.
"""

from __future__ import annotations

import hashlib
from array import array
from typing import Dict, List, Optional, Sequence

from ml_intern_box.spool import Spool


def key_of(seed: int, purpose: str, source: int, number: int, copy: int = 0) -> int:
    """A 64-bit number that is as good as random."""
    text = "%d/%s/%d/%d/%d" % (seed, purpose, source, number, copy)
    return int.from_bytes(hashlib.blake2b(text.encode("ascii"), digest_size=8).digest(), "big")


def sample(spool: Spool, rows: "array[int]", limit: Optional[int], seed: int, purpose: str = "sample") -> "array[int]":
    """`limit` of the rows, in their old order."""
    if limit is None or limit >= len(rows):
        return rows
    keys = array("Q", (key_of(seed, purpose, spool.source[row], spool.number[row]) for row in rows))
    chosen = sorted(range(len(rows)), key=keys.__getitem__)[:limit]
    return array("Q", (rows[at] for at in sorted(chosen)))


def repeat(spool: Spool, rows: "array[int]", weight: float, seed: int) -> "array[int]":
    """Each row `weight` times; of a fraction that part of the rows once more."""
    whole = int(weight)
    extra = sample(spool, rows, round((weight - whole) * len(rows)), seed, "extra")
    repeated = array("Q")
    for _ in range(whole):
        repeated.extend(rows)
    repeated.extend(extra)
    return repeated


def mix(
    spool: Spool, by_source: List["array[int]"], shares: Sequence[float], most: Optional[int], seed: int
) -> List["array[int]"]:
    """So many rows of each source that their numbers are as the shares, and as many as there can be (or `most` in all)."""
    total = sum(shares)
    fitting = min(len(rows) * total / share for rows, share in zip(by_source, shares))
    size = min(fitting, most) if most is not None else fitting
    return [_first(spool, rows, int(size * share / total + 1e-9), seed) for rows, share in zip(by_source, shares)]


def _first(spool: Spool, rows: "array[int]", limit: int, seed: int) -> "array[int]":
    chosen = order(spool, rows, seed, "mix")[:limit]
    return array("Q", (rows[at] for at in sorted(chosen)))


def order(spool: Spool, rows: "array[int]", seed: int, purpose: str = "order") -> List[int]:
    """Positions in `rows`, shuffled; copies of one row part ways. About 50 bytes of memory for each."""
    copies: Dict[int, int] = {}
    keys = array("Q")
    for row in rows:
        copies[row] = copy = copies.get(row, -1) + 1
        keys.append(key_of(seed, purpose, spool.source[row], spool.number[row], copy))
    return sorted(range(len(rows)), key=keys.__getitem__)
