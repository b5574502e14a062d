"""Training rows as the model sees them, with its own tokenizer: which text is masked and which is trained on."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

Row = Dict[str, Any]
Span = Dict[str, Any]


class Rendered(NamedTuple):
    """`spans` are {text, trained}; `rewritten`: the place of a turn of the assistant cannot be told."""

    spans: List[Span]
    text: str
    messages: List[Row]
    rewritten: bool


def render(row: Row, tokenizer: Any) -> List[Rendered]:
    """One rendering; of a preference pair one each side. Raises what the template raises."""
    if "messages" in row:
        return [_conversation(row["messages"], tokenizer, row.get("tools"))]
    if "text" in row:
        return [_plain("", row["text"], tokenizer)]
    if "completion" in row:
        return [_plain(row["prompt"], row["completion"], tokenizer)]
    return [_side(row.get("prompt") or "", row[name], tokenizer) for name in ("chosen", "rejected")]


def _side(prompt: Any, answer: Any, tokenizer: Any) -> Rendered:
    if isinstance(prompt, str) and isinstance(answer, str):
        return _plain(prompt, answer, tokenizer)
    return _conversation([*(prompt or []), *answer], tokenizer, None)


def _plain(prompt: str, completion: str, tokenizer: Any) -> Rendered:
    """Without a template the trainer puts the EOS behind what is trained on."""
    eos = tokenizer.eos_token or ""
    ended = completion if completion.endswith(eos) else completion + eos
    before = (tokenizer.bos_token if adds_bos(tokenizer) else "") + prompt
    return Rendered(_spans(before + ended, [(len(before), len(before + ended))]), before + ended, [], False)


def adds_bos(tokenizer: Any) -> bool:
    """Whether the tokenizer puts its BOS before every text itself."""
    ids = tokenizer("a")["input_ids"]
    return tokenizer.bos_token_id is not None and bool(ids) and ids[0] == tokenizer.bos_token_id


def _conversation(messages: List[Row], tokenizer: Any, tools: Optional[List[Any]]) -> Rendered:
    """Each turn of the assistant is trained on, from behind what announces it to the end of the turn."""

    def text_of(turns: List[Row], generation: bool = False) -> str:
        # As a batch of one: a single conversation may not be empty, and nothing stands before an assistant that speaks first.
        texts: List[str] = tokenizer.apply_chat_template(
            [turns], tools=tools or None, tokenize=False, add_generation_prompt=generation
        )
        return texts[0]

    text = text_of(messages)
    places, rewritten = [], False
    for at, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        try:
            before = text_of(messages[:at], True)
            after = text if at + 1 == len(messages) else text_of(messages[: at + 1])
        except Exception:
            # A beginning of the conversation that the template refuses: its masks cannot be told.
            rewritten = True
            continue
        if after.startswith(before) and text.startswith(after):
            places.append((len(before), len(after)))
        else:
            rewritten = True
    return Rendered(_spans(text, places), text, messages, rewritten)


def _spans(text: str, trained: List[Tuple[int, int]]) -> List[Span]:
    spans, at = [], 0
    for begin, end in trained:
        spans += [{"text": text[at:begin], "trained": False}, {"text": text[begin:end], "trained": True}]
        at = end
    spans.append({"text": text[at:], "trained": False})
    return [span for span in spans if span["text"]]
