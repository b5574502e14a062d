"""Conversations for a model that is trained: a template where there is none, and the token that ends an answer."""

from __future__ import annotations

import json
import re
from typing import Any

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}"
    "{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ (message['content'] or '') + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ (message['content'] or '') + '<|im_end|>' }}{% endif %}{{ '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
"""ChatML, the format most open models use, with marks around what the assistant says."""
MARKS = re.compile(r"\{%-?\s*(end)?generation\s*-?%\}")


def use_chat(tokenizer: Any) -> str | None:
    """Makes the tokenizer ready for conversations, and hands back its template with marks where it has marks.

    A base model without a template gets ChatML's, saved with the tokenizer without the marks, which only transformers
    reads. Where its vocabulary has no <|im_end|>, its own end-of-text token ends a turn: a new token would have to be
    learnt from nothing. The token that ends the assistant's turn becomes the tokenizer's EOS token, so that whoever
    generates stops there.
    """
    template = tokenizer.chat_template or CHATML
    if tokenizer.chat_template is None and "<|im_end|>" not in tokenizer.get_vocab():
        template = template.replace("<|im_end|>", tokenizer.eos_token)
    if tokenizer.chat_template is None:
        tokenizer.chat_template = MARKS.sub("", template)
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    ids = tokenizer.apply_chat_template(turns, return_dict=False)
    special = {i: token for i, token in tokenizer.added_tokens_decoder.items() if i != tokenizer.unk_token_id}
    tokenizer.eos_token = next((special[i].content for i in reversed(ids) if i in special), tokenizer.eos_token)
    return template if MARKS.search(template) else None


def end_ids(tokenizer: Any, generation_config: Any) -> list[int]:
    """The ids that end an answer, for generation_config.json: the tokenizer's EOS token and those of before."""
    before = generation_config.eos_token_id
    known = before if isinstance(before, list) else [before]
    return list(dict.fromkeys([tokenizer.eos_token_id, *(i for i in known if i is not None)]))


def encode(batch: dict[str, list], tokenizer: Any, marked: str | None = None) -> dict[str, list]:
    """Token ids and labels (-100: not learnt) of rows {messages}, {prompt, completion} or {text}.

    For Dataset.map(batched=True). Learnt are the answers with the token that ends each; of a text, all of it. TRL's
    completion_only_loss leaves rows of messages learnt as a whole, and its assistant_only_loss takes only templates with
    marks. So here a conversation under a template without marks gives a row for each answer, rendered as it would be
    when that answer is asked for.
    """
    encoded: dict[str, list] = {"input_ids": [], "labels": []}
    for values in zip(*batch.values()):
        row = {name: _without_gaps(value) for name, value in zip(batch, values)}
        for ids, learnt in _encoded(row, tokenizer, marked):
            encoded["input_ids"].append(ids)
            encoded["labels"].append([token if is_learnt else -100 for token, is_learnt in zip(ids, learnt)])
    return encoded


def _without_gaps(value: Any) -> Any:
    """A table gives every message every key, None where it has none: templates take the key for said."""
    if not isinstance(value, list):
        return value
    return [{k: v for k, v in each.items() if v is not None} if isinstance(each, dict) else each for each in value]


def _encoded(row: dict[str, Any], tokenizer: Any, marked: str | None) -> list[tuple[list[int], list[bool]]]:
    if row.get("messages") and marked:
        return [_marked(row, tokenizer, marked)]
    return [_answer(before, whole, row, tokenizer) for before, whole in _parts(row)]


def _parts(row: dict[str, Any]) -> list[tuple[Any, Any]]:
    """(what comes before, the same with what is learnt) for each answer of a row; texts, or lists of messages."""
    if row.get("text"):
        return [("", row["text"])]
    if row.get("messages"):
        turns = row["messages"]
        return [(turns[:i], turns[: i + 1]) for i, turn in enumerate(turns) if turn["role"] == "assistant"]
    return [(row["prompt"], row["prompt"] + row["completion"])]


def _answer(before: Any, whole: Any, row: dict[str, Any], tokenizer: Any) -> tuple[list[int], list[bool]]:
    known = _tokens(before, row, tokenizer, add_generation_prompt=True)
    ids = _tokens(whole, row, tokenizer)
    # Not simply len(known): a token may reach over the border between what is asked and what is answered.
    start = next((i for i, (a, b) in enumerate(zip(known, ids)) if a != b), min(len(known), len(ids)))
    end = tokenizer.eos_token_id
    last = next((i for i in reversed(range(start, len(ids))) if ids[i] == end), None)
    ends_itself = last is not None and (not isinstance(whole, str) or last == len(ids) - 1)
    ids = ids[: last + 1] if ends_itself and last is not None else [*ids, end]
    return ids, [i >= start for i in range(len(ids))]


def _marked(row: dict[str, Any], tokenizer: Any, marked: str) -> tuple[list[int], list[bool]]:
    """All turns at once; a mark that stops short of the token that ends the turn is stretched over it."""
    whole = tokenizer.apply_chat_template(
        row["messages"], tools=_tools(row), chat_template=marked, return_dict=True, return_assistant_tokens_mask=True
    )
    ids, mask = whole["input_ids"], whole["assistant_masks"]
    return ids, [bool(m or (i and mask[i - 1] and ids[i] == tokenizer.eos_token_id)) for i, m in enumerate(mask)]


def _tokens(value: Any, row: dict[str, Any], tokenizer: Any, **options: Any) -> list[int]:
    if isinstance(value, str):
        return tokenizer(value)["input_ids"] if value else []
    return tokenizer.apply_chat_template(value, tools=_tools(row), return_dict=False, **options) if value else []


def _tools(row: dict[str, Any]) -> Any:
    tools = row.get("tools")
    return (json.loads(tools) if isinstance(tools, str) else tools) or None
