"""How a row of a dataset becomes a training row, as src/core/data/mapping.ts does it; one file of cases tests both.

A mapping is one of (see mapping.ts for the whole of it):
  {prompt, completion, choices?}                       templates over columns
  {to: "messages", turns, role?, content?, roles?, system?, tools?}
  {to: "messages", messages: [{role, content}], choices?}
  {to: "preference", prompt | null, chosen, rejected, roles?}
  {to: "text", text}
A training row has one of the shapes that TRL's trainers take.
"""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, NamedTuple, Optional, Union

from . import choices
from .conversation import Message, conversation, turns_of
from .template import Unmapped, fill, only_placeholder, value_at
from .tool_calls import tools_of

Row = Dict[str, Any]
Mapping = Dict[str, Any]
Side = Union[str, List[Message]]

_PACKED_LIST = re.compile(r"\s*\[\s*\{")

PROBLEMS = (
    "missing",
    "unreadable",
    "unknown-role",
    "empty-turn",
    "no-answer",
    "not-text",
    "bad-tool-call",
    "unknown-answer",
    "same-answers",
)


class Mapped(NamedTuple):
    """A training row, or the problem (one of PROBLEMS) for which there is none."""

    row: Optional[Row]
    problem: Optional[str]


def apply(row: Row, mapping: Mapping) -> Mapped:
    try:
        return Mapped(_mapped(row, mapping), None)
    except Unmapped as unmapped:
        return Mapped(None, unmapped.problem)


def _mapped(row: Row, mapping: Mapping) -> Row:
    kind = mapping.get("to", "prompt-completion")
    if kind == "text":
        return {"text": fill(mapping["text"], row)}
    if kind == "preference":
        return _preference(row, mapping)
    if kind == "messages":
        return _from_turns(row, mapping) if "turns" in mapping else _from_templates(row, mapping)
    values = _with_choices(row, mapping)
    return {"prompt": fill(mapping["prompt"], values), "completion": fill(mapping["completion"], values)}


def _from_turns(row: Row, mapping: Mapping) -> Row:
    messages = conversation(turns_of(value_at(row, mapping["turns"])), mapping)
    system = value_at(row, mapping["system"]) if "system" in mapping else None
    if isinstance(system, str) and system.strip() and messages[0]["role"] != "system":
        messages.insert(0, {"role": "system", "content": system})
    if messages[-1]["role"] != "assistant":
        raise Unmapped("no-answer")
    tools = tools_of(value_at(row, mapping["tools"])) if "tools" in mapping else []
    return {"messages": messages, "tools": tools} if tools else {"messages": messages}


def _from_templates(row: Row, mapping: Mapping) -> Row:
    values = _with_choices(row, mapping)
    filled = [{"role": each["role"], "content": fill(each["content"], values)} for each in mapping["messages"]]
    messages = [each for each in filled if each["role"] != "system" or each["content"].strip()]
    if any(not each["content"].strip() for each in messages):
        raise Unmapped("empty-turn")
    if not messages or messages[-1]["role"] != "assistant":
        raise Unmapped("no-answer")
    return {"messages": messages}


def _preference(row: Row, mapping: Mapping) -> Row:
    def side(text: str) -> Side:
        name = only_placeholder(text)
        value = None if name is None else value_at(row, name)
        if not isinstance(value, list) and not (isinstance(value, str) and _PACKED_LIST.match(value)):
            return fill(text, row)
        turns = turns_of(value)
        keys = {"role": _role_key(turns)}
        return conversation(turns, dict(keys, roles=mapping["roles"]) if "roles" in mapping else keys)

    chosen, rejected = side(mapping["chosen"]), side(mapping["rejected"])
    if json.dumps(chosen) == json.dumps(rejected):
        raise Unmapped("same-answers")
    if mapping["prompt"] is None:
        return {"chosen": chosen, "rejected": rejected}
    return _alike(side(mapping["prompt"]), chosen, rejected)


def _alike(prompt: Side, chosen: Side, rejected: Side) -> Row:
    """All text or all messages, as trainers want it; answers that repeat the prompt, as many datasets have them, without it."""
    if not any(isinstance(part, list) for part in (prompt, chosen, rejected)):
        return {"prompt": prompt, "chosen": chosen, "rejected": rejected}
    begin = _messages_of(prompt, "user")

    def after(part: Side) -> List[Message]:
        turns = _messages_of(part, "assistant")
        return turns[len(begin) :] if turns[: len(begin)] == begin else turns

    good, bad = after(chosen), after(rejected)
    if not good or not bad:
        raise Unmapped("no-answer")
    return {"prompt": begin, "chosen": good, "rejected": bad}


def _messages_of(part: Side, role: str) -> List[Message]:
    return [{"role": role, "content": part}] if isinstance(part, str) else part


def _role_key(turns: List[Any]) -> str:
    """Turns of both usual kinds occur in preference data: OpenAI's `role`, ShareGPT's `from`."""
    return "from" if turns and isinstance(turns[0], dict) and "from" in turns[0] else "role"


def _with_choices(row: Row, mapping: Mapping) -> Row:
    return dict(row, **choices.choices_of(row, mapping["choices"])) if mapping.get("choices") else row
