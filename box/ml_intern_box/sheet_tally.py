"""Looks at a dataset's rows one by one, in bounded memory: the counts behind a data sheet, as src/core/data/tally.ts makes them.

The format and the language are told on the host, from some rows and texts: their rules exist once.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from typing import Any, Callable, Dict, List, Optional

import numpy

from ml_intern_box import mapping as mappings
from ml_intern_box.near_duplicates import DuplicateCounter
from ml_intern_box.sheet_text import cell_text, is_blank, is_empty, row_text, training_text, units

LANGUAGE_TEXTS = 2000
LANGUAGE_CHARACTERS = 1000
LICENCE_COLUMN = re.compile(r"(source_|data_|dataset_|repo_)?licen[cs]es?(_type|_name)?", re.IGNORECASE)
MOST_LICENCES = 1000
"""Different cells of one column that are told."""
LONGEST_LICENCE = 200
MOST_PROBLEMS = 50


class EvenSample:
    """At most `size` of any number of items, evenly spread: every one, then every second, every fourth."""

    def __init__(self, size: int) -> None:
        self.size, self.step, self.seen = size, 1, 0
        self.kept: List[str] = []

    def add(self, item: str) -> None:
        if self.seen % self.step == 0:
            self.kept.append(item)
            if len(self.kept) > self.size:
                self.kept = self.kept[::2]
                self.step *= 2
        self.seen += 1


class Tally:
    def __init__(
        self, mapping: Optional[Dict[str, Any]], count_tokens: Callable[[str], int], max_tokens: int, folder: str
    ) -> None:
        self.mapping, self.count_tokens, self.max_tokens = mapping, count_tokens, max_tokens
        self.sampled = self.unusable = self.any_empty = 0
        self.characters, self.tokens = array("Q"), array("Q")
        self.empty: Counter[str] = Counter()
        self.problems: Dict[str, Dict[str, Any]] = {}
        self.licences: Dict[str, Dict[str, None]] = {}
        self.unread_licences: Counter[str] = Counter()
        self.texts = EvenSample(LANGUAGE_TEXTS)
        self.duplicates = DuplicateCounter(folder)

    def add(self, row: Dict[str, Any]) -> None:
        whole = row_text(row)
        text = self._text(row, whole)
        self.sampled += 1
        self._note_empty(row)
        self.characters.append(units(text))
        self.tokens.append(self.count_tokens(text))
        self.duplicates.add(whole)
        if not is_blank(text):
            self.texts.add(text[:LANGUAGE_CHARACTERS])
        self._note_licences(row)

    def note(self, what: str, example: str) -> None:
        known = self.problems.get(what)
        if known is not None:
            known["count"] += 1
        elif len(self.problems) < MOST_PROBLEMS:
            self.problems[what] = {"what": what, "count": 1, "example": example}

    def as_json(self) -> Dict[str, Any]:
        exact, near = self.duplicates.counts()
        return {
            "sampled": self.sampled,
            "unusable": self.unusable,
            "anyEmpty": self.any_empty,
            "exact": exact,
            "near": near,
            "characters": dict(quantiles(self.characters), total=sum(self.characters)),
            "tokens": dict(quantiles(self.tokens), cut=sum(1 for count in self.tokens if count > self.max_tokens)),
            "empty": [{"column": name, "count": count} for name, count in self.empty.items()],
            "problems": list(self.problems.values()),
            "licences": [
                {"column": name, "values": list(values), "unread": self.unread_licences[name]}
                for name, values in self.licences.items()
            ],
            "texts": self.texts.kept,
        }

    def _text(self, row: Dict[str, Any], whole: str) -> str:
        if self.mapping is None:
            return whole
        mapped = mappings.apply(row, self.mapping)
        if mapped.row is not None:
            return training_text(mapped.row)
        self.unusable += 1
        self.note(str(mapped.problem), "row %d" % self.sampled)
        return whole

    def _note_empty(self, row: Dict[str, Any]) -> None:
        names = [name for name, cell in row.items() if is_empty(cell)]
        self.any_empty += bool(names) or not row
        self.empty.update(names)

    def _note_licences(self, row: Dict[str, Any]) -> None:
        for name, cell in row.items():
            if LICENCE_COLUMN.fullmatch(name):
                known = self.licences.setdefault(name, {})
                for value in cell if isinstance(cell, list) else [cell]:
                    if not isinstance(value, str):
                        continue
                    licence = cell_text(value)[:LONGEST_LICENCE]
                    if licence in known or len(known) < MOST_LICENCES:
                        known[licence] = None
                    else:
                        self.unread_licences[name] += 1


def quantiles(values: "array[int]") -> Dict[str, int]:
    """By nearest rank."""
    ordered = numpy.sort(numpy.frombuffer(values, "u8")) if values else []

    def at(share: float) -> int:
        return int(ordered[max(0, math.ceil(share * len(ordered)) - 1)]) if len(ordered) else 0

    return {"p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "max": at(1)}
