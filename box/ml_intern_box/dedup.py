"""Leaves out rows that say what an earlier row says already; the first of each stays.

Exact: the same text but for case and white space, by a 64-bit hash that is confirmed by comparing the texts.
Near: MinHash (Broder 1997, "On the resemblance and containment of documents") over word 5-grams, by one permutation with
optimal densification (Li, Owen, Zhang 2012; Shrivastava 2017, "Optimal Densification for Fast and Accurate Minwise Hashing"), in
bands (locality-sensitive hashing, as in Lee et al. 2022, "Deduplicating Training Data Makes Language Models Better", arXiv
2107.06499). Every candidate is confirmed by the true Jaccard similarity, so no row goes by chance; a pair just at the threshold
may be missed. Rows shorter than 5 words are compared whole. One band is in memory at a time: about 40 bytes a row.
"""

from __future__ import annotations

import hashlib
from array import array
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Callable, FrozenSet, List

from ml_intern_box.overlap_text import words

GRAM = 5
BINS = 120
MOST_LOOKED_AT = 8
"""Earlier rows of one band that a row is compared with: more would make a crowd of false candidates slow."""
_MASK = (1 << 64) - 1
_MIX = 0x9E3779B97F4A7C15
_EMPTY = (1 << 64) - 1

TextOf = Callable[[int], str]


def hash64(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


def plain(text: str) -> str:
    return " ".join(text.lower().split())


class Table:
    """From 64-bit hashes to the latest row that has them: open addressing in two arrays, 24 bytes a row or less."""

    def __init__(self, size: int) -> None:
        self.slots = 1 << max(4, (size * 3 // 2).bit_length())
        self.keys = array("Q", bytes(8 * self.slots))
        self.rows = array("Q", bytes(8 * self.slots))

    def swap(self, key: int, row: int) -> int:
        """Puts the row there; answers the row that was there plus one, 0 when none was."""
        place = (key * _MIX & _MASK) % self.slots
        while self.rows[place] and self.keys[place] != key:
            place = (place + 1) % self.slots
        before = self.rows[place]
        self.keys[place], self.rows[place] = key, row + 1
        return before


def exact(rows: "array[int]", text_of: TextOf) -> "array[int]":
    table = Table(len(rows))
    kept = array("Q")
    for row in rows:
        text = plain(text_of(row))
        key = hash64(text.encode("utf-8", "surrogatepass"))
        earlier = table.swap(key, row)
        if earlier and plain(text_of(earlier - 1)) == text:
            # The first stays in the table: it is the one that is kept.
            table.swap(key, earlier - 1)
            continue
        kept.append(row)
    return kept


def shingles(text: str) -> FrozenSet[int]:
    tokens = words(text)
    if len(tokens) <= GRAM:
        return frozenset([hash64(" ".join(tokens).encode("utf-8", "surrogatepass"))])
    return frozenset(
        hash64(" ".join(tokens[at : at + GRAM]).encode("utf-8", "surrogatepass"))
        for at in range(len(tokens) - GRAM + 1)
    )


def signature(grams: FrozenSet[int]) -> "array[int]":
    """The least hash in each of 120 bins; an empty bin borrows from the first filled one in an order of its own."""
    bins = [_EMPTY] * BINS
    for gram in grams:
        place = gram % BINS
        if gram < bins[place]:
            bins[place] = gram
    if _EMPTY not in bins:
        return array("Q", bins)
    orders = _orders()
    return array(
        "Q",
        (
            value if value != _EMPTY else next(bins[at] for at in orders[place] if bins[at] != _EMPTY)
            for place, value in enumerate(bins)
        ),
    )


@lru_cache(maxsize=None)
def _orders() -> List[List[int]]:
    """For each bin all bins in an order that is as good as random."""
    return [sorted(range(BINS), key=lambda at, place=place: hash64(b"%d/%d" % (place, at))) for place in range(BINS)]


def band_rows(threshold: float) -> int:
    """How many bins make a band: the most at which a pair at the threshold is found in 97 of 100 cases or more."""
    for size in (12, 10, 8, 6, 5, 4, 3, 2):
        if 1 - (1 - threshold**size) ** (BINS // size) >= 0.97:
            return size
    return 1


def similarity(a: FrozenSet[int], b: FrozenSet[int]) -> float:
    """Jaccard: what they share of what they have together."""
    return len(a & b) / len(a | b)


def near(rows: "array[int]", text_of: TextOf, threshold: float, folder: Path) -> "array[int]":
    size = band_rows(threshold)
    bands = BINS // size
    files = [(folder / ("band-%d" % band)).open("w+b") for band in range(bands)]
    try:
        for row in rows:
            bins = signature(shingles(text_of(row)))
            for band, file in enumerate(files):
                file.write(hashlib.blake2b(bins[band * size : band * size + size].tobytes(), digest_size=8).digest())
        leads = _Groups(len(rows))
        for file in files:
            _link(file, leads, rows, lru_cache(maxsize=20_000)(lambda row: shingles(text_of(row))), threshold)
    finally:
        for file in files:
            file.close()
            Path(file.name).unlink()
    return array("Q", (row for at, row in enumerate(rows) if leads.first(at) == at))


class _Groups:
    """Rows that are near each other, by their first member (union-find)."""

    def __init__(self, size: int) -> None:
        self.lead = array("Q", range(size))

    def first(self, at: int) -> int:
        while self.lead[at] != at:
            self.lead[at] = self.lead[self.lead[at]]
            at = self.lead[at]
        return at

    def join(self, a: int, b: int) -> None:
        a, b = self.first(a), self.first(b)
        self.lead[max(a, b)] = min(a, b)


def _link(
    file: BinaryIO, leads: _Groups, rows: "array[int]", grams_of: Callable[[int], FrozenSet[int]], threshold: float
) -> None:
    """Joins the rows that share this band's hash and are alike."""
    file.seek(0)
    table = Table(len(rows))
    before = array("Q", bytes(8 * len(rows)))
    for at in range(len(rows)):
        earlier = before[at] = table.swap(int.from_bytes(file.read(8), "big"), at)
        looked_at = 0
        while earlier and looked_at < MOST_LOOKED_AT:
            other = earlier - 1
            if leads.first(other) == leads.first(at):
                break
            if similarity(grams_of(rows[at]), grams_of(rows[other])) >= threshold:
                leads.join(at, other)
                break
            earlier, looked_at = before[other], looked_at + 1
