"""Ends an evaluation that cannot reach the score to beat any more.

After each part the score's upper bound is looked at: the beta-binomial mixture martingale with a = b = 1/2 (Robbins,
Annals of Mathematical Statistics 41, 1970; Howard et al., Annals of Statistics 49, 2021), by Ville's inequality valid
at every look at once, however many there are. For scores between 0 and 1 it holds as well: the likelihood ratio is
convex in the score. Items come in a mixed order, so that the first ones stand for the rest. `alpha` is the chance to
stop a model whose true score does reach the one to beat.
"""

from __future__ import annotations

import random
from math import lgamma, log
from typing import List, Sequence

ALPHA = 0.01
_PARTS = 10
_FEWEST = 20


def is_hopeless(scores: Sequence[float], to_beat: float, still: int, alpha: float = ALPHA) -> bool:
    """`still`: items that are not done yet."""
    n, total = len(scores), float(sum(scores))
    if n == 0 or total / n >= to_beat:
        return False
    if total + still < to_beat * (n + still):
        return True
    return 0 < to_beat < 1 and log_evidence(total, n, to_beat) >= log(1 / alpha)


def log_evidence(total: float, n: int, p: float) -> float:
    """Of the scores against a true mean of p; a martingale that starts at 0."""
    return _log_beta(0.5 + total, 0.5 + n - total) - _log_beta(0.5, 0.5) - total * log(p) - (n - total) * log(1 - p)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def parts(count: int, seed: int) -> List[List[int]]:
    """The places of the items in a mixed order, in about ten parts."""
    order = list(range(count))
    random.Random(seed).shuffle(order)
    size = max(_FEWEST, -(-count // _PARTS))
    return [order[start : start + size] for start in range(0, count, size)]
