"""What the overlap check found in a piece of the rows, or in all of them."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import Any, List, NamedTuple, Sequence, Tuple

from ml_intern_box.overlap_index import Index
from ml_intern_box.overlap_text import sentences, words
from ml_intern_box.overlap_verdict import Hit

MOST_HITS = 500_000
MOST_PROBLEMS = 20
MOST_EXAMPLES = 20
MOST_SOURCES = 100
TEXT_LIMIT = 400
SOURCES = ("source", "dataset", "data_source", "dataset_name", "origin", "subset", "task", "benchmark", "task_name")
STRENGTH = {"verbatim": 3, "near": 2, "answer": 1, "semantic": 0}
LONGEST_SEARCHED = 500_000

_SOURCES = frozenset(SOURCES)


class Example(NamedTuple):
    hit: Hit
    row_text: str
    item_text: str


class Findings:
    """What a piece of the rows, or all of them, came to. `hits` holds the first MOST_HITS, everything else is complete."""

    def __init__(self) -> None:
        self.rows = 0
        self.lines = 0
        self.hit_count = 0
        self.hits: List[Hit] = []
        self.flagged = array("q")
        self.kinds: Counter = Counter()
        self.examples: List[Example] = []
        self.problem_count = 0
        self.problems: List[Tuple[int, str]] = []
        self.sources: Counter = Counter()

    def add(self, hits: Sequence[Hit], text: str, index: Index) -> None:
        self.hit_count += len(hits)
        self.flagged.append(hits[0].row)
        self.kinds.update(hit.kind for hit in hits)
        self.hits += hits[: max(0, MOST_HITS - len(self.hits))]
        best = max(hits, key=lambda hit: (STRENGTH[hit.kind], hit.score))
        if sum(example.hit.kind == best.kind for example in self.examples) < MOST_EXAMPLES // 4:
            self.examples.append(Example(best, excerpt(text, best), index.items[best.item].parts.text[:TEXT_LIMIT]))

    def problem(self, number: int, text: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append((number, text))

    def source(self, row: Any) -> None:
        """Where the row says that it comes from: derived sets are known by that."""
        if _SOURCES.isdisjoint(row):
            return
        for name in SOURCES:
            value = row.get(name)
            if (
                isinstance(value, str)
                and 0 < len(value) <= 100
                and (value in self.sources or len(self.sources) < MOST_SOURCES)
            ):
                self.sources[value] += 1

    def merge(self, other: "Findings", first: int) -> None:
        """Adds a later piece, whose row numbers begin at `first`."""
        self.rows += other.rows
        self.lines += other.lines
        self.hit_count += other.hit_count
        moved = other.hits[: max(0, MOST_HITS - len(self.hits))]
        self.hits += [hit._replace(row=hit.row + first) for hit in moved] if first else moved
        self.flagged.extend(number + first for number in other.flagged)
        self.kinds.update(other.kinds)
        self.examples += [
            example._replace(hit=example.hit._replace(row=example.hit.row + first)) for example in other.examples
        ]
        self.problem_count += other.problem_count
        self.problems += [(number + first, text) for number, text in other.problems]
        self.sources.update(other.sources)

    def settle(self) -> None:
        """In the order of the rows, whichever process was first."""
        self.hits.sort()
        self.flagged = array("q", sorted(self.flagged))
        self.problems = sorted(self.problems)[:MOST_PROBLEMS]
        by_kind: Counter = Counter()
        ranked = []
        for example in sorted(self.examples):
            by_kind[example.hit.kind] += 1
            ranked.append((by_kind[example.hit.kind], -STRENGTH[example.hit.kind], example))
        # The first of every kind, then the second: a reader who sees five has seen each kind.
        self.examples = [example for _, _, example in sorted(ranked)][:MOST_EXAMPLES]


def excerpt(text: str, hit: Hit) -> str:
    """The part of a row around its match."""
    if len(text) <= TEXT_LIMIT:
        return text
    place, begin = 0, 0
    for sentence in sentences(text[:LONGEST_SEARCHED]):
        count = len(words(sentence))
        if place + count > hit.place:
            break
        place += count
        begin += len(sentence)
    return (
        ("…" if begin > 0 else "") + text[begin : begin + TEXT_LIMIT] + ("…" if begin + TEXT_LIMIT < len(text) else "")
    )
