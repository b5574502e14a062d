"""How long a training will take, from a few of its steps: arithmetic only, nothing is run here.

Seconds everywhere. A figure with an interval is {"value", "low", "high"}; the interval is the 95 % one of the mean
step (Student's t over the measured steps), widened by DRIFT for what a minute cannot show: a machine that gets warm,
other users of its disk.
"""

from __future__ import annotations

import math
from statistics import mean, median, stdev
from typing import Any

DRIFT = 0.05
MOST_WARM_UP = 5
"""The first steps are slow: memory is taken from the driver, kernels are chosen. They are measured as they are."""
HICCUP = 3.0
"""A step that takes more than so many times the median counts as that: somebody else had the machine."""
# Two-sided 95 % points of Student's t by degrees of freedom; normal beyond them.
_T = [12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10]


def warm_up(steps: int) -> int:
    """How many of the first measured steps are not like the others."""
    return min(MOST_WARM_UP, max(1, steps // 4)) if steps > 1 else 0


def seconds_per_step(measured: list[float]) -> dict[str, float]:
    """Of a step after the warm-up. The mean, because a training takes the sum of its steps, short rows and long ones.

    Raises ValueError without a step.
    """
    if not measured:
        raise ValueError("No step was measured.")
    steady = measured[warm_up(len(measured)) :]
    limit = HICCUP * median(steady)
    kept = [min(each, limit) for each in steady]
    value = mean(kept)
    spread = _t(len(kept) - 1) * stdev(kept) / math.sqrt(len(kept)) if len(kept) > 1 else value / 2
    margin = spread + DRIFT * value
    return {"value": value, "low": max(0.0, value - margin), "high": value + margin}


def forecast(measured: dict[str, Any], started: float, ended: float, gpus: int = 0) -> dict[str, Any]:
    """`measured` as calibration.json holds it; `started` and `ended` of the script's process, in unix seconds.

    Raises ValueError when no step was measured.
    """
    steps, each = measured["stepSeconds"], seconds_per_step(measured["stepSeconds"])
    total, first = measured["totalSteps"], steps[: warm_up(len(steps))]
    once = {
        "load": max(0.0, measured["loaded"] - started),
        "prepare": max(0.0, measured["began"] - measured["loaded"]),
        "evaluate": measured["evaluations"] * (measured["evaluateSeconds"] or 0.0),
        "save": measured["saves"] * (measured["saveSeconds"] or 0.0),
        "finish": max(0.0, ended - measured["ended"]),
    }
    steady = max(0, total - len(first))
    warm = sum(first[:total])
    seconds = {name: sum(once.values()) + warm + steady * per_step for name, per_step in each.items()}
    tokens = measured["tokens"]
    return {
        "steps": total,
        "secondsPerStep": _rounded(each),
        "tokensPerSecond": round(tokens / len(steps) / each["value"], 1) if tokens else None,
        "tokensPerStep": round(tokens / len(steps), 1) if tokens else None,
        "rowsPerStep": measured["rowsPerStep"],
        "parts": _rounded({**once, "train": warm + steady * each["value"]}),
        "seconds": _rounded(seconds),
        "gpuHours": round(seconds["value"] * gpus / 3600, 4),
        "peakMemoryMiB": measured["peakMemoryMiB"],
        "restingMemoryMiB": measured["restingMemoryMiB"],
        "memoryOf": measured["memoryOf"],
        "measuredSteps": len(steps),
    }


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: float("%.5g" % value) for name, value in figures.items()}


def _t(freedom: int) -> float:
    return _T[freedom - 1] if freedom <= len(_T) else 1.96 + 2.4 / freedom
