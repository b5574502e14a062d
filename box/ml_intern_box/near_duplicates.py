"""Counts exact and near duplicates among any number of rows, by the rule of src/core/data/duplicates.ts: MinHash over word
shingles with locality-sensitive hashing in bands. Signatures lie on the disk; in memory are some 50 bytes a row.
"""

from __future__ import annotations

import hashlib
import os
from array import array
from functools import lru_cache
from typing import Any, Tuple

import numpy

from ml_intern_box.sheet_text import single_spaced, units

SHINGLE_WORDS = 5
SHINGLE_CHARACTERS = 8
HASHES = 64
BANDS = 16
PER_BAND = HASHES // BANDS
THRESHOLD = 0.8
MOST_PER_BUCKET = 16
"""A bucket with more is boilerplate; the first ones stand for it."""
MOST_SHINGLES = 5000
_AT_ONCE = 1 << 16
"""Pairs that are compared at once."""
_CACHED_WORD = 32
_FIRST, _PRIME = 0x811C9DC5, 0x01000193


class DuplicateCounter:
    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, "signatures")
        self._file = open(self.path, "wb", buffering=1 << 20)
        self._digests = bytearray()
        self._rows = 0
        self._signed = array("Q")

    def add(self, text: str) -> None:
        normal = single_spaced(text.lower())
        self._digests += hashlib.blake2b(normal.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        made = signature(normal)
        if made is not None:
            self._file.write(made.tobytes())
            self._signed.append(self._rows)
        self._rows += 1

    def counts(self) -> Tuple[int, int]:
        """(exact, near); the rows are counted once all were added."""
        self._file.close()
        exact = self._exact()
        signed = numpy.frombuffer(self._signed, "<u8") if self._signed else numpy.zeros(0, "<u8")
        own = numpy.flatnonzero(~exact[signed.astype("i8")])
        near = _near(self.path, own) if len(own) > 1 else 0
        os.unlink(self.path)
        return int(exact.sum()), near

    def _exact(self) -> Any:
        """For each row, whether an earlier one says the same."""
        halves = numpy.frombuffer(bytes(self._digests), "<u8").reshape(-1, 2)
        order = numpy.lexsort((halves[:, 0], halves[:, 1]))
        found = halves[order]
        repeats = numpy.zeros(self._rows, bool)
        repeats[order[1:][(found[1:] == found[:-1]).all(axis=1)]] = True
        return repeats


def _near(path: str, own: Any) -> int:
    """How many of the signatures at the places `own` are like an earlier one of them."""
    signatures = numpy.memmap(path, "<u4", "r").reshape(-1, HASHES)
    near = numpy.zeros(len(own), bool)
    for band in range(BANDS):
        part = signatures[own, band * PER_BAND : (band + 1) * PER_BAND].astype("<u8")
        # Other places under the same key would only be compared in vain.
        keys = ((part[:, 0] << 32) | part[:, 1]) * numpy.uint64(0x9E3779B97F4A7C15) ^ ((part[:, 2] << 32) | part[:, 3])
        order = numpy.argsort(keys, kind="stable")
        first = numpy.concatenate(([True], keys[order][1:] != keys[order][:-1]))
        begin = numpy.maximum.accumulate(numpy.where(first, numpy.arange(len(order)), 0))
        place = numpy.arange(len(order)) - begin
        for earlier in range(MOST_PER_BUCKET):
            later = numpy.flatnonzero((place > earlier) & ~near[order])
            for at in range(0, len(later), _AT_ONCE):
                some = later[at : at + _AT_ONCE]
                one, other = own[order[some]], own[order[begin[some] + earlier]]
                alike = (signatures[one] == signatures[other]).sum(axis=1) >= THRESHOLD * HASHES
                near[order[some[alike]]] = True
    return int(near.sum())


def signature(text: str) -> Any:
    """None for texts too short to be nearly the same: they are equal or they are not."""
    shingles = shingle_hashes(text)
    if len(shingles) < 3:
        return None
    return _mix(shingles[None, :] ^ _SEEDS[:, None]).min(axis=1)


def shingle_hashes(text: str) -> Any:
    # Scripts that put no spaces between words are cut into characters.
    if (text.count(" ") + 1) * 12 > units(text):
        length, pieces = SHINGLE_WORDS, text.split(" ", MOST_SHINGLES + SHINGLE_WORDS)
    else:
        length, pieces = SHINGLE_CHARACTERS, list(text[: MOST_SHINGLES + SHINGLE_CHARACTERS])
    count = max(0, min(MOST_SHINGLES, len(pieces) - length + 1))
    hashes = numpy.array([_word_hash(each) for each in pieces[: count + length - 1]], "<u4")
    value = numpy.full(count, _FIRST, "<u4")
    for offset in range(length):
        value = (value ^ hashes[offset : offset + count]) * numpy.uint32(_PRIME)
    return value


def _word_hash(word: str) -> int:
    return _short_hash(word) if len(word) <= _CACHED_WORD else _hash(word)


def _hash(text: str) -> int:
    """FNV-1a over UTF-16 units."""
    value = _FIRST
    for unit in memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H"):
        value = ((value ^ unit) * _PRIME) & 0xFFFFFFFF
    return value


_short_hash = lru_cache(maxsize=1 << 17)(_hash)


def _mix(value: Any) -> Any:
    """The finaliser of MurmurHash3."""
    value = (value ^ (value >> numpy.uint32(16))) * numpy.uint32(0x85EBCA6B)
    value = (value ^ (value >> numpy.uint32(13))) * numpy.uint32(0xC2B2AE35)
    return value ^ (value >> numpy.uint32(16))


_SEEDS = _mix(numpy.arange(1, HASHES + 1, dtype="<u4"))
