"""The answer that a pattern finds must be the reference, letter by letter."""

from __future__ import annotations

import re
from typing import Optional

from .grading import Benchmark, Grade, Item


def extract(generation: str, benchmark: Benchmark) -> Optional[str]:
    """The answer that the benchmark's pattern finds; None when there is none or it is not among the options."""
    match = re.search(benchmark["answerPattern"], generation)
    if match is None or match.group(1) is None:
        return None
    answer = match.group(1).strip()
    options = benchmark.get("options")
    return None if options and answer not in options else answer


def grade(item: Item, generation: str, benchmark: Benchmark) -> Grade:
    answer = extract(generation, benchmark)
    return Grade(answer, correct=answer == item["answer"], valid=answer is not None)
