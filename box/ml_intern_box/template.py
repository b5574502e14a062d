"""Fills templates over a row's columns: `Question: {question}`, nested `{messages.0.content}`, `{input?}` where a value may be missing."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, Optional

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_OPTIONAL_LINE = re.compile(r"(^|\n)\{([^{}]+)\?\}(\n|$)")
_ONLY = re.compile(r"\{([^{}]+)\}")


class Unmapped(Exception):
    """The row has no training row; `problem` is one of mapping.PROBLEMS."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


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


def only_placeholder(template: str) -> Optional[str]:
    """The name of the one placeholder that the template is made of."""
    found = _ONLY.fullmatch(template.strip())
    return found and re.sub(r"\?$", "", found.group(1))


def fill(template: str, row: Dict[str, Any]) -> str:
    """The template with the row's values. A line of nothing but a placeholder that may be missing goes with it."""

    def line(match: "re.Match[str]") -> str:
        before, name, after = match.groups()
        if not is_empty(value_at(row, name)):
            return match.group(0)
        return before if before and after else ""

    def value(match: "re.Match[str]") -> str:
        name = match.group(1)
        optional = name.endswith("?")
        found = value_at(row, name[:-1] if optional else name)
        if not is_empty(found):
            return text_of(found)
        if optional:
            return ""
        raise Unmapped("missing")

    return PLACEHOLDER.sub(value, _OPTIONAL_LINE.sub(line, template))


def is_empty(value: Any) -> bool:
    return value is None or not text_of(value).strip()


def text_of(value: Any) -> str:
    """Text as it stands, anything else as JSON, written as the host does."""
    return value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """JSON knows one kind of number: 3.0 is written 3. What it does not know at all is written as text."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, (str, int)) else str(value)
