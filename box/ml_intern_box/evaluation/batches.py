"""How many prompts go through the model at once: as many as fit, found by trying, and halved when they do not fit after all."""

from __future__ import annotations

import time
from typing import Any, Callable, List

_SMALL = 50_000_000
"""Parameters below which trying costs more than it brings: such a model takes SMALL_BATCH at once."""
SMALL_BATCH = 64
_MOST = 512
_PATIENCE = 20.0
"""Seconds that a try on the CPU may take."""


def is_out_of_memory(error: BaseException) -> bool:
    """CUDA's and the CPU allocator's errors are told apart by their words: the latter is a plain RuntimeError."""
    text = str(error)
    return type(error).__name__ == "OutOfMemoryError" or isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text


def largest(attempt: Callable[[int], None], most: int, by_time: bool, clock: Callable[[], float] = time.monotonic) -> int:
    """Doubles until a try runs out of memory, then steps back; by time, until twice as many take twice as long.

    attempt: runs a batch of the given size of the longest prompts. most: no more are wanted.
    """
    size, before = 1, None
    while True:
        began = clock()
        try:
            attempt(size)
        except Exception as error:
            if not is_out_of_memory(error) or size == 1:
                raise
            return size // 2
        took = clock() - began
        no_gain = by_time and before is not None and (took > 1.9 * before or took > _PATIENCE)
        if no_gain:
            return size // 2
        if size * 2 > min(most, _MOST):
            return size
        size, before = size * 2, took


def in_parts(run: Callable[[int, int], Any], count: int, size: int, free: Callable[[], None]) -> "tuple[List[Any], int]":
    """Runs rows [start, end) of a batch; a part that runs out of memory is halved. Returns the parts and the size that fits."""
    results: List[Any] = []
    start = 0
    while start < count:
        end = min(count, start + size)
        try:
            results.append(run(start, end))
            start = end
        except Exception as error:
            if not is_out_of_memory(error) or end - start == 1:
                raise
            size = (end - start) // 2
            free()
    return results, size


def is_small(parameters: int) -> bool:
    return parameters < _SMALL
