"""What grading an answer comes to, and which module grades a kind of benchmark."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Callable, Dict, List, Optional

Item = Dict[str, Any]
Benchmark = Dict[str, Any]
Outcome = Dict[str, Any]
"""A line of items.jsonl."""

KINDS = ("exact", "choice", "numeric", "regex", "calls", "code", "rubric")
"""Benchmarks without a kind are exact: those are what there was first."""


@dataclass
class Grade:
    answer: Optional[str]
    """What was found in the generation; None makes it invalid."""
    correct: bool
    valid: bool
    score: Optional[float] = None
    """0 to 1, for answers that are graded; None where right or wrong says it all."""
    graded: bool = True
    """False where no grade could be got: that says nothing about the answer, which must not count as a 0."""
    more: Dict[str, Any] = field(default_factory=dict)
    """Further keys of the item's line: the judge's findings, what a program printed."""


INSPECT = "inspect"
"""The kind that inspect-ai asks and scores."""


def kind_of(benchmark: Benchmark) -> str:
    return benchmark.get("kind") or "exact"


def grade_all(items: List[Item], generations: List[str], benchmark: Benchmark, progress: Callable[[str], None]) -> List[Grade]:
    """Grades in the order of the items. Programs and judges run several at once; the others are quick."""
    module = import_module(f"{__package__}.{kind_of(benchmark)}")
    if hasattr(module, "grade_all"):
        return module.grade_all(items, generations, benchmark, progress)
    return [module.grade(item, generation, benchmark) for item, generation in zip(items, generations)]


def reference_of(item: Item, benchmark: Benchmark) -> str:
    """What the right answer is, as the item's line shows it."""
    if kind_of(benchmark) == "choice":
        from . import choice

        return choice.right_letter(item, benchmark)
    return item.get("answer", "")


def is_graded(outcome: Outcome) -> bool:
    return outcome.get("score", 0) is not None


def value_of(outcome: Outcome) -> float:
    """Of an outcome with a grade."""
    return outcome.get("score", float(outcome["correct"]))
