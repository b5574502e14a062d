"""Function calls written as text: `name(argument=value)` or JSON `{"name", "arguments"}`; compared by value.

The reference is in the same notation. Each argument must be there and equal; numbers compare as numbers.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any, Dict, List, Optional, Tuple

from .grading import Benchmark, Grade, Item

Call = Tuple[str, Dict[str, Any]]


def grade(item: Item, generation: str, benchmark: Benchmark) -> Grade:
    found = parse(generation)
    if found is None:
        return Grade(None, correct=False, valid=False)
    wanted = parse(item["answer"]) or []
    return Grade("; ".join(_written(each) for each in found), correct=_same(found, wanted), valid=True)


def parse(text: str) -> Optional[List[Call]]:
    """The last block of calls; None where there is none that can be read."""
    bodies = re.findall(r"```(?:\w+)?\n(.*?)```", text, re.S) + re.findall(r"<tool_call>(.*?)</tool_call>", text, re.S)
    for body in [*reversed(bodies), text, *reversed(text.strip().splitlines())]:
        calls = _from_json(body.strip()) or _from_python(body.strip())
        if calls:
            return calls
    return None


def _from_json(text: str) -> Optional[List[Call]]:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    entries = [each.get("function", each) for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
    calls = [(each.get("name"), each.get("arguments", each.get("parameters", {}))) for each in entries if isinstance(each, dict)]
    return calls if calls and all(isinstance(name, str) and isinstance(given, dict) for name, given in calls) else None


def _from_python(text: str) -> Optional[List[Call]]:
    try:
        body = ast.parse(text, mode="eval").body
        nodes = body.elts if isinstance(body, (ast.List, ast.Tuple)) else [body]
        return [_call(node) for node in nodes] or None
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None


def _call(node: ast.AST) -> Call:
    if not isinstance(node, ast.Call):
        raise ValueError("not a call")
    given = {word.arg: ast.literal_eval(word.value) for word in node.keywords if word.arg}
    given.update({str(index): ast.literal_eval(value) for index, value in enumerate(node.args)})
    return ast.unparse(node.func) if hasattr(ast, "unparse") else getattr(node.func, "id", ""), given


def _same(found: List[Call], wanted: List[Call]) -> bool:
    return len(found) == len(wanted) and all(a[0] == b[0] and a[1] == b[1] for a, b in zip(found, wanted))


def _written(call: Call) -> str:
    return f"{call[0]}({', '.join(f'{name}={value!r}' for name, value in sorted(call[1].items()))})"
