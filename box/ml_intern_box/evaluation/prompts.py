"""What the model is asked: the benchmark's prompt, filled, with examples before it."""

from __future__ import annotations

import random
import re
from typing import Any, Dict, List

from . import choice
from .grading import Benchmark, Item, kind_of


def render(item: Item, benchmark: Benchmark) -> str:
    """The prompt: {question}, {choices} as lettered lines and {letters}, each filled once."""
    options = choices_of(item, benchmark)
    lines = "\n".join(f"{choice.letter(index)}. {text}" for index, text in enumerate(options))
    letters = ",".join(choice.letter(index) for index in range(len(options)))
    words = {"{question}": item["question"], "{choices}": lines, "{letters}": letters}
    return re.sub(r"\{(?:question|choices|letters)\}", lambda match: words[match.group()], benchmark["prompt"])


def choices_of(item: Item, benchmark: Benchmark) -> List[str]:
    if not item.get("choices"):
        return []
    return choice.shown(item, benchmark) if kind_of(benchmark) == "choice" else item["choices"]


def with_examples(item: Item, benchmark: Benchmark) -> str:
    """The prompt after the examples, which are the same in number and order for every item, and never the item itself."""
    shown = [f"{render(example, benchmark)}{_delimiter(benchmark)}{_solution(example, benchmark)}" for example in examples(item, benchmark)]
    return "\n\n".join([*shown, render(item, benchmark)])


def examples(item: Item, benchmark: Benchmark) -> List[Item]:
    settings: Dict[str, Any] = benchmark.get("fewShot") or {"items": [], "n": 0}
    order = list(settings["items"])
    random.Random(settings.get("seed", 0)).shuffle(order)
    return [each for each in order if each["question"] != item["question"]][: settings["n"]]


def _solution(example: Item, benchmark: Benchmark) -> str:
    """Worked out where the example has it worked out."""
    if example.get("solution"):
        return str(example["solution"])
    return choice.right_letter(example, benchmark) if kind_of(benchmark) == "choice" else str(example["answer"])


def _delimiter(benchmark: Benchmark) -> str:
    return "" if benchmark["prompt"][-1:].isspace() else " "
