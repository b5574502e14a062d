"""Shows training rows as the model sees them, with its own tokenizer: which text is masked, which is trained on, and what to mind.

Usage: python -m ml_intern_box.render config.json
  {model: folder or id, rows: file of training rows (JSON lines), limit?: 20, maxTokens?: 2048}
Prints one JSON object: {rendered: [{row, spans: [{text, trained}], tokens}], findings: [{rule, message, row}]}.
The rules are those of src/core/data/lint; here tokens are counted, and BOS and EOS are looked for among the ids.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from ml_intern_box import report

Row = Dict[str, Any]
Span = Dict[str, Any]


def render(row: Row, tokenizer: Any) -> List[List[Span]]:
    """One list of spans; of a preference pair one each side. Raises what the template raises."""
    if "messages" in row:
        return [_conversation(row["messages"], tokenizer, row.get("tools"))]
    if "text" in row:
        return [_plain("", row["text"], tokenizer)]
    if "completion" in row:
        return [_plain(row["prompt"], row["completion"], tokenizer)]
    return [_side(row.get("prompt") or "", row[name], tokenizer) for name in ("chosen", "rejected")]


def _side(prompt: Any, answer: Any, tokenizer: Any) -> List[Span]:
    if isinstance(prompt, str) and isinstance(answer, str):
        return _plain(prompt, answer, tokenizer)
    return _conversation([*(prompt or []), *answer], tokenizer, None)


def _plain(prompt: str, completion: str, tokenizer: Any) -> List[Span]:
    """Without a template the trainer puts the EOS behind what is trained on."""
    eos = tokenizer.eos_token or ""
    ended = completion if completion.endswith(eos) else completion + eos
    begins = tokenizer.bos_token if tokenizer.bos_token and adds_bos(tokenizer) else ""
    return _spans(begins + prompt + ended, [(len(begins + prompt), len(begins + prompt + ended))])


def adds_bos(tokenizer: Any) -> bool:
    """Whether the tokenizer puts its BOS before every text itself."""
    ids = tokenizer("a")["input_ids"]
    return tokenizer.bos_token_id is not None and bool(ids) and ids[0] == tokenizer.bos_token_id


def _conversation(messages: List[Row], tokenizer: Any, tools: Optional[List[Any]]) -> List[Span]:
    """Each turn of the assistant is trained on, from behind what announces it to the end of the turn."""

    def text_of(turns: List[Row], generation: bool = False) -> str:
        text: str = tokenizer.apply_chat_template(
            turns, tools=tools or None, tokenize=False, add_generation_prompt=generation
        )
        return text

    text = text_of(messages)
    places = []
    for at, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        try:
            before = text_of(messages[:at], True)
            after = text if at + 1 == len(messages) else text_of(messages[: at + 1])
        except Exception:
            # A beginning of the conversation that the template refuses: its masks cannot be told.
            continue
        if after.startswith(before) and text.startswith(after):
            places.append((len(before), len(after)))
    return _spans(text, places)


def _spans(text: str, trained: List[Tuple[int, int]]) -> List[Span]:
    spans, at = [], 0
    for begin, end in trained:
        spans += [{"text": text[at:begin], "trained": False}, {"text": text[begin:end], "trained": True}]
        at = end
    spans.append({"text": text[at:], "trained": False})
    return [span for span in spans if span["text"]]


def findings_of(spans: List[Span], tokenizer: Any, max_tokens: int) -> Tuple[int, List[Tuple[str, str]]]:
    """The number of tokens, and (rule, message) for what the ids tell."""
    ids = tokenizer("".join(span["text"] for span in spans), add_special_tokens=False)["input_ids"]
    found = []
    trained = [span["text"] for span in spans if span["trained"]]
    if not trained:
        found.append(("nothing-trained", "No part of it is trained on."))
    elif tokenizer.eos_token and not trained[-1].rstrip().endswith(tokenizer.eos_token):
        found.append(("no-eos", "What is trained on ends without %s." % tokenizer.eos_token))
    bos = tokenizer.bos_token_id
    if bos is not None and ids[:2] == [bos, bos]:
        found.append(("doubled-bos", "The text begins with %s twice." % tokenizer.bos_token))
    if len(ids) > max_tokens:
        found.append(("would-be-cut", "It has %d tokens and would be cut at %d." % (len(ids), max_tokens)))
    return len(ids), found


def look(rows: List[Row], tokenizer: Any, max_tokens: int) -> Dict[str, Any]:
    rendered, findings = [], []
    for number, row in enumerate(rows):
        try:
            sides = render(row, tokenizer)
        except Exception as error:
            message = "The chat template refuses it: %s" % error
            findings.append({"rule": "template-raises", "message": message, "row": number})
            continue
        for spans in sides:
            count, found = findings_of(spans, tokenizer, max_tokens)
            rendered.append({"row": number, "spans": spans, "tokens": count})
            findings += [{"rule": rule, "message": message, "row": number} for rule, message in found]
    return {"rendered": rendered, "findings": findings}


def main() -> int:
    from transformers import AutoTokenizer

    config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        tokenizer = AutoTokenizer.from_pretrained(config["model"])
    except (OSError, ValueError) as error:
        report.fail("bad-input", f"The tokenizer of {config['model']} cannot be loaded: {error}", "Check the base model.")
    with Path(config["rows"]).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(config.get("limit", 20)))]
    print(json.dumps(look(rows, tokenizer, config.get("maxTokens", 2048)), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
