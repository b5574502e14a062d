"""Fills templates over a row's columns: `Question: {question}` and, into nested ones, `{messages.0.content}`."""

from __future__ import annotations

import re
from typing import Any, Dict, NamedTuple, Optional

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Mapped(NamedTuple):
    """A training row, or the problem for which there is none."""

    row: Optional[Dict[str, Any]]
    problem: Optional[str]


def value_at(row: Dict[str, Any], name: str) -> Any:
    """A column, or a place inside a nested one: `messages.0.content`. None when it is not there."""
    if name in row:
        return row[name]
    value: Any = row
    for part in name.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def fill(template: str, row: Dict[str, Any]) -> Optional[str]:
    """The template with the row's values, or None when one is missing or empty."""
    values = {name: value_at(row, name) for name in PLACEHOLDER.findall(template)}
    if any(value is None or not str(value).strip() for value in values.values()):
        return None
    return PLACEHOLDER.sub(lambda match: str(values[match.group(1)]), template)


def apply(row: Dict[str, Any], mapping: Dict[str, str]) -> Mapped:
    prompt, completion = fill(mapping["prompt"], row), fill(mapping["completion"], row)
    if prompt is None or completion is None:
        return Mapped(None, "missing")
    return Mapped({"prompt": prompt, "completion": completion}, None)
