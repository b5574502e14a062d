"""Filters of a recipe's source: which rows pass. One that names a column looks at it before the mapping, the others at what will be trained on."""

from __future__ import annotations

import math
import re
import signal
import threading
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ml_intern_box import languages, quality
from ml_intern_box.errors import BoxError
from ml_intern_box.overlap_text import strings

REGEX_SECONDS = 2.0
"""For one pattern on one row; whatever takes longer backtracks without end."""

CountTokens = Callable[[Any], int]


class Filter(NamedTuple):
    label: str
    column: Optional[str]
    passes: Callable[["Text"], bool]


class Text:
    """What a filter looks at: a cell, or a training row; made into text only when asked."""

    def __init__(self, value: Any, answer: Optional[str] = None) -> None:
        self.value = value
        self._answer = answer
        self._text: Optional[str] = None

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = self.value if isinstance(self.value, str) else "\n".join(strings(self.value))
        return self._text

    @property
    def answer(self) -> str:
        return self.text if self._answer is None else self._answer


def answer_of(row: Dict[str, Any]) -> Optional[str]:
    """What the model is trained to say; None for plain text."""
    for name in ("completion", "chosen"):
        if name in row:
            return "\n".join(strings(row[name]))
    messages = row.get("messages")
    if isinstance(messages, list):
        return "\n".join(
            str(turn.get("content") or "")
            for turn in messages
            if isinstance(turn, dict) and turn.get("role") == "assistant"
        )
    return None


def make(specs: List[Dict[str, Any]], count_tokens: Optional[CountTokens]) -> Tuple[List[Filter], List[Filter]]:
    """The filters before the mapping and those after it, each in the order given, with labels that differ."""
    made = [
        Filter(each.get("name") or _label(each), each.get("column"), _MAKERS[each["kind"]](each, count_tokens))
        for each in specs
    ]
    labels: Dict[str, int] = {}
    unique = []
    for each in made:
        labels[each.label] = labels.get(each.label, 0) + 1
        unique.append(
            each._replace(label="%s (%d)" % (each.label, labels[each.label])) if labels[each.label] > 1 else each
        )
    return [each for each in unique if each.column], [each for each in unique if not each.column]


def _label(each: Dict[str, Any]) -> str:
    return " ".join([each["kind"], *([each["column"]] if each.get("column") else [])])


def _length(each: Dict[str, Any], count_tokens: Optional[CountTokens]) -> Callable[[Text], bool]:
    low, high = each.get("min", 0), each.get("max", math.inf)
    if each["unit"] == "characters":
        return lambda text: low <= len(text.text) <= high
    if each["unit"] == "words":
        return lambda text: low <= len(quality.words_of(text.text)) <= high
    assert count_tokens is not None, "the recipe's check asks for a tokenizer"
    return lambda text: low <= count_tokens(text.value if isinstance(text.value, dict) else text.text) <= high


def _language(each: Dict[str, Any], _: Any) -> Callable[[Text], bool]:
    keep = set(each["keep"])
    return lambda text: languages.language_of(text.text) in keep


def _range(each: Dict[str, Any], _: Any) -> Callable[[Text], bool]:
    low, high = each.get("min", -math.inf), each.get("max", math.inf)

    def passes(cell: Text) -> bool:
        value = cell.value
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            return False
        return low <= number <= high

    return passes


def _value(each: Dict[str, Any], _: Any) -> Callable[[Text], bool]:
    keep, drop = each.get("keep"), each.get("drop") or []

    def among(values: List[Any], value: Any) -> bool:
        # True is 1 in Python, and no reader of a recipe means that.
        return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in values)

    return lambda cell: (keep is None or among(keep, cell.value)) and not among(drop, cell.value)


def _regex(each: Dict[str, Any], _: Any) -> Callable[[Text], bool]:
    flags = re.IGNORECASE if each.get("ignoreCase") else 0
    keep, drop = (re.compile(each[key], flags) if each.get(key) is not None else None for key in ("keep", "drop"))

    def passes(text: Text) -> bool:
        with time_limit(REGEX_SECONDS):
            return (keep is None or keep.search(text.text) is not None) and (
                drop is None or drop.search(text.text) is None
            )

    return passes


def _quality(each: Dict[str, Any], _: Any) -> Callable[[Text], bool]:
    rules = each.get("rules") or {}
    return lambda text: quality.breaks(text.text, rules, text.answer) is None


_MAKERS = {
    "length": _length,
    "language": _language,
    "range": _range,
    "value": _value,
    "regex": _regex,
    "quality": _quality,
}


class TooSlow(Exception):
    """A pattern took longer on one row than any sensible one does."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Python's `re` looks for signals while it matches, so an alarm ends a pattern that backtracks without end."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(*_: Any) -> None:
    raise TooSlow


def too_slow(source: str, label: str, row: int) -> BoxError:
    return BoxError(
        "bad-input",
        "%s: the pattern of the filter “%s” took longer than %.0f s on row %d." % (source, label, REGEX_SECONDS, row),
        "Write it without nested repetition, such as (a+)+ or (.*x)*, or put a length filter before it.",
    )
