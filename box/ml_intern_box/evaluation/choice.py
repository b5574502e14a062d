"""Multiple choice: by the letter that is generated, or by which option the model finds likeliest.

The options' order is fixed by a seed and the item's id, so that it is mixed and still the same for every model.
"""

from __future__ import annotations

import random
import re
from typing import Any, Dict, List, Optional, Sequence

from . import exact
from .grading import Benchmark, Grade, Item

_LETTER = r"[\(\[\s*_$\\]*(?:(?:text|mathrm|mathbf)\{)?\(?([A-Z])\b"
_PATTERNS = (
    r"(?i:answer)[*_]*\s*:" + _LETTER,
    r"\\boxed\{" + _LETTER,
    r"(?i:answer|option|choice)\s+(?i:is)\s*:?" + _LETTER,
    r"^[\s*(\[]*([A-Z])[\s*)\].:]*(?:$|\n)",
)
"""Tried in this order; of one pattern the last match counts. The first is the line that inspect-ai's prompt asks for."""


def order(item: Item, benchmark: Benchmark) -> List[int]:
    """Which of the item's options stands at each letter. Without `shuffleSeed`, as they are in the file."""
    places = list(range(len(item["choices"])))
    seed = benchmark.get("shuffleSeed")
    if seed is not None:
        random.Random(f"{seed}\0{item['id']}").shuffle(places)
    return places


def shown(item: Item, benchmark: Benchmark) -> List[str]:
    return [item["choices"][place] for place in order(item, benchmark)]


def letter(index: int) -> str:
    return chr(ord("A") + index)


def right_place(item: Item) -> int:
    """Among the options as they are in the file: by their text, else by a letter."""
    answer, choices = item["answer"], item["choices"]
    return choices.index(answer) if answer in choices else ord(answer.upper()) - ord("A")


def right_letter(item: Item, benchmark: Benchmark) -> str:
    return letter(order(item, benchmark).index(right_place(item)))


def extract(generation: str, benchmark: Benchmark, count: int) -> Optional[str]:
    if benchmark.get("answerPattern"):
        found = exact.extract(generation, benchmark)
        return found.upper() if found and is_letter(found.upper(), count) else None
    for pattern in _PATTERNS:
        found = [each for each in re.findall(pattern, generation) if is_letter(each, count)]
        if found:
            return found[-1]
    return None


def is_letter(text: str, count: int) -> bool:
    return len(text) == 1 and 0 <= ord(text) - ord("A") < count


def grade(item: Item, generation: str, benchmark: Benchmark) -> Grade:
    answer = extract(generation, benchmark, len(item["choices"]))
    right = answer is not None and answer == right_letter(item, benchmark)
    return Grade(answer, correct=right, valid=answer is not None, more={"order": order(item, benchmark)})


def continuations(item: Item, benchmark: Benchmark) -> List[str]:
    """What the model's likelihood is asked for: the letters where the prompt lists them, else the options themselves."""
    texts = shown(item, benchmark)
    return [letter(index) for index in range(len(texts))] if "{choices}" in benchmark["prompt"] else texts


def grade_likelihoods(item: Item, likelihoods: Sequence[float], benchmark: Benchmark) -> Grade:
    """`likelihoods`: the summed log-probability of each continuation; with `normalise` a character (acc_norm)."""
    texts = continuations(item, benchmark)
    values = [value / len(text) for value, text in zip(likelihoods, texts)] if benchmark.get("normalise") else likelihoods
    best = letter(max(range(len(values)), key=lambda index: values[index]))
    more: Dict[str, Any] = {"order": order(item, benchmark), "likelihoods": [round(float(each), 6) for each in likelihoods]}
    return Grade(best, correct=best == right_letter(item, benchmark), valid=True, more=more)
