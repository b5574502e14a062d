"""Values packed in strings: JSON, also twice packed, or as Python prints lists and dicts; the twin of src/core/data/mapping/packed.ts."""

from __future__ import annotations

import ast
import json
from typing import Any


def unpacked(text: str) -> Any:
    """None where the text is neither."""
    trimmed = text.strip()
    if trimmed.startswith('"'):
        inner = _json(trimmed)
        return unpacked(inner) if isinstance(inner, str) else None
    if not trimmed.startswith(("[", "{")):
        return None
    found = _json(trimmed)
    return _python(trimmed) if found is None else found


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _python(text: str) -> Any:
    try:
        return _plain(ast.literal_eval(text))
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None


def _plain(value: Any) -> Any:
    """Tuples are lists; what JSON does not know is no data."""
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a key that is no text")
        return {key: _plain(each) for key, each in value.items()}
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise ValueError(type(value).__name__)
