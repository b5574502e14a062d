"""The findings of a lint, each once and in the order of the lines."""

from __future__ import annotations

import ast
from typing import Any, Dict, Iterable, List, Optional, Tuple

MOST = 200
LONGEST = 500


class Findings:
    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """Rules that a person allowed stay findings, but no longer block."""
        self.allowed = set(allowed)
        self._found: Dict[Tuple[str, int, int, str], Tuple[bool, Dict[str, Any]]] = {}

    def error(self, rule: str, at: Optional[ast.AST], message: str, fix: str) -> None:
        self.add(rule not in self.allowed, rule, at, message, fix)

    def warn(self, rule: str, at: Optional[ast.AST], message: str, fix: str) -> None:
        self.add(False, rule, at, message, fix)

    def add(self, blocks: bool, rule: str, at: Optional[ast.AST], message: str, fix: str) -> None:
        """`at`: the place in the script; its first line where the finding is about something that is not there."""
        line, column = getattr(at, "lineno", None) or 1, (getattr(at, "col_offset", None) or 0) + 1
        facts = {"line": line, "column": column, "rule": rule, "message": _short(message), "fix": _short(fix)}
        self._found.setdefault((rule, line, column, facts["message"]), (blocks, facts))

    def answer(self) -> Dict[str, List[Dict[str, Any]]]:
        each = sorted(self._found.values(), key=lambda pair: (pair[1]["line"], pair[1]["column"], pair[1]["rule"]))
        errors = [facts for blocks, facts in each if blocks]
        warnings = [facts for blocks, facts in each if not blocks]
        return {"errors": errors[:MOST], "warnings": warnings[:MOST]}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
