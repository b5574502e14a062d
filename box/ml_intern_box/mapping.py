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
from typing import Any, Dict, List, NamedTuple, Optional, Union

from . import choices
from .conversation import Message, conversation, turns_of
from .template import Unmapped, fill, only_placeholder, value_at

Row = Dict[str, Any]
Mapping = Dict[str, Any]

PROBLEMS = (
    "missing",
    "unreadable",
    "unknown-role",
    "empty-turn",
    "no-answer",
    "not-text",
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
    tools = value_at(row, mapping["tools"]) if "tools" in mapping else None
    return {"messages": messages} if tools is None else {"messages": messages, "tools": turns_of(tools)}


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
    def side(text: str) -> Union[str, List[Message]]:
        name = only_placeholder(text)
        value = None if name is None else value_at(row, name)
        if not isinstance(value, list):
            return fill(text, row)
        keys = {"role": _role_key(value)}
        return conversation(turns_of(value), dict(keys, roles=mapping["roles"]) if "roles" in mapping else keys)

    chosen, rejected = side(mapping["chosen"]), side(mapping["rejected"])
    if json.dumps(chosen) == json.dumps(rejected):
        raise Unmapped("same-answers")
    answers = {"chosen": chosen, "rejected": rejected}
    return answers if mapping["prompt"] is None else dict(prompt=side(mapping["prompt"]), **answers)


def _role_key(turns: List[Any]) -> str:
    """Turns of both usual kinds occur in preference data: OpenAI's `role`, ShareGPT's `from`."""
    return "from" if turns and isinstance(turns[0], dict) and "from" in turns[0] else "role"


def _with_choices(row: Row, mapping: Mapping) -> Row:
    return dict(row, **choices.choices_of(row, mapping["choices"])) if mapping.get("choices") else row
