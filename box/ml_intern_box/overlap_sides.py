"""The question or the answer of an item as words, and what a sample of the rows says about their runs."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Dict, Iterable, List, Optional, Sequence, Set, Tuple

from ml_intern_box.overlap_text import is_unspaced
from ml_intern_box.overlap_words import shared_places, telling

Gram = Tuple[str, ...]
NEAR_LENGTH = 5


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
        "_places",
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
        self._places: Optional[Dict[Gram, List[int]]] = None

    def grams(self, length: int) -> List[Gram]:
        return [tuple(self.tokens[at : at + length]) for at in range(len(self.tokens) - length + 1)] if length else []

    @property
    def seed_length(self) -> int:
        count = len(self.tokens)
        return 5 if count >= 16 else 4 if count >= 10 else 3 if count >= 5 else min(2, count)

    @property
    def places(self) -> Dict[Gram, List[int]]:
        """Every run of `seed_length` words, and where it begins."""
        if self._places is None:
            self._places = defaultdict(list)
            for at, gram in enumerate(self.grams(self.seed_length)):
                self._places[gram].append(at)
        return self._places


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
