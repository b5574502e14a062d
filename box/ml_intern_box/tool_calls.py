"""Tools and calls of them as chat templates take them: arguments as a dict, not as text; the twin of src/core/data/mapping/tool-calls.ts."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .packed import unpacked
from .template import Unmapped

Entry = Dict[str, Any]


def tool_call_of(cell: Any) -> Entry:
    """`{name, arguments}`, also inside `function` and packed in a string."""
    value = _entry(cell) or {}
    function = value if value.get("function") is None else value["function"]
    called = _entry(function) or {}
    name, given = called.get("name"), called.get("arguments")
    args = {} if given is None or given == "" else _entry(given)
    if not isinstance(name, str) or not name or args is None:
        raise Unmapped("bad-tool-call")
    head = {"id": value["id"]} if isinstance(value.get("id"), str) and value["id"] else {}
    return dict(head, type="function", function={"name": name, "arguments": args})


def tool_calls_of(cell: Any) -> List[Entry]:
    return [tool_call_of(each) for each in _list_of(cell, "bad-tool-call")]


def tools_of(cell: Any) -> List[Entry]:
    """What a row offers the assistant; bare functions are wrapped."""
    return [_tool_of(each) for each in _list_of(cell, "unreadable")]


def _tool_of(cell: Any) -> Entry:
    value = _entry(cell)
    if value is None:
        raise Unmapped("unreadable")
    return value if "function" in value else {"type": "function", "function": value}


def _list_of(cell: Any, problem: str) -> List[Any]:
    """Nothing is an empty list."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return []
    found = unpacked(cell) if isinstance(cell, str) else cell
    if not isinstance(found, list):
        raise Unmapped(problem)
    return found


def _entry(cell: Any) -> Optional[Entry]:
    value = unpacked(cell) if isinstance(cell, str) else cell
    return value if isinstance(value, dict) else None
