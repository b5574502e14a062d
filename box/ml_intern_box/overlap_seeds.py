"""Finds in one look which items a row could hold.

Every item is cut into short runs of words. Of each few neighbouring ones the rarest is kept, so that whatever counts as a hit holds at
least one (winnowing; Schleimer, Wilkerson, Aiken 2003). These seeds are filed under their rarest two neighbouring words, the anchor: a
row without an anchor is done after one pass over its words, and only around an anchor are runs compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

from ml_intern_box.overlap_sides import Background, Gram, Side

COMMON_SHARE = 0.05
"""Share of the rows from which a word is too common to be an anchor."""
REPEATED = 8
QUESTION_SPAN, ANSWER_SPAN, SHORT_BLOCK = 8, 13, 2
"""Words in a row that hold at least one seed: as many as the least that counts as a hit."""


class Seeds:
    def __init__(self, sides: Sequence[Side], background: Background, most_sharing: float) -> None:
        self.background, self.most_sharing = background, most_sharing
        self.spread = Counter(word for side in sides for word in set(side.tokens))
        self.sharing = Counter(gram for side in sides for gram in set(side.grams(side.seed_length)))
        self.sides: Dict[Gram, List[Side]] = defaultdict(list)
        self.anchors: Dict[Gram, Set[Tuple[int, int]]] = defaultdict(set)
        """Two neighbouring words (one, in a seed of one) -> (their place in a seed, the seed's length)."""
        for side in sides:
            for gram in self._chosen(side):
                place = self._rarest(gram)
                self.anchors[gram[place : place + 2]].add((place, len(gram)))
                self.sides[gram].append(side)
        self.pairs = frozenset(anchor for anchor in self.anchors if len(anchor) == 2)
        self.singles = frozenset(word for word, *more in self.anchors if not more)

    def _chosen(self, side: Side) -> Set[Gram]:
        if side.kind == "answer" and side.telling < 4:
            return set()
        length, grams = side.seed_length, side.grams(side.seed_length)
        own = [at for at in range(len(grams)) if side.kind == "choice" or any(side.own[at : at + length])]
        usable = set([at for at in own if self._is_rare(grams[at])] or own)
        span = ANSWER_SPAN if side.kind == "answer" else QUESTION_SPAN
        block = min(max(1, span - length + 1), max(SHORT_BLOCK, len(grams) // 2))
        chosen, last = set(), -1
        for begin in range(max(1, len(grams) - block + 1)):
            here = [at for at in range(begin, min(begin + block, len(grams))) if at in usable]
            if here:
                # The one chosen last stays while none is rarer: neighbours share their rarest word.
                last = min(here, key=lambda at: (self._cost(grams[at]), at != last, -at))
                chosen.add(grams[last])
        return chosen

    def _rarest(self, gram: Gram) -> int:
        """The pair of words that is the rarest, as far as their own frequencies tell."""
        frequencies = [self._frequency(word) for word in gram]
        return min(range(max(1, len(gram) - 1)), key=lambda at: (sorted(frequencies[at : at + 2]), at))

    def _cost(self, gram: Gram) -> Tuple[int, int, int]:
        return min(map(self._frequency, gram))

    def _frequency(self, word: str) -> Tuple[int, int, int]:
        return self.background.words[word], self.spread[word], -len(word)

    def _is_rare(self, gram: Gram) -> bool:
        rows, seen = self.background.rows, self.background
        if self.sharing[gram] > self.most_sharing or seen.grams[gram] > max(REPEATED, rows * COMMON_SHARE / 5):
            return False
        return min(seen.words[word] for word in gram) <= max(3.0, rows * COMMON_SHARE)

    def find(self, tokens: List[str]) -> Optional[Set[Side]]:
        """The sides of which a row holds a seed; None for none, as for nearly every row."""
        held: Set[Any] = self.pairs.intersection(zip(tokens, tokens[1:]))
        if self.singles:
            held = held.union((word,) for word in self.singles.intersection(tokens))
        return self._around(held, tokens) if held else None

    def _around(self, held: Set[Gram], tokens: List[str]) -> Optional[Set[Side]]:
        found: Set[Side] = set()
        first = {anchor[0] for anchor in held}
        for at in [at for at, word in enumerate(tokens) if word in first]:
            for anchor in (tuple(tokens[at : at + 2]), (tokens[at],)):
                for place, length in self.anchors.get(anchor, ()) if anchor in held else ():
                    if at >= place:
                        found.update(self.sides.get(tuple(tokens[at - place : at - place + length]), ()))
        return found or None
