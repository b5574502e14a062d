"""Turns of a conversation, however a dataset writes them, as messages; the twin of src/core/data/mapping/conversation.ts."""

from __future__ import annotations

from typing import Any, Dict, List

from .packed import unpacked
from .template import Unmapped, text_of
from .tool_calls import tool_call_of, tool_calls_of

Message = Dict[str, Any]

USUAL_ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "instruction": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "gpt-4": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "function_response": "tool",
    "tool_response": "tool",
    "ipython": "tool",
    "function_call": "tool-call",
    "tool_call": "tool-call",
}
"""`tool-call` is a turn of the assistant that is a call written as JSON."""
_KEPT = ("tool_call_id", "name", "reasoning_content", "thinking")


def turns_of(value: Any) -> List[Any]:
    """A list, or a string that holds one, as JSON or as Python prints it."""
    if value is None or value == "":
        raise Unmapped("missing")
    read = unpacked(value) if isinstance(value, str) else value
    if not isinstance(read, list):
        raise Unmapped("unreadable")
    if not read:
        raise Unmapped("missing")
    return read


def conversation(turns: List[Any], keys: Dict[str, Any]) -> List[Message]:
    """`keys` are {role?, content?, roles?}; without `role` the turns alternate, in pairs or one after the other."""
    if keys.get("role") is not None:
        return [_spoken(turn, keys) for turn in turns]
    flat = [each for turn in turns for each in (turn if isinstance(turn, list) else [turn])]
    return [_said("assistant" if index % 2 else "user", text) for index, text in enumerate(flat)]


def _said(role: str, text: Any) -> Message:
    if not isinstance(text, str):
        raise Unmapped("empty-turn" if text is None else "unreadable")
    if not text.strip():
        raise Unmapped("empty-turn")
    return {"role": role, "content": text}


def _spoken(given: Any, keys: Dict[str, Any]) -> Message:
    turn = unpacked(given) if isinstance(given, str) else given
    if not isinstance(turn, dict):
        raise Unmapped("unreadable")
    role = _role_of(turn.get(keys["role"]), keys.get("roles") or USUAL_ROLES)
    said = turn.get(keys.get("content") or ("value" if keys["role"] == "from" else "content"))
    if role == "tool-call":
        return {"role": "assistant", "content": "", "tool_calls": [tool_call_of(said)]}
    content = _content_of(said)
    kept = {key: turn[key] for key in _KEPT if turn.get(key) is not None}
    calls = tool_calls_of(turn.get("tool_calls"))
    if not content.strip() and not calls:
        raise Unmapped("empty-turn")
    return dict(dict(role=role, content=content, **kept), **({"tool_calls": calls} if calls else {}))


def _role_of(name: Any, roles: Dict[str, str]) -> str:
    role = roles.get(name.strip().lower()) if isinstance(name, str) else None
    if role is None:
        raise Unmapped("unknown-role")
    return role


def _content_of(content: Any) -> str:
    """Text, or parts of text as multimodal models take them."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, (int, float)) and not isinstance(content, bool):
        return text_of(content)
    if not isinstance(content, list):
        raise Unmapped("not-text")
    return "\n".join(_part_text(part) for part in content)


def _part_text(part: Any) -> str:
    text = part.get("text") if isinstance(part, dict) else part
    if not isinstance(text, str):
        raise Unmapped("not-text")
    return text
