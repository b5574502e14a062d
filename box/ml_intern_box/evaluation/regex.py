"""The reference is a regular expression that the answer must match as a whole; with `search`, anywhere in it."""

from __future__ import annotations

import re

from . import exact
from .grading import Benchmark, Grade, Item

LONGEST = 20_000
"""Characters of the end of a generation that are looked at: a pattern that backtracks must not hang the evaluation."""


def grade(item: Item, generation: str, benchmark: Benchmark) -> Grade:
    text = generation[-LONGEST:]
    found = exact.extract(text, benchmark) if benchmark.get("answerPattern") else text.strip() or None
    if found is None:
        return Grade(None, correct=False, valid=False)
    match = re.search if benchmark.get("search") else re.fullmatch
    flags = re.IGNORECASE if benchmark.get("ignoreCase") else 0
    return Grade(found, correct=match(item["answer"], found, flags) is not None, valid=True)
