"""A look at compiled rows through the tokenizer that they are trained with: a few as the model sees them, and what to mind in how many."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

from ml_intern_box import tokens
from ml_intern_box.errors import BoxError
from ml_intern_box.render import Row, Span, render
from ml_intern_box.render_rules import Case, Finding, findings_of

Summary = Dict[str, Any]

MOST_LOOKED = 200
SHOWN_ROWS = 3
_SHOWN_SPANS = 16
_SHOWN_CHARACTERS = 800  # of a span, of a message
# A template takes seconds over a row of many megabytes, and nobody learns more from it than from the others.
_LONGEST = 200_000


def of_rows(
    count: int, row_of: Callable[[int], Row], tokenizer: str, max_tokens: Optional[int], looked: int = MOST_LOOKED
) -> Summary:
    """Of `count` rows some over the whole of them: {tokenizer, looked, findings, rows}, or {tokenizer, ..., problem} where it is not to be had."""
    empty: Summary = {"tokenizer": tokenizer, "looked": 0, "findings": [], "rows": []}
    try:
        loaded = tokens.load(tokenizer)
    except BoxError as error:
        return dict(empty, problem=error.message)
    numbers = spread(count, looked)
    return dict(empty, **look(((number, row_of(number)) for number in numbers), loaded, max_tokens))


def spread(count: int, wanted: int) -> List[int]:
    """Up to `wanted` numbers below `count`, evenly over all of them."""
    taken = min(count, wanted)
    return [at * count // taken for at in range(taken)]


def look(rows: Iterable[Tuple[int, Row]], tokenizer: Any, max_tokens: Optional[int]) -> Summary:
    """`findings` are {rule, rows: how many, row: the first, message: what was said of that}; `rows` are {row, tokens, spans}."""
    findings: Dict[str, Dict[str, Any]] = {}
    shown: List[Dict[str, Any]] = []
    looked = 0
    for number, row in rows:
        looked += 1
        rendered, found = _row(row, tokenizer, max_tokens)
        shown += [dict(each, row=number) for each in rendered]
        for rule, message in dict(reversed(found)).items():
            of_rule = findings.setdefault(rule, {"rule": rule, "rows": 0, "row": number, "message": message[:_SHOWN_CHARACTERS]})
            of_rule["rows"] += 1
    return {
        "looked": looked,
        "findings": sorted(findings.values(), key=lambda each: -each["rows"]),
        "rows": [shown[at] for at in spread(len(shown), SHOWN_ROWS)],
    }


def _row(row: Row, tokenizer: Any, max_tokens: Optional[int]) -> Tuple[List[Dict[str, Any]], List[Finding]]:
    if len(str(row)) > _LONGEST:
        return [], [("too-long-to-render", "It has more than %d characters and was not rendered." % _LONGEST)]
    try:
        sides = render(row, tokenizer)
    except Exception as error:
        return [], [("template-raises", "The chat template refuses it: %s" % error)]
    rendered, found = [], []
    for side in sides:
        count = len(tokenizer(side.text, add_special_tokens=False)["input_ids"])
        rendered.append({"tokens": count, "spans": _bounded(side.spans)})
        found += findings_of(Case(side, row, tokenizer, count, max_tokens))
    return rendered, found


def _bounded(spans: List[Span]) -> List[Span]:
    """Of a long text its two ends: there the marks stand."""
    half = _SHOWN_CHARACTERS // 2
    return [
        span
        if len(span["text"]) <= _SHOWN_CHARACTERS
        else dict(span, text="%s […] %s" % (span["text"][:half], span["text"][-half:]))
        for span in spans[:_SHOWN_SPANS]
    ]
