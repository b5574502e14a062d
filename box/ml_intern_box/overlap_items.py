"""Evaluation items of any shape: what is asked, the choices, and the answer.

Known: question/answer(/choices), prompt/completion, instruction/input/output, messages and conversations, GPQA's and MMLU's columns,
HumanEval's, plain text. Of unknown columns the longest text is the question and the other long ones are answers.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, List, Optional, Tuple

from ml_intern_box.overlap_text import strings, ungrouped, words

QUESTIONS = (
    "question",
    "q",
    "problem",
    "prompt",
    "instruction",
    "query",
    "stem",
    "question_stem",
    "goal",
    "ctx",
    "sentence",
    "premise",
    "text",
    "input",
    "turns",
)
# What belongs to the question when both are there.
CONTEXTS = {
    "instruction": ("input", "context"),
    "question": ("context", "passage", "input"),
    "premise": ("hypothesis",),
    "problem": ("input",),
}
CHOICES = ("choices", "options", "endings", "answers", "mc1_targets", "candidates")
LETTERED = re.compile(r"^(?:option|choice|answer|ending|sol|opa|opb|opc|opd)?[ _-]?[a-h0-9]$", re.IGNORECASE)
WRONG_ANSWERS = re.compile(r"^(?:pre-revision )?(?:incorrect|correct) answer ?\d*$", re.IGNORECASE)
ANSWERS = (
    "answer",
    "a",
    "completion",
    "response",
    "output",
    "solution",
    "canonical_solution",
    "target",
    "gold",
    "rationale",
    "explanation",
    "cot",
    "reference",
    "correct answer",
)
KEYS = (
    "answer",
    "answerkey",
    "answer_key",
    "label",
    "gold",
    "target",
    "correct",
    "cop",
    "answer_index",
    "correct answer",
)
ASKED_BY = ("user", "human", "prompter")
INLINE = re.compile(r"(?:^|(?<=\s))\(?([A-J])[).:]\s+", re.MULTILINE)
LONG_ENOUGH = 40
"""Characters from which a text of an unknown column counts as an answer."""


class Parts:
    """An item taken apart. Each text is as it was; `tokens_*` are its words."""

    __slots__ = ("question", "answer", "choices", "tokens", "answer_tokens", "choice_tokens")

    def __init__(self, question: str, answer: str, choices: List[str]) -> None:
        stem, inline = (question, []) if choices else split_choices(question)
        self.question, self.answer, self.choices = stem, answer, choices or inline
        self.tokens = words(ungrouped(stem))
        self.answer_tokens = words(ungrouped(answer))
        self.choice_tokens = [tokens for tokens in (words(ungrouped(choice)) for choice in self.choices) if tokens]

    @property
    def text(self) -> str:
        listed = " ".join("(%s) %s" % (chr(65 + index % 26), choice) for index, choice in enumerate(self.choices))
        return " ".join(part for part in (self.question, listed, self.answer) if part).strip()


def split_choices(question: str) -> Tuple[str, List[str]]:
    """Choices written into the question as `A) ...`, `(B) ...` or `C. ...`, at least two, in order."""
    marks: List["re.Match[str]"] = []
    for mark in INLINE.finditer(question):
        if mark.group(1) == chr(65 + len(marks)):
            marks.append(mark)
    if len(marks) < 2 or not question[: marks[0].start()].strip():
        return question, []
    ends = [mark.start() for mark in marks[1:]] + [len(question)]
    return question[: marks[0].start()], [question[mark.end() : end].strip() for mark, end in zip(marks, ends)]


def parts_of(item: Any, columns: Optional[Dict[str, str]] = None) -> Parts:
    if isinstance(item, str):
        return Parts(item, "", [])
    if not isinstance(item, dict):
        return Parts(_joined(item), "", [])
    if columns:
        return Parts(_joined(item.get(columns["question"])), _joined(item.get(columns.get("answer") or "")), [])
    names = {str(name).strip().lower(): name for name in item}
    turns = _turns(item, names)
    if turns is not None:
        return turns
    return _by_columns(item, names)


def _turns(item: Dict[Any, Any], names: Dict[str, Any]) -> Optional[Parts]:
    """A conversation: what the person says is the question, what the model says the answer; system prompts are neither."""
    for name in ("messages", "conversations", "conversation", "prompt", "question", "turns"):
        turns = item.get(names.get(name, ""))
        if isinstance(turns, list) and turns and all(isinstance(inner, list) for inner in turns):
            turns = [turn for inner in turns for turn in inner]
        if not (isinstance(turns, list) and turns and all(isinstance(turn, dict) for turn in turns)):
            continue
        asked, said = [], []
        for turn in turns:
            role = str(turn.get("role", turn.get("from", ""))).lower()
            text = _joined(turn.get("content", turn.get("value", turn.get("text"))))
            if role in ASKED_BY or not role:
                asked.append(text)
            elif role not in ("system", "tool", "function"):
                said.append(text)
        said += [_joined(item[names[other]]) for other in ANSWERS if other in names]
        return Parts("\n".join(asked), "\n".join(said), [])
    return None


def _by_columns(item: Dict[Any, Any], names: Dict[str, Any]) -> Parts:
    asking = next((name for name in QUESTIONS if name in names and _joined(item[names[name]]).strip()), None)
    if asking is None:
        return _unknown(item)
    question = [_joined(item[names[asking]])]
    question = [_joined(item[names[extra]]) for extra in CONTEXTS.get(asking, ()) if extra in names] + question
    choices = _choices(item, names)
    answers = [_chosen(item, names, choices)] + [
        _joined(item[names[name]]) for name in ANSWERS if name in names and name != asking
    ]
    return Parts("\n".join(part for part in question if part), "\n".join(part for part in answers if part), choices)


def _choices(item: Dict[Any, Any], names: Dict[str, Any]) -> List[str]:
    for name in CHOICES:
        value = item.get(names.get(name, ""))
        if isinstance(value, dict):
            value = value.get("text", value.get("choices", list(value.values())))
        if isinstance(value, list) and len(value) > 1:
            return [_joined(_label_free(choice)) for choice in value]
    lettered = [item[name] for lower, name in names.items() if LETTERED.match(lower) or WRONG_ANSWERS.match(lower)]
    texts = [text for text in map(_joined, lettered) if text]
    return texts if len(texts) > 1 else []


def _chosen(item: Dict[Any, Any], names: Dict[str, Any], choices: List[str]) -> str:
    """The text of the right choice, where the answer is its number or letter."""
    key = next((item[names[name]] for name in KEYS if name in names), None)
    if isinstance(key, str) and len(key.strip()) == 1 and key.strip().isalpha():
        key = ord(key.strip().upper()) - ord("A")
    at = int(key) if isinstance(key, (int, str)) and str(key).strip().isdigit() else -1
    return choices[at] if 0 <= at < len(choices) else ""


def _label_free(choice: Any) -> Any:
    return choice.get("text", choice) if isinstance(choice, dict) else choice


def _unknown(item: Dict[Any, Any]) -> Parts:
    texts = sorted(
        (_joined(value) for value in item.values() if not isinstance(value, (int, float))), key=len, reverse=True
    )
    if not texts:
        return Parts("", "", [])
    return Parts(texts[0], "\n".join(text for text in texts[1:] if len(text) >= LONG_ENOUGH), [])


def _joined(value: Any) -> str:
    return "\n".join(strings(value)) if value is not None else ""


def all_parts(items: Iterable[Any], columns: Optional[Dict[str, str]] = None) -> List[Parts]:
    return [parts_of(item, columns) for item in items]
