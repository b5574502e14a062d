"""Whether one row holds one evaluation item, and how: the judgement behind a hit.

`verbatim`: the whole question (its choices in any order), or 13 of its own words in a row. `near`: at least .8 of its word 5-grams,
weighted by how rare they are among the items (PostTrainBench's measure: question .75, answer .25, up to 1.0 for items of 8 words or
fewer), or a whole part of it of at least 8 words. `answer`: 13 words in a row of a telling answer. Numbers that differ where the rest is
the same make another item: such a copy is no verbatim one, and near only from .95 on.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set

from ml_intern_box.overlap_index import Index, Item
from ml_intern_box.overlap_runs import (
    LEAST_TELLING,
    THRESHOLD,
    Row,
    Run,
    aligned,
    coverage,
    edited,
    has_unique,
    is_telling,
    other_number,
    other_numbers,
    own_words,
    runs_of,
    weight,
)
from ml_intern_box.overlap_sides import Side
from ml_intern_box.overlap_text import digits, number_in, operators
from ml_intern_box.overlap_words import telling

EXACT_LENGTH, EXACT_UNSPACED = 13, 20
PART_LENGTH, PART_UNSPACED = 8, 12
QUESTION_SHARE = 0.75
OTHER_NUMBERS = 0.95
SHORT, LONG = 8, 16
SHORTEST_WITHIN_TEXT = 4
"""A question of fewer words counts only when it is a whole sentence of the row."""
LEAST_PART, OWN_SHARE = 0.4, 0.9
LONG_ANSWER_RUN, WHOLE_ANSWER = 30, 10
LONG_TEXT, MOST_WORDS = 24, 0.8
SHORTEST_SQUEEZED = 15
LONGEST_FORMULA = 60
CONTINUES = frozenset(
    "in of and or on at to with for if when after before during as than then by from that which who whose per plus minus times divided s into but given".split()
)


class Hit(NamedTuple):
    row: int
    item: int
    score: float
    kind: str
    place: int = 0
    length: int = 0
    """Where the match lies, in words of the row."""

    def as_json(self) -> Dict[str, Any]:
        return {"row": self.row, "item": self.item, "score": round(self.score, 4), "kind": self.kind}


def threshold_for(length: int) -> float:
    """1.0 up to 8 words, falling evenly to .8 at 16."""
    share = min(1.0, max(0.0, (length - SHORT) / (LONG - SHORT)))
    return 1.0 - (1.0 - THRESHOLD) * share


def judge(index: Index, row: Row, sides: Iterable[Side]) -> List[Hit]:
    """The items found in one row, at most one hit each; a weak hit on the same words as a strong one is left out."""
    hits = []
    kinds: Dict[int, Set[str]] = {}
    for side in sides:
        kinds.setdefault(side.item, set()).add(side.kind)
    for number, held in kinds.items():
        hit = _of_item(index.items[number], row, held)
        if hit:
            hits.append(hit)
    if len(hits) < 2:
        return hits
    strong = [hit for hit in hits if hit.kind == "verbatim"]
    return [hit for hit in hits if hit.kind == "verbatim" or not any(_within(hit, other) for other in strong)]


def _within(hit: Hit, other: Hit) -> bool:
    shared = min(hit.place + hit.length, other.place + other.length) - max(hit.place, other.place)
    return shared * 2 > hit.length


def _of_item(item: Item, row: Row, held: Set[str]) -> Optional[Hit]:
    asked = runs_of(item.question, row) if "question" in held else []
    said = runs_of(item.answer, row) if asked or "answer" in held else []
    if item.generic:
        hit = _by_choices(item, row, asked)
    else:
        hit = _whole(item.question, row, asked, item) or _long_run(item.question, row, asked)
        hit = hit or _near(item, row, asked, said) or _reworded(item.question, row, asked) or _part(item, row, asked)
    return hit or _answer(item.answer, row, said)


def _whole(side: Side, row: Row, runs: List[Run], item: Item) -> Optional[Hit]:
    count = len(side.tokens)
    full = [run for run in runs if run.length == count]
    for run in full:
        if any(side.own) and _stands_alone(side, row, run, item):
            return Hit(row.number, side.item, 1.0, "verbatim", run.row, count)
    if runs and not full and _squeezed(side, row, runs[0]):
        return Hit(row.number, side.item, 1.0, "verbatim", max(0, runs[0].row - runs[0].side), count)
    return None


def _stands_alone(side: Side, row: Row, run: Run, item: Item) -> bool:
    """A short question must be one in the row too, and not the beginning of another; a formula must have the same operators."""
    count = len(side.tokens)
    if count < SHORT:
        starts, ends = row.bounds
        closed = run.row + count in ends
        if count < SHORTEST_WITHIN_TEXT and not (closed and run.row in starts):
            return False
        if not closed and (row.tokens[run.row + count] in CONTINUES or number_in(row.tokens[run.row + count])):
            return False
    formula = operators(item.parts.question)
    if not formula or count > LONGEST_FORMULA:
        return True
    mine, other = _operators_between(item.parts.question, side.tokens), _operators_between(row.text, side.tokens)
    return not mine or not other or mine == other


def _operators_between(text: str, tokens: List[str]) -> str:
    place = re.search(r"[\W_]*".join(map(re.escape, tokens)), text, re.IGNORECASE)
    return operators(place.group()) if place else ""


def _squeezed(side: Side, row: Row, run: Run) -> bool:
    """The whole question, with its spaces and hyphens elsewhere (`e-mail`, `email`)."""
    if len(side.squeezed) < SHORTEST_SQUEEZED or run.length * 3 < len(side.tokens):
        return False
    slack = 3 + len(side.tokens) // 8
    begin = max(0, run.row - run.side - slack)
    window = row.tokens[begin : run.row - run.side + len(side.tokens) + slack]
    if not _between_words(side.squeezed, window):
        return False
    return not Counter(digits(side.tokens)) - Counter(digits(window))


def _between_words(squeezed: str, tokens: List[str]) -> bool:
    """Whether the letters stand in these words, from the beginning of one to the end of another."""
    text, ends = "".join(tokens), {0, *accumulate(map(len, tokens))}
    begin = text.find(squeezed)
    while begin >= 0:
        if begin in ends and begin + len(squeezed) in ends:
            return True
        begin = text.find(squeezed, begin + 1)
    return False


def _long_run(side: Side, row: Row, runs: List[Run]) -> Optional[Hit]:
    least = EXACT_UNSPACED if side.unspaced else EXACT_LENGTH
    if runs and runs[0].length >= least and other_numbers(side, row, runs):
        return None
    for run in runs:
        if run.length < least:
            return None
        if own_words(side, run) >= least and is_telling(side, run) and not edited(side, row, run):
            return Hit(row.number, side.item, coverage(side, [run]), "verbatim", run.row, run.length)
    return None


def _near(item: Item, row: Row, runs: List[Run], said: List[Run]) -> Optional[Hit]:
    side = item.question
    # A whole question that was not taken for verbatim goes on to ask something else, or has other operators.
    if not side.total or len(side.tokens) < SHORT or any(run.length == len(side.tokens) for run in runs):
        return None
    share = weight(side, runs)
    alone, together = threshold_for(len(side.tokens)), threshold_for(len(side.tokens) + len(item.answer.tokens))
    score = share
    if share < alone and QUESTION_SHARE * share + 1 - QUESTION_SHARE >= together - 1e-9 and item.answer.tokens:
        score = QUESTION_SHARE * share + (1 - QUESTION_SHARE) * _answer_share(item.answer, row, said)
        alone = together
    if other_numbers(side, row, runs):
        alone = max(alone, OTHER_NUMBERS)
    if score < alone - 1e-9 or not has_unique(side, runs, sum(side.unique) // 2):
        return None
    begin = min(run.row for run in runs)
    return Hit(row.number, side.item, min(score, 0.9999), "near", begin, len(side.tokens))


def _reworded(side: Side, row: Row, runs: List[Run]) -> Optional[Hit]:
    """A long question with some words replaced here and there, 13 words in a row among those that stayed."""
    if (
        len(side.tokens) < LONG_TEXT
        or not runs
        or own_words(side, runs[0]) < EXACT_LENGTH
        or other_numbers(side, row, runs)
    ):
        return None
    own = [at for at, mine in enumerate(side.own) if mine]
    held = aligned(side.tokens, row.tokens, runs[0])
    share = sum(at in held for at in own) / len(own)
    if share < MOST_WORDS or not has_unique(side, runs, sum(side.unique) // 2):
        return None
    return Hit(row.number, side.item, share, "near", max(0, runs[0].row - runs[0].side), len(side.tokens))


def _answer_share(side: Side, row: Row, runs: List[Run]) -> float:
    if len(side.tokens) <= side.length:
        return 1.0 if row.holds(side.tokens) else 0.0
    return weight(side, runs) / side.total if side.total else 0.0


def _part(item: Item, row: Row, runs: List[Run]) -> Optional[Hit]:
    """Half of a question, or a whole sentence of it, that in the row ends where a text ends."""
    side = item.question
    least = PART_UNSPACED if side.unspaced else PART_LENGTH
    if other_numbers(side, row, runs):
        return None
    for run in runs:
        if run.length < least:
            return None
        if (
            own_words(side, run) < least
            or not is_telling(side, run)
            or coverage(side, [run]) < LEAST_PART
            or edited(side, row, run)
        ):
            continue
        starts, ends = row.bounds
        begins = run.side == 0 or run.row in starts
        closes = run.side + run.length == len(side.tokens) or run.row + run.length in ends
        if begins and closes:
            return Hit(row.number, side.item, coverage(side, [run]), "near", run.row, run.length)
    return None


def _by_choices(item: Item, row: Row, asked: List[Run]) -> Optional[Hit]:
    """A question such as "Which is true?" is known by its choices."""
    choices = item.choices
    if (
        sum(map(len, choices)) < PART_LENGTH
        or telling([word for choice in choices for word in choice]) < LEAST_TELLING
    ):
        return None
    held = sum(map(row.holds, choices))
    if held * 4 < len(choices) * 3:
        return None
    whole = held == len(choices) and (not item.question.tokens or row.holds(item.question.tokens))
    return Hit(row.number, item.number, 1.0 if whole else 0.9, "verbatim" if whole else "near", 0, len(row.tokens))


def _answer(side: Side, row: Row, runs: List[Run]) -> Optional[Hit]:
    least = EXACT_UNSPACED if side.unspaced else EXACT_LENGTH
    count = len(side.tokens)
    for run in runs:
        share = run.length / count
        whole = share == 1.0 and count >= WHOLE_ANSWER and telling(side.tokens) > LEAST_TELLING + 1
        long = run.length >= least and (share >= 0.5 or run.length >= LONG_ANSWER_RUN)
        if not (whole or long) or own_words(side, run) < min(least, count) * OWN_SHARE or not is_telling(side, run):
            continue
        if not other_number(side, row, run) and not edited(side, row, run):
            return Hit(row.number, side.item, round(share, 4), "answer", run.row, run.length)
    return None
