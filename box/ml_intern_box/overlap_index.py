"""The evaluation items, arranged so that a row is asked about all of them at once.

Every item is cut into short runs of words (seeds). Each seed is filed under its rarest word, its anchor: a row without an anchor is
done after one look at its words, and only around an anchor are runs compared. Seeds that many items or many rows share are left
out: they are boilerplate, not evidence. Weights are inverse document frequencies over the items.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import Any, Dict, Iterable, List, Optional, Sequence, Set, Tuple

from ml_intern_box.overlap_items import Parts
from ml_intern_box.overlap_text import is_unspaced
from ml_intern_box.overlap_words import shared_places, telling

Gram = Tuple[str, ...]
NEAR_LENGTH = 5
MOST_SHARING = 0.02
"""Share of the items from which a run of words counts as shared by all of them (at least three items)."""
COMMON_SHARE = 0.05
"""Share of the rows from which a word is too common to be an anchor."""
REPEATED, TIMES = 8, 5
"""A run in so many sampled rows, and so many times as many as the item's other runs, is boilerplate of the rows."""


class Side:
    """The question or the answer of one item, as words."""

    __slots__ = (
        "item",
        "kind",
        "tokens",
        "own",
        "unspaced",
        "squeezed",
        "telling",
        "weights",
        "total",
        "unique",
        "length",
    )

    def __init__(self, item: int, kind: str, tokens: List[str]) -> None:
        self.item, self.kind, self.tokens = item, kind, tokens
        self.unspaced = sum(map(is_unspaced, tokens)) * 2 > len(tokens)
        self.squeezed = "".join(tokens)
        self.telling = telling(tokens)
        self.own = [not shared for shared in shared_places(tokens)]
        self.length = min(NEAR_LENGTH, len(tokens))
        self.weights: List[float] = []
        """By the place of each run of `length` words: how rare it is among the items; 0 for boilerplate."""
        self.unique: List[bool] = []
        self.total = 0.0

    def grams(self, length: int) -> List[Gram]:
        return [tuple(self.tokens[at : at + length]) for at in range(len(self.tokens) - length + 1)] if length else []

    @property
    def seed_length(self) -> int:
        count = len(self.tokens)
        return 5 if count >= 16 else 4 if count >= 10 else 3 if count >= 5 else min(2, count)


class Item:
    __slots__ = ("number", "parts", "question", "answer", "choices", "generic", "twins")

    def __init__(self, number: int, parts: Parts) -> None:
        self.number, self.parts = number, parts
        self.question = Side(number, "question", parts.tokens)
        self.answer = Side(number, "answer", parts.answer_tokens)
        self.choices = parts.choice_tokens
        self.generic = False
        """The question alone does not tell which item it is ("Which is true?"): its choices must be there too."""


class Background:
    """What a sample of the rows holds: how many rows have a word, and how many have a run of an item's words."""

    def __init__(self) -> None:
        self.rows = 0
        self.words: Counter = Counter()
        self.grams: Counter = Counter()

    def read(self, rows: Iterable[Sequence[str]], wanted: Set[Gram], vocabulary: Set[str]) -> None:
        for tokens in rows:
            self.rows += 1
            self.words.update(vocabulary.intersection(tokens))
            for length in range(1, NEAR_LENGTH + 1):
                self.grams.update(wanted.intersection(zip(*(tokens[at:] for at in range(length)))))


class Index:
    def __init__(self, all_parts: Sequence[Parts], sample: Iterable[Sequence[str]] = ()) -> None:
        self.items = [Item(number, parts) for number, parts in enumerate(all_parts)]
        sides = [side for item in self.items for side in (item.question, item.answer) if side.tokens]
        self.background = self._look_around(sides, sample)
        self._weigh([item.question for item in self.items if item.question.tokens])
        self._weigh([item.answer for item in self.items if item.answer.tokens])
        self._name_generic()
        self.anchors: Dict[str, Tuple[Tuple[int, int], ...]] = {}
        """Word -> (its place in a seed, the seed's length)."""
        self.seeds: Dict[Gram, List[Tuple[Side, int]]] = defaultdict(list)
        self._file(sides)

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

    def _file(self, sides: List[Side]) -> None:
        anchors: Dict[str, Set[Tuple[int, int]]] = defaultdict(set)
        sides = [*sides, *self._choices()]
        spread = Counter(word for side in sides for word in set(side.tokens))
        sharing = Counter(gram for side in sides for gram in set(side.grams(side.seed_length)))
        for side in sides:
            for at in self._places(side, sharing):
                gram = tuple(side.tokens[at : at + side.seed_length])
                if gram not in self.seeds:
                    rarest = min(
                        range(len(gram)),
                        key=lambda place: (self.background.words[gram[place]], spread[gram[place]], -len(gram[place])),
                    )
                    anchors[gram[rarest]].add((rarest, len(gram)))
                self.seeds[gram].append((side, at))
        self.anchors = {word: tuple(sorted(places)) for word, places in anchors.items()}
        self.seeds = dict(self.seeds)

    def _choices(self) -> List[Side]:
        """Where the question is generic, the longest choice leads to the item."""
        return [Side(item.number, "choice", max(item.choices, key=len)) for item in self.items if item.generic]

    def _places(self, side: Side, sharing: Counter) -> List[int]:
        """Where the seeds of a side begin. Answers count from 13 words on, so every fourth place is enough."""
        length = side.seed_length
        if side.kind == "answer" and side.telling < 4:
            return []
        every = range(0, len(side.tokens) - length + 1, 4 if side.kind == "answer" and len(side.tokens) >= 16 else 1)
        own = [at for at in every if side.kind == "choice" or any(side.own[at : at + length])]
        rare = [at for at in own if self._is_rare(tuple(side.tokens[at : at + length]), sharing)]
        return rare or own

    def _is_rare(self, gram: Gram, sharing: Counter) -> bool:
        rows, seen = self.background.rows, self.background
        if sharing[gram] > max(2, len(self.items) * MOST_SHARING) or seen.grams[gram] > max(
            REPEATED, rows * COMMON_SHARE / 5
        ):
            return False
        return min(seen.words[word] for word in gram) <= max(3.0, rows * COMMON_SHARE)

    def find(self, tokens: List[str]) -> Optional[Dict[Tuple[int, str], Any]]:
        """The sides that share a seed with a row: {(item, kind): [side, [(place in the row, place in the side)]]}; None for none."""
        anchors, seeds = self.anchors, self.seeds
        found: Optional[Dict[Tuple[int, str], Any]] = None
        for place in [place for place, word in enumerate(tokens) if word in anchors]:
            for offset, length in anchors[tokens[place]]:
                begin = place - offset
                if begin < 0:
                    continue
                for side, at in seeds.get(tuple(tokens[begin : begin + length]), ()):
                    if found is None:
                        found = {}
                    entry = found.get((side.item, side.kind))
                    if entry is None:
                        entry = found[(side.item, side.kind)] = [side, []]
                    entry[1].append((begin, at))
        return found
