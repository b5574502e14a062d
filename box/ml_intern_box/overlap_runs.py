"""The words that a row and an item share: runs of them, how telling they are, and what stands beside them."""

from __future__ import annotations

from itertools import islice
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from ml_intern_box.overlap_sides import Gram, Side
from ml_intern_box.overlap_text import number_in, sentences, words
from ml_intern_box.overlap_words import telling

THRESHOLD = 0.8
LEAST_TELLING, LEAST_UNIQUE = 4, 4
MOST_EDITED = 4
MOST_PAIRS = 200_000
"""For a text that says one thing again and again."""


class Run(NamedTuple):
    row: int
    side: int
    length: int


class Row:
    """One row's text and words, and what is worked out of them only when it is asked for."""

    def __init__(self, number: int, text: str, tokens: List[str]) -> None:
        self.number, self.text, self.tokens = number, text, tokens
        self._joined: Optional[str] = None
        self._grams: Dict[int, List[Gram]] = {}
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

    def grams(self, length: int) -> List[Gram]:
        if length not in self._grams:
            self._grams[length] = list(zip(*(self.tokens[at:] for at in range(length))))
        return self._grams[length]

    def holds(self, tokens: Sequence[str]) -> bool:
        return " %s " % " ".join(tokens) in self.joined


def _pairs(side: Side, row: Row) -> Iterator[Tuple[int, int]]:
    places = side.places
    for begin, gram in enumerate(row.grams(side.seed_length)):
        if gram in places:
            for at in places[gram]:
                yield begin, at


def runs_of(side: Side, row: Row) -> List[Run]:
    """The longest common runs of words, the longest first; none is shorter than the side's seeds."""
    own, tokens, done, runs = side.tokens, row.tokens, {}, []
    for begin, at in islice(_pairs(side, row), MOST_PAIRS):
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


def weight(side: Side, runs: List[Run]) -> float:
    """Share of the side's weighted runs of words that the row holds."""
    places = {at for run in runs for at in range(run.side, run.side + run.length - side.length + 1)}
    found = {tuple(side.tokens[at : at + side.length]): side.weights[at] for at in places}
    return sum(found.values()) / side.total if side.total else 0.0


def has_unique(side: Side, runs: List[Run], least: int) -> bool:
    """A run that two items share (a passage with several questions) does not tell which of them it is."""
    unique = sum(side.unique)
    if not unique:
        return True
    places = {at for run in runs for at in range(run.side, run.side + run.length - side.length + 1)}
    return sum(side.unique[at] for at in places) >= min(max(1, least), unique)


def own_words(side: Side, run: Run) -> int:
    return sum(side.own[run.side : run.side + run.length])


def coverage(side: Side, runs: List[Run]) -> float:
    return sum(own_words(side, run) for run in runs) / max(1, sum(side.own))


def is_telling(side: Side, run: Run) -> bool:
    own = [side.tokens[at] for at in range(run.side, run.side + run.length) if side.own[at]]
    return telling(own) >= LEAST_TELLING and has_unique(side, [run], LEAST_UNIQUE)


def aligned(mine: List[str], other: List[str], run: Run) -> Set[int]:
    """The places of the side that the row has in the same order, with a few words between them replaced, left out or put in."""
    held = set(range(run.side, run.side + run.length))
    before = mine[: run.side][::-1], other[max(0, run.row - 2 * run.side - MOST_EDITED) : run.row][::-1]
    held.update(run.side - 1 - at for at in _in_step(*before))
    after = mine[run.side + run.length :], other[run.row + run.length : run.row + run.length + 2 * len(mine)]
    held.update(run.side + run.length + at for at in _in_step(*after))
    return held


def _in_step(mine: List[str], other: List[str]) -> Iterator[int]:
    """The places of `mine` met while both are read side by side, after each difference from where two words agree again."""
    at = place = 0
    while True:
        steps = [
            (skipped + passed, skipped, passed)
            for skipped in range(MOST_EDITED + 1)
            for passed in range(MOST_EDITED + 1)
        ]
        again = [
            step
            for step in steps
            if _same(mine[at + step[1] : at + step[1] + 2], other[place + step[2] : place + step[2] + 2])
        ]
        if not again:
            return
        _, skipped, passed = min(again)
        at, place = at + skipped, place + passed
        while at < len(mine) and place < len(other) and mine[at] == other[place]:
            yield at
            at, place = at + 1, place + 1


def _same(mine: List[str], other: List[str]) -> bool:
    return len(mine) == 2 and mine == other


def edited(side: Side, row: Row, run: Run) -> bool:
    """Less than most of the side is there, and beside the run a few telling words were replaced by others: a template, filled in anew."""
    if coverage(side, [run]) >= THRESHOLD:
        return False
    before = side.tokens[: run.side][::-1], row.tokens[max(0, run.row - MOST_EDITED - 2) : run.row][::-1]
    after = (
        side.tokens[run.side + run.length :],
        row.tokens[run.row + run.length : run.row + run.length + MOST_EDITED + 2],
    )
    return any(_replaced(mine, other) for mine, other in (before, after))


def _replaced(mine: List[str], other: List[str]) -> bool:
    """Whether both go on alike after some words of which each side has its own."""
    for skipped in range(1, MOST_EDITED + 1):
        for passed in range(1, MOST_EDITED + 1):
            again = mine[skipped : skipped + 2]
            if _same(again, other[passed : passed + 2]) and telling(mine[:skipped]) and telling(other[:passed]):
                return True
    return False


def other_number(side: Side, row: Row, run: Run) -> bool:
    """Beside the run, the row has one number where the item has another."""
    for mine, other in ((run.side - 1, run.row - 1), (run.side + run.length, run.row + run.length)):
        if 0 <= mine < len(side.tokens) and 0 <= other < len(row.tokens):
            expected, actual = number_in(side.tokens[mine]), number_in(row.tokens[other])
            if expected is not None and actual is not None and expected != actual:
                return True
    return False


def other_numbers(side: Side, row: Row, runs: List[Run]) -> bool:
    return any(other_number(side, row, run) for run in runs if run.length >= min(3, side.length))
