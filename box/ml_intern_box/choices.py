"""Options and the right one among them, as templates use them; the twin of src/core/data/mapping/choices.ts."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Tuple

from .packed import unpacked
from .template import Unmapped, is_empty, text_of, value_at

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def choices_of(row: Dict[str, Any], columns: Dict[str, Any]) -> Dict[str, str]:
    """`columns` are {options: a column or one column an option, answer, first?}."""
    options = columns["options"]
    if isinstance(options, str):
        texts, labels = _read(value_at(row, options))
    else:
        texts, labels = _listed([value_at(row, name) for name in options], None)
    right = _index_of(value_at(row, columns["answer"]), texts, labels, columns.get("first", 0))
    lines = ["%s. %s" % (_letter(index), text) for index, text in enumerate(texts)]
    return {"$choices": "\n".join(lines), "$letter": _letter(right), "$answer": texts[right]}


def _listed(values: List[Any], labels: Optional[List[Any]]) -> Tuple[List[str], List[str]]:
    if len(values) < 2 or any(is_empty(value) for value in values):
        raise Unmapped("missing")
    texts = [text_of(value) for value in values]
    if isinstance(labels, list) and len(labels) == len(texts):
        return texts, [text_of(label) for label in labels]
    return texts, [_letter(index) for index in range(len(texts))]


def _read(value: Any) -> Tuple[List[str], List[str]]:
    if is_empty(value):
        raise Unmapped("missing")
    found = unpacked(value) if isinstance(value, str) else value
    if isinstance(found, list):
        labelled = all(isinstance(option, dict) and "label" in option for option in found)
        texts = [option["text"] if isinstance(option, dict) and "text" in option else option for option in found]
        return _listed(texts, [option["label"] for option in found] if labelled else None)
    if not isinstance(found, dict):
        raise Unmapped("unreadable")
    if isinstance(found.get("text"), list):
        return _listed(found["text"], found.get("label"))
    return _listed(list(found.values()), list(found))


def _index_of(answer: Any, texts: List[str], labels: List[str], first: int) -> int:
    """By label first: ARC's labels may be numbers. Then by index, by letter, by the option's own text."""
    if is_empty(answer):
        raise Unmapped("missing")
    wanted = text_of(answer).strip()
    plain = [text.strip().lower() for text in texts]
    known = [label.strip() for label in labels]
    found = []
    if isinstance(answer, str) and wanted in known:
        found.append(known.index(wanted))
    if re.fullmatch(r"[0-9]+", wanted):
        found.append(int(wanted) - first)
    if re.fullmatch(r"\(?[A-Za-z]\)?\.?", wanted):
        found.append(LETTERS.index(re.sub(r"[^A-Za-z]", "", wanted).upper()))
    if wanted.lower() in plain:
        found.append(plain.index(wanted.lower()))
    fitting = [index for index in found if 0 <= index < len(texts)]
    if not fitting:
        raise Unmapped("unknown-answer")
    return fitting[0]


def _letter(index: int) -> str:
    return LETTERS[index] if index < len(LETTERS) else str(index + 1)
