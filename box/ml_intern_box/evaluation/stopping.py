"""Ends an evaluation that cannot reach the score to beat, or the model to beat, any more.

After each part the evidence is looked at: the beta-binomial mixture martingale with a = b = 1/2 (Robbins,
Annals of Mathematical Statistics 41, 1970; Howard et al., Annals of Statistics 49, 2021), by Ville's inequality valid
at every look at once, however many there are. For scores between 0 and 1 it holds as well: the likelihood ratio is
convex in the score. Items come in a mixed order, so that the first ones stand for the rest. `alpha` is the chance to
stop a model whose true score does reach the one to beat. Against a model, the items that both were asked are compared
one by one, so that it does not matter how hard the first ones are, nor that the other's score has luck in it.
"""

from __future__ import annotations

import random
from math import lgamma, log
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

ALPHA = 0.01
_PARTS = 10
_FEWEST = 20


class Bar(NamedTuple):
    """What must still be in reach."""

    told: Dict[str, Any]
    """How it is named in the result."""
    is_out_of_reach: Callable[[Dict[str, float], int], bool]
    """Given the scores of the items so far, by id, and how many are still to come."""


def bar_of(config: Dict[str, Any]) -> Optional[Bar]:
    """stopBelow: {score, alpha?}. stopBehind: {model: its name, scores: by the items' ids, alpha}."""
    below, behind = config.get("stopBelow"), config.get("stopBehind")
    if below:
        alpha = below.get("alpha", ALPHA)
        return Bar({"toBeat": below["score"]}, lambda scores, still: is_hopeless(list(scores.values()), below["score"], still, alpha))
    if behind:
        other = behind["scores"]
        return Bar({"behind": behind["model"]}, lambda scores, _: is_behind([scores[name] - other[name] for name in scores if name in other], behind["alpha"]))
    return None


def is_behind(differences: Sequence[float], alpha: float) -> bool:
    """Of equally good models a difference, where there is one, is as likely up as down. It lies between -1 and 1."""
    told = [(each + 1) / 2 for each in differences if each]
    return sum(told) < 0.5 * len(told) and log_evidence(sum(told), len(told), 0.5) >= log(1 / alpha)


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
