"""What to know before a model is trained on a row as its chat template renders it: the rules of src/core/data/lint, on the box."""

from __future__ import annotations

import json
import re
from typing import Any, Callable, Iterator, List, NamedTuple, Optional, Tuple

from ml_intern_box.render import Rendered, Row, adds_bos

Finding = Tuple[str, str]

_THOUGHT = re.compile(r"<think>(.*?)</think>", re.DOTALL)
_MARKS = ("<|im_start|>", "<|im_end|>", "<|eot_id|>", "<start_of_turn>", "<|start_header_id|>")


class Case(NamedTuple):
    """A rendered row, and what it is judged by; `tokens` is its length."""

    rendered: Rendered
    row: Row
    tokenizer: Any
    tokens: int
    max_tokens: Optional[int]


def findings_of(case: Case) -> List[Finding]:
    """(rule, message) in the order in which the host tells them."""
    return [found for check in _CHECKS for found in check(case)]


def _trained_text(case: Case) -> Iterator[Finding]:
    if case.rendered.rewritten:
        message = "The template writes earlier turns anew once more follow, or adds to them: their masks cannot be told."
        yield "turns-rewritten", message
        return
    trained = [span["text"] for span in case.rendered.spans if span["trained"]]
    eos = case.tokenizer.eos_token
    if not trained:
        yield "nothing-trained", "No part of it is trained on."
    elif eos is not None and not trained[-1].rstrip().endswith(eos):
        end = json.dumps(trained[-1][-12:], ensure_ascii=False)
        yield (
            "no-eos",
            "What is trained on ends with %s, without %s: the model would only stop where generation is told of that mark."
            % (end, eos),
        )


def _beginning(case: Case) -> Iterator[Finding]:
    """The tokenizer puts a BOS before a text that has one already."""
    bos = case.tokenizer.bos_token
    if not bos:
        return
    text = case.rendered.text
    twice = text.startswith(bos + bos)
    if not twice and not (text.startswith(bos) and case.rendered.messages and adds_bos(case.tokenizer)):
        return
    how = "The text begins with it twice." if twice else "Tokenize the rendered text without special tokens."
    yield "doubled-bos", "The template and the tokenizer both put %s first. %s" % (bos, how)


def _empty_turns(case: Case) -> Iterator[Finding]:
    for at, message in enumerate(case.rendered.messages):
        if _said(message).strip() == "" and "tool_calls" not in message:
            yield "empty-turn", "Turn %d (%s) says nothing." % (at, message["role"])
            return


def _dropped(case: Case) -> Iterator[Finding]:
    for at, message in enumerate(case.rendered.messages):
        said = _THOUGHT.sub("", _said(message)).strip()
        if said == "" or said in case.rendered.text:
            continue
        if message["role"] == "system":
            yield "system-dropped", "The template leaves the system text out."
        else:
            yield "turn-dropped", "The template leaves out or changes turn %d (%s)." % (at, message["role"])


def _thinking(case: Case) -> Iterator[Finding]:
    thoughts: List[str] = []
    for message in case.rendered.messages:
        beside = [message.get("reasoning_content"), message.get("thinking")]
        thoughts += [*_THOUGHT.findall(_said(message)), *(each for each in beside if isinstance(each, str))]
    if any(thought.strip() not in case.rendered.text for thought in thoughts):
        yield "thinking-dropped", "The template leaves out reasoning of the assistant: it would not be trained on."


def _tools(case: Case) -> Iterator[Finding]:
    text = case.rendered.text
    offered = [(tool.get("function") or {}).get("name") for tool in case.row.get("tools") or []]
    if any(isinstance(name, str) and name not in text for name in offered):
        yield "tools-dropped", "The template leaves out the tools that the row offers."
    called = [call for message in case.row.get("messages") or [] for call in message.get("tool_calls") or []]
    if any(call["function"]["name"] not in text for call in called):
        yield "tools-dropped", "The template leaves out calls of tools."


def _marks(case: Case) -> Iterator[Finding]:
    row = case.row
    if "messages" in row:
        texts = [_said(message) for message in row["messages"]]
    else:
        texts = [value for value in row.values() if isinstance(value, str)]
    for mark in (case.tokenizer.bos_token, case.tokenizer.eos_token, *_MARKS):
        if mark and any(mark in text for text in texts):
            yield "mark-in-text", "The data itself holds %s, a mark of a template." % mark
            return


def _length(case: Case) -> Iterator[Finding]:
    if case.max_tokens is not None and case.tokens > case.max_tokens:
        yield "would-be-cut", "It has %d tokens and would be cut at %d." % (case.tokens, case.max_tokens)


def _said(message: Row) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""


_CHECKS: Tuple[Callable[[Case], Iterator[Finding]], ...] = (
    _trained_text,
    _beginning,
    _empty_turns,
    _dropped,
    _thinking,
    _tools,
    _marks,
    _length,
)
