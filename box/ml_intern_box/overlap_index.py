"""The evaluation items with what their words weigh: inverse document frequencies over the items, nothing for boilerplate.

A run of words is boilerplate when many items share it, when a sample of the rows repeats it far more often than the rest of the item,
or when everybody uses it (overlap_words).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import Dict, Iterable, List, Sequence, Set, Tuple

from ml_intern_box.overlap_items import Parts
from ml_intern_box.overlap_seeds import REPEATED, Seeds
from ml_intern_box.overlap_sides import Background, Gram, Side

MOST_SHARING = 0.02
"""Share of the items from which a run of words counts as shared by all of them (at least three items)."""
TIMES = 5
"""A run in at least 8 sampled rows, and in so many times as many as the item's other runs, is boilerplate of the rows."""


class Item:
    __slots__ = ("number", "parts", "question", "answer", "choices", "generic")

    def __init__(self, number: int, parts: Parts) -> None:
        self.number, self.parts = number, parts
        self.question = Side(number, "question", parts.tokens)
        self.answer = Side(number, "answer", parts.answer_tokens)
        self.choices = parts.choice_tokens
        self.generic = False
        """The question alone does not tell which item it is ("Which is true?"): its choices must be there too."""


class Index:
    def __init__(self, all_parts: Sequence[Parts], sample: Iterable[Sequence[str]] = ()) -> None:
        self.items = [Item(number, parts) for number, parts in enumerate(all_parts)]
        sides = [side for item in self.items for side in (item.question, item.answer) if side.tokens]
        self.background = self._look_around(sides, sample)
        self._weigh([item.question for item in self.items if item.question.tokens])
        self._weigh([item.answer for item in self.items if item.answer.tokens])
        self._name_generic()
        # Where the question is generic, the longest choice leads to the item.
        longest = [Side(item.number, "choice", max(item.choices, key=len)) for item in self.items if item.generic]
        self.seeds = Seeds([*sides, *longest], self.background, max(2, len(self.items) * MOST_SHARING))

    def _look_around(self, sides: List[Side], sample: Iterable[Sequence[str]]) -> Background:
        background = Background()
        wanted = {gram for side in sides for length in {side.length, side.seed_length} for gram in side.grams(length)}
        background.read(sample, wanted, {word for side in sides for word in side.tokens})
        return background

    def _weigh(self, sides: List[Side]) -> None:
        """Inverse document frequency of every run among the different questions (or answers), and which runs are boilerplate."""
        different = {tuple(side.tokens): side for side in sides}
        counts: Counter = Counter(gram for side in different.values() for gram in set(side.grams(side.length)))
        total = len(different)
        most = max(2, int(total * MOST_SHARING))
        for side in sides:
            grams = side.grams(side.length)
            repeated = self._repeated(grams)
            for at, gram in enumerate(grams):
                shared = counts[gram] > most or gram in repeated or not any(side.own[at : at + side.length])
                side.weights.append(0.0 if shared else math.log((total + 1) / (counts[gram] + 0.5)) or 1e-9)
                side.unique.append(counts[gram] == 1 and not shared)
            self._own(side)
            side.total = sum({gram: weight for gram, weight in zip(grams, side.weights)}.values())

    def _repeated(self, grams: List[Gram]) -> Set[Gram]:
        """Runs that the rows repeat far more often than the rest of this item: an instruction before every row, not a copy of the item."""
        seen = self.background.grams
        counts = sorted(seen[gram] for gram in grams)
        usual = counts[len(counts) // 4] if counts else 0
        return {gram for gram in grams if seen[gram] >= REPEATED and seen[gram] > TIMES * (usual + 1)}

    @staticmethod
    def _own(side: Side) -> None:
        """A word is the item's own when a run that is not boilerplate holds it."""
        own = [False] * len(side.tokens)
        for at, weight in enumerate(side.weights):
            if weight > 0:
                own[at : at + side.length] = [True] * side.length
        side.own = [before and after for before, after in zip(side.own, own)]

    def _name_generic(self) -> None:
        same: Dict[Gram, Set[Tuple[Gram, ...]]] = defaultdict(set)
        for item in self.items:
            same[tuple(item.question.tokens)].add(tuple(sorted(map(tuple, item.choices))))
        for item in self.items:
            differing = len(same[tuple(item.question.tokens)]) > 1
            item.generic = len(item.choices) > 1 and (differing or item.question.telling < 1)
