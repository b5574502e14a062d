"""Whether one row holds one evaluation item, and how: the judgement behind a hit.

`verbatim`: the whole question (its choices in any order), or 13 of its own words in a row. `near`: at least .8 of its word 5-grams,
weighted by how rare they are among the items (PostTrainBench's measure: question .75, answer .25, up to 1.0 for items of 8 words or
fewer), or a whole part of it of at least 8 words. `answer`: 13 words in a row of a telling answer. Numbers that differ where the rest is
the same make another item: such a copy is no verbatim one, and near only from .9 on.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from ml_intern_box.overlap_index import Index, Item, Side
from ml_intern_box.overlap_text import digits, number_in, operators, sentences, words
from ml_intern_box.overlap_words import telling

EXACT_LENGTH, EXACT_UNSPACED = 13, 20
PART_LENGTH, PART_UNSPACED = 8, 12
QUESTION_SHARE = 0.75
THRESHOLD, OTHER_NUMBERS = 0.8, 0.9
SHORT, LONG = 8, 16
SHORTEST_WITHIN_TEXT = 4
"""A question of fewer words counts only when it is a whole sentence of the row."""
LEAST_TELLING = 4
LONG_ANSWER_RUN = 30
SHORTEST_SQUEEZED = 15
LONGEST_FORMULA = 60
AFTER_QUESTION = frozenset("a answer options option choices choose select pick b".split())


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


class Run(NamedTuple):
    row: int
    side: int
    length: int


class Row:
    """One row's text and words, and what is worked out of them only when it is asked for."""

    def __init__(self, number: int, text: str, tokens: List[str]) -> None:
        self.number, self.text, self.tokens = number, text, tokens
        self._joined: Optional[str] = None
        self._bounds: Optional[Tuple[Set[int], Set[int]]] = None

    @property
    def joined(self) -> str:
        if self._joined is None:
            self._joined = " %s " % " ".join(self.tokens)
        return self._joined

    @property
    def bounds(self) -> Tuple[Set[int], Set[int]]:
        """The places where sentences begin, and where they end."""
        if self._bounds is None:
            starts, ends, place = set(), set(), 0
            for sentence in sentences(self.text):
                length = len(words(sentence))
                if length:
                    starts.add(place)
                    place += length
                    ends.add(place)
            self._bounds = (starts, ends)
        return self._bounds

    def holds(self, tokens: Sequence[str]) -> bool:
        return " %s " % " ".join(tokens) in self.joined


def threshold_for(length: int) -> float:
    """1.0 up to 8 words, falling evenly to .8 at 16."""
    share = min(1.0, max(0.0, (length - SHORT) / (LONG - SHORT)))
    return 1.0 - (1.0 - THRESHOLD) * share


def judge(index: Index, row: Row, found: Dict[Tuple[int, str], Any]) -> List[Hit]:
    """The items found in one row, at most one hit each; a weak hit on the same words as a strong one is left out."""
    hits = []
    for number in {number for number, _ in found}:
        question, answer = found.get((number, "question")), found.get((number, "answer"))
        hit = _of_item(index.items[number], row, question, answer, (number, "choice") in found)
        if hit:
            hits.append(hit)
    if len(hits) < 2:
        return hits
    strong = [hit for hit in hits if hit.kind == "verbatim"]
    return [hit for hit in hits if hit.kind == "verbatim" or not any(_within(hit, other) for other in strong)]


def _within(hit: Hit, other: Hit) -> bool:
    shared = min(hit.place + hit.length, other.place + other.length) - max(hit.place, other.place)
    return shared * 2 > hit.length


def _of_item(item: Item, row: Row, question: Any, answer: Any, by_choice: bool) -> Optional[Hit]:
    asked = runs_of(item.question, question[1], row.tokens) if question else []
    said = runs_of(item.answer, answer[1], row.tokens) if answer else []
    if item.generic:
        hit = _by_choices(item, row, asked)
    else:
        hit = _whole(item.question, row, asked, item) or _long_run(item.question, row, asked)
        hit = hit or _near(item, row, asked, said) or _part(item, row, asked)
    return hit or _answer(item.answer, row, said)


def runs_of(side: Side, pairs: Sequence[Tuple[int, int]], tokens: List[str]) -> List[Run]:
    """The longest common runs of words around the seeds, the longest first."""
    own, done, runs = side.tokens, {}, []
    for begin, at in sorted(pairs):
        if begin < done.get(begin - at, -1):
            continue
        left = 0
        while begin - left > 0 and at - left > 0 and tokens[begin - left - 1] == own[at - left - 1]:
            left += 1
        right = 0
        while begin + right < len(tokens) and at + right < len(own) and tokens[begin + right] == own[at + right]:
            right += 1
        done[begin - at] = begin + right
        runs.append(Run(begin - left, at - left, left + right))
    return sorted(runs, key=lambda run: -run.length)


def _whole(side: Side, row: Row, runs: List[Run], item: Item) -> Optional[Hit]:
    count = len(side.tokens)
    for run in runs:
        if run.length == count and any(side.own) and _stands_alone(side, row, run, item):
            return Hit(row.number, side.item, 1.0, "verbatim", run.row, count)
    if runs and _squeezed(side, row, runs[0]):
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
        following = row.tokens[run.row + count] if run.row + count < len(row.tokens) else ""
        if not closed and len(starts) > 1 and following not in AFTER_QUESTION:
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
    if runs and runs[0].length >= least and _other_numbers(side, row, runs):
        return None
    for run in runs:
        if run.length < least:
            return None
        if _own_words(side, run) >= least and _is_telling(side, run):
            return Hit(row.number, side.item, _coverage(side, [run]), "verbatim", run.row, run.length)
    return None


def _near(item: Item, row: Row, runs: List[Run], said: List[Run]) -> Optional[Hit]:
    side = item.question
    # A whole question that was not taken for verbatim goes on to ask something else, or has other operators.
    if not side.total or len(side.tokens) < SHORT or any(run.length == len(side.tokens) for run in runs):
        return None
    share = _weight(side, runs)
    alone, together = threshold_for(len(side.tokens)), threshold_for(len(side.tokens) + len(item.answer.tokens))
    score = share
    if share < alone and QUESTION_SHARE * share + 1 - QUESTION_SHARE >= together - 1e-9 and item.answer.tokens:
        score = QUESTION_SHARE * share + (1 - QUESTION_SHARE) * _answer_share(item.answer, row, said)
        alone = together
    if _other_numbers(side, row, runs):
        alone = max(alone, OTHER_NUMBERS)
    if score < alone - 1e-9 or not _has_unique(side, runs, 0.5):
        return None
    begin = min(run.row for run in runs)
    return Hit(row.number, side.item, min(score, 0.9999), "near", begin, len(side.tokens))


def _answer_share(side: Side, row: Row, runs: List[Run]) -> float:
    if len(side.tokens) <= side.length:
        return 1.0 if row.holds(side.tokens) else 0.0
    return _weight(side, runs) / side.total if side.total else 0.0


def _weight(side: Side, runs: List[Run]) -> float:
    """Share of the side's weighted runs of words that the row holds."""
    places = {at for run in runs for at in range(run.side, run.side + run.length - side.length + 1)}
    found = {tuple(side.tokens[at : at + side.length]): side.weights[at] for at in places}
    return sum(found.values()) / side.total if side.total else 0.0


def _has_unique(side: Side, runs: List[Run], least: float) -> bool:
    """A run that two items share (a passage with several questions) does not tell which of them it is."""
    unique = sum(side.unique)
    if not unique:
        return True
    places = {at for run in runs for at in range(run.side, run.side + run.length - side.length + 1)}
    return sum(side.unique[at] for at in places) >= max(1, least * unique)


def _part(item: Item, row: Row, runs: List[Run]) -> Optional[Hit]:
    """Half of a question, or a whole sentence of it, that in the row ends where a text ends."""
    side = item.question
    least = PART_UNSPACED if side.unspaced else PART_LENGTH
    if _other_numbers(side, row, runs):
        return None
    for run in runs:
        if run.length < least:
            return None
        if _own_words(side, run) < least or not _is_telling(side, run) or _coverage(side, [run]) < 0.4:
            continue
        starts, ends = row.bounds
        begins = run.side == 0 or run.row in starts
        closes = run.side + run.length == len(side.tokens) or run.row + run.length in ends
        if begins and closes:
            return Hit(row.number, side.item, _coverage(side, [run]), "near", run.row, run.length)
    return None


def _by_choices(item: Item, row: Row, asked: List[Run]) -> Optional[Hit]:
    """A question such as "Which is true?" is known by its choices."""
    choices = item.choices
    if sum(map(len, choices)) < PART_LENGTH or telling([word for choice in choices for word in choice]) < LEAST_TELLING:
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
        whole = share == 1.0 and count >= PART_LENGTH and telling(side.tokens) > LEAST_TELLING
        long = run.length >= least and (share >= 0.5 or run.length >= LONG_ANSWER_RUN)
        if (whole or long) and _own_words(side, run) >= min(least, count) * 0.75 and _is_telling(side, run) and not _other_number(side, row, run):
            return Hit(row.number, side.item, round(share, 4), "answer", run.row, run.length)
    return None


def _own_words(side: Side, run: Run) -> int:
    return sum(side.own[run.side : run.side + run.length])


def _coverage(side: Side, runs: List[Run]) -> float:
    return sum(_own_words(side, run) for run in runs) / max(1, sum(side.own))


def _is_telling(side: Side, run: Run) -> bool:
    own = [side.tokens[at] for at in range(run.side, run.side + run.length) if side.own[at]]
    return telling(own) >= LEAST_TELLING and _has_unique(side, [run], 0.0)


def _other_number(side: Side, row: Row, run: Run) -> bool:
    """Beside the run, the row has one number where the item has another."""
    for mine, other in ((run.side - 1, run.row - 1), (run.side + run.length, run.row + run.length)):
        if 0 <= mine < len(side.tokens) and 0 <= other < len(row.tokens):
            expected, actual = number_in(side.tokens[mine]), number_in(row.tokens[other])
            if expected is not None and actual is not None and expected != actual:
                return True
    return False


def _other_numbers(side: Side, row: Row, runs: List[Run]) -> bool:
    return any(_other_number(side, row, run) for run in runs if run.length >= min(3, side.length))
