"""The text of a row as the host sees it: src/core/data/usable.ts, tokens.ts and tally.ts, so that both make the same data sheet.

Lengths are those of JavaScript, which counts UTF-16 units.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Union

from ml_intern_box.template import text_of

SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_SPACES = re.compile("[%s]+" % SPACE)
_NOT_SPACE = re.compile("[^%s]" % SPACE)


def units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_blank(text: str) -> bool:
    return _NOT_SPACE.search(text) is None


def single_spaced(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" ")


def is_empty(cell: Any) -> bool:
    if isinstance(cell, str):
        return is_blank(cell)
    return cell is None or (isinstance(cell, list) and not cell)


def cell_text(cell: Any) -> str:
    return "" if cell is None else text_of(cell)


def row_text(row: Dict[str, Any]) -> str:
    return "\n".join(cell_text(cell) for cell in row.values())


def training_text(row: Dict[str, Any]) -> str:
    """All that a training row is made of; of a preference pair the answer to learn, with its prompt."""
    if "text" in row:
        return row["text"]
    if "messages" in row:
        return _said(row["messages"])
    if "chosen" in row:
        return _said(row.get("prompt")) + _said(row["chosen"])
    return row["prompt"] + row["completion"]


def _said(part: Union[str, List[Dict[str, Any]], None]) -> str:
    if isinstance(part, list):
        return "\n".join(cell_text(message["content"]) for message in part)
    return part or ""


def estimated_tokens(text: str) -> int:
    """Four characters of Latin script make a token, 2.5 of other alphabets; of scripts without spaces each is about one."""
    if text.isascii():
        return -(-5 * len(text) // 20)
    import numpy

    codes = numpy.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    latin = int((codes < 0x250).sum())
    spaceless = int((codes >= 0x2E80).sum())
    return -(-(5 * latin + 20 * spaceless + 8 * (len(codes) - latin - spaceless)) // 20)
