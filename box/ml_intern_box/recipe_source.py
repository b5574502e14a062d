"""One source of a recipe: its rows are read, filtered, mapped and checked one by one, and what is left goes to the spool."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, List, Optional, Tuple

from ml_intern_box import filters, mapping, sources, template
from ml_intern_box.errors import BoxError
from ml_intern_box.filters import Filter, Text, TooSlow
from ml_intern_box.overlap_rows import Record
from ml_intern_box.spool import Spool, row_line
from ml_intern_box.tokens import TokenCounter

UNREADABLE = "unreadable"
WITHIN = "within max tokens"
BROKEN_TEXT = "broken-text"
"""Half a surrogate pair: no reader of UTF-8 would take the row."""


class Stages:
    """How many rows of a source were left after each stage; the first stage without any fails the recipe."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: List[Tuple[str, int]] = []

    def add(self, stage: str, rows: int, next_step: str) -> None:
        before = self.counts[-1] if self.counts else None
        self.counts.append((stage, rows))
        if rows == 0:
            left = "%d rows were left before it." % before[1] if before else "It is empty."
            raise BoxError(
                "bad-input",
                "%s: no row is left after the stage “%s”. %s" % (self.name, stage, left),
                next_step or "Loosen it.",
            )

    def as_json(self) -> List[Dict[str, Any]]:
        return [{"name": name, "rows": rows} for name, rows in self.counts]

    def in_words(self) -> str:
        return ", ".join("%d %s" % (rows, name) for name, rows in self.counts)


def totals(each_source: List[Stages]) -> List[Dict[str, Any]]:
    """The stages of all sources together; where a source lacks one (only filters differ), its rows pass through."""
    names = list(dict.fromkeys([*_parts(each_source, 0), *_parts(each_source, 1), *_parts(each_source, 2)]))
    rows = [0] * len(names)
    for stages in each_source:
        own, left = dict(stages.counts), 0
        for at, name in enumerate(names):
            left = own.get(name, left)
            rows[at] += left
    return [{"name": name, "rows": count} for name, count in zip(names, rows)]


def _parts(each_source: List[Stages], part: int) -> List[str]:
    """Names before the mapping, from it on, and from the stages on that all have in common."""
    found: List[str] = []
    for stages in each_source:
        names = [name for name, _ in stages.counts]
        first, second = names.index("mapped"), names.index(WITHIN if WITHIN in names else "without overlap")
        found += [names[:first], names[first:second], names[second:]][part]
    return found


class SourceCompiler:
    def __init__(
        self,
        index: int,
        source: Dict[str, Any],
        stages: Stages,
        max_tokens: Optional[int],
        count_tokens: Optional[TokenCounter],
    ) -> None:
        self.index = index
        self.source = source
        self.stages = stages
        self.max_tokens = max_tokens
        self.count_tokens = count_tokens
        self.before, self.after = filters.make(source.get("filters") or [], count_tokens)
        self.excluded = frozenset(source.get("excludeRows") or [])
        self.unmapped: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()

    def read(self, spool: Spool, load: Any) -> "Counter[str]":
        """Spools what is left; answers the rows that could not be mapped, by problem."""
        rows = sources.open_rows(self.source["dataset"], load)
        self._refuse_unknown_columns(rows, rows.declared is not None)
        for record in rows:
            if record.value is not None or record.problem is not None:
                self._take(record, spool)
        if self.passed["loaded"]:
            self._refuse_unknown_columns(rows, True)
        self._count(rows)
        return self.unmapped

    def _take(self, record: Record, spool: Spool) -> None:
        self.passed["loaded"] += 1
        row = record.value
        if not isinstance(row, dict):
            # It cannot be filtered by its columns either: it falls at the mapping, where it is counted.
            self._passed_all(self.before)
            self.unmapped[UNREADABLE] += 1
            return
        if not all(
            self._passes(each, Text(template.value_at(row, each.column or "")), record.number) for each in self.before
        ):
            return
        mapped = mapping.apply(row, self.source["mapping"])
        line = None if mapped.row is None else self._line(mapped.row)
        if mapped.row is None or line is None:
            self.unmapped[mapped.problem or BROKEN_TEXT] += 1
            return
        self.passed["mapped"] += 1
        self._take_mapped(mapped.row, line, record.number, spool)

    def _take_mapped(self, row: Dict[str, Any], line: bytes, number: int, spool: Spool) -> None:
        text = Text(row, filters.answer_of(row))
        if not all(self._passes(each, text, number) for each in self.after):
            return
        if self.max_tokens is not None and self.count_tokens is not None and self.count_tokens(row) > self.max_tokens:
            return
        self.passed[WITHIN] += 1
        if number in self.excluded:
            return
        self.passed["without overlap"] += 1
        spool.add(self.index, number, line)

    def _line(self, row: Dict[str, Any]) -> Optional[bytes]:
        try:
            return row_line(row)
        except UnicodeEncodeError:
            return None

    def _passes(self, each: Filter, text: Text, number: int) -> bool:
        try:
            passes = each.passes(text)
        except TooSlow:
            raise filters.too_slow(self.stages.name, each.label, number) from None
        self.passed[each.label] += passes
        return passes

    def _passed_all(self, some: List[Filter]) -> None:
        for each in some:
            self.passed[each.label] += 1

    def _refuse_unknown_columns(self, rows: sources.Rows, known: bool) -> None:
        for each in self.before if known else ():
            if each.column and not rows.has(each.column):
                raise BoxError(
                    "bad-input",
                    "%s, filter “%s”: no row has a column “%s”." % (self.stages.name, each.label, each.column),
                    "It has these columns: %s." % rows.columns_in_words(),
                )

    def _count(self, rows: sources.Rows) -> None:
        add = self.stages.add
        add("loaded", self.passed["loaded"], "Check the file, or the dataset's config and split.")
        for each in self.before:
            add(each.label, self.passed[each.label], "Loosen this filter: none of the rows passes it.")
        problems = ", ".join("%d × %s" % (count, problem) for problem, count in self.unmapped.most_common(3))
        add(
            "mapped",
            self.passed["mapped"],
            "Correct the mapping (%s). The columns are: %s." % (problems, rows.columns_in_words()),
        )
        for each in self.after:
            add(each.label, self.passed[each.label], "Loosen this filter: none of the rows passes it.")
        if self.max_tokens is not None:
            add(WITHIN, self.passed[WITHIN], "Raise maxTokens: every row is longer than %d tokens." % self.max_tokens)
        add(
            "without overlap",
            self.passed["without overlap"],
            "Every row overlaps with the evaluation: use another dataset.",
        )
