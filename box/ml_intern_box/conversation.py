"""Turns of a conversation, however a dataset writes them, as messages; the twin of src/core/data/mapping/conversation.ts."""

from __future__ import annotations

import json
from typing import Any, Dict, List

from .template import Unmapped

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
}
_KEPT = ("tool_calls", "tool_call_id", "name")


def turns_of(value: Any) -> List[Any]:
    """A list, or JSON of one."""
    if value is None or value == "":
        raise Unmapped("missing")
    read = _parsed(value) if isinstance(value, str) else value
    if not isinstance(read, list):
        raise Unmapped("unreadable")
    if not read:
        raise Unmapped("missing")
    return read


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


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


def _spoken(turn: Any, keys: Dict[str, Any]) -> Message:
    if not isinstance(turn, dict):
        raise Unmapped("unreadable")
    role = _role_of(turn.get(keys["role"]), keys.get("roles") or USUAL_ROLES)
    content = _content_of(turn.get(keys.get("content") or ("value" if keys["role"] == "from" else "content")))
    kept = {key: turn[key] for key in _KEPT if turn.get(key) is not None}
    calls = kept.get("tool_calls")
    if not content.strip() and not (isinstance(calls, list) and calls):
        raise Unmapped("empty-turn")
    return dict(role=role, content=content, **kept)


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
    if not isinstance(content, list):
        raise Unmapped("not-text")
    return "\n".join(_part_text(part) for part in content)


def _part_text(part: Any) -> str:
    text = part.get("text") if isinstance(part, dict) else part
    if not isinstance(text, str):
        raise Unmapped("not-text")
    return text
