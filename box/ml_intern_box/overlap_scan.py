"""Asks every row about all items, in one process or in several; memory does not grow with the number of rows."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
from array import array
from collections import Counter
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ml_intern_box import overlap_rows
from ml_intern_box.overlap_index import Index
from ml_intern_box.overlap_text import sentences, strings, ungrouped, words
from ml_intern_box.overlap_verdict import Hit, Row, judge

LONGEST_TEXT, TEXT_OVERLAP = 2_000_000, 20_000
SAMPLE_ROWS, SAMPLE_PLACES, SAMPLE_BYTES, SAMPLE_TEXT = 2000, 40, 1 << 18, 20_000
MOST_HITS = 500_000
MOST_PROBLEMS = 20
MOST_EXAMPLES = 20
MOST_SOURCES = 100
TEXT_LIMIT = 400
GLUED, SPELLED, LONGEST_GLUED = 16, 2.8, 20_000
SHORTEST_GLUED = 24
SOURCES = ("source", "dataset", "data_source", "dataset_name", "origin", "subset", "task", "benchmark", "task_name")
STRENGTH = {"verbatim": 3, "near": 2, "answer": 1, "semantic": 0}
POLL_SECONDS = 0.5
TOLD_EVERY = 500

Columns = Optional[Dict[str, str]]


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
        for name in SOURCES:
            value = row.get(name)
            if isinstance(value, str) and 0 < len(value) <= 100 and (value in self.sources or len(self.sources) < MOST_SOURCES):
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
        self.examples += [example._replace(hit=example.hit._replace(row=example.hit.row + first)) for example in other.examples]
        self.problem_count += other.problem_count
        self.problems += [(number + first, text) for number, text in other.problems]
        self.sources.update(other.sources)

    def settle(self) -> None:
        """In the order of the rows, whichever process was first."""
        self.hits.sort()
        self.flagged = array("q", sorted(self.flagged))
        self.problems = sorted(self.problems)[:MOST_PROBLEMS]
        by_kind: Counter = Counter()
        kept = []
        for example in sorted(self.examples):
            by_kind[example.hit.kind] += 1
            if by_kind[example.hit.kind] <= MOST_EXAMPLES // 4:
                kept.append(example)
        self.examples = sorted(kept, key=lambda example: (-STRENGTH[example.hit.kind], example.hit.row))


def text_of(row: Any, columns: Columns) -> str:
    if columns is None:
        return "\n".join(strings(row))
    named = [row.get(name) for name in columns.values() if name] if isinstance(row, dict) else []
    return "\n".join(strings(named))


def look(index: Index, number: int, text: str) -> List[Hit]:
    """The items found in one row's text."""
    if len(text) > LONGEST_TEXT:
        return _best(hit for piece in _pieces(text) for hit in look(index, number, piece))
    tokens = words(text)
    found = index.find(tokens)
    if found is None:
        return _glued(index, number, text, tokens)
    plain = ungrouped(text)
    if plain is not text and len(plain) != len(text):
        text, tokens = plain, words(plain)
        found = index.find(tokens) or {}
    return judge(index, Row(number, text, tokens), found)


def _pieces(text: str) -> Iterator[str]:
    for begin in range(0, len(text), LONGEST_TEXT - TEXT_OVERLAP):
        yield text[begin : begin + LONGEST_TEXT]


def _best(hits: Iterable[Hit]) -> List[Hit]:
    best: Dict[int, Hit] = {}
    for hit in hits:
        other = best.get(hit.item)
        if other is None or (STRENGTH[hit.kind], hit.score) > (STRENGTH[other.kind], other.score):
            best[hit.item] = hit
    return list(best.values())


def _glued(index: Index, number: int, text: str, tokens: List[str]) -> List[Hit]:
    """Text without spaces, or s p e l l e d out: compared letter by letter."""
    if not tokens or len(text) > LONGEST_GLUED or not text.isascii() or SPELLED * len(tokens) < len(text) < GLUED * len(tokens):
        return []
    squeezed = "".join(tokens)
    sides = [item.question for item in index.items if len(item.question.squeezed) >= SHORTEST_GLUED and any(item.question.own)]
    return [Hit(number, side.item, 1.0, "verbatim", 0, len(tokens)) for side in sides if side.squeezed in squeezed]


def excerpt(text: str, hit: Hit) -> str:
    """The part of a row around its match."""
    if len(text) <= TEXT_LIMIT:
        return text
    place, begin = 0, 0
    for sentence in sentences(text[: LONGEST_TEXT // 4]):
        count = len(words(sentence))
        if place + count > hit.place:
            break
        place += count
        begin += len(sentence)
    return ("…" if begin > 0 else "") + text[begin : begin + TEXT_LIMIT] + ("…" if begin + TEXT_LIMIT < len(text) else "")


def scan_records(index: Index, records: Iterable[overlap_rows.Record], columns: Columns, tell: Callable[[int], None]) -> Findings:
    findings, told = Findings(), 0
    for record in records:
        findings.lines += 1
        row = record.value
        if row is None:
            if record.problem is not None:
                findings.problem(record.number, record.problem)
            continue
        findings.rows += 1
        if isinstance(row, dict):
            findings.source(row)
        text = text_of(row, columns)
        hits = look(index, record.number, text)
        if hits:
            findings.add(hits, text, index)
        if findings.rows - told >= TOLD_EVERY:
            tell(findings.rows - told)
            told = findings.rows
    tell(findings.rows - told)
    return findings


def sample(files: Sequence[overlap_rows.Part], columns: Columns) -> Iterator[List[str]]:
    """The words of some rows from all over the files: what is common in them is no evidence."""
    each = max(1, SAMPLE_ROWS // len(files))
    for whole in files:
        count = 0
        for record in _some_records(whole):
            if record.value is not None:
                yield words(ungrouped(text_of(record.value, columns)[:SAMPLE_TEXT]))
                count += 1
            if count >= each:
                break


def _some_records(whole: overlap_rows.Part) -> Iterator[overlap_rows.Record]:
    parts = overlap_rows.parts_of_file(whole, 1)
    if not parts[0].by_bytes:
        yield from overlap_rows.read(parts[0])
        return
    step = max(SAMPLE_BYTES, whole.end // SAMPLE_PLACES)
    for begin in range(0, whole.end, step):
        end = min(whole.end, begin + SAMPLE_BYTES)
        for count, record in enumerate(overlap_rows.read(whole._replace(begin=begin, end=end))):
            if count * SAMPLE_PLACES >= SAMPLE_ROWS and whole.end > step:
                break
            yield record


class Work(NamedTuple):
    """What the processes share."""

    index: Index
    columns: Columns
    open_part: Callable[[Any], Iterable[overlap_rows.Record]]
    done: Any


_work: Optional[Work] = None


def _begin(work: Work) -> None:
    global _work
    _work = work
    # The first process ends them all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _scan_part(part: Any) -> Any:
    assert _work is not None
    try:
        return scan_records(_work.index, _work.open_part(part), _work.columns, _tell)
    except overlap_rows.BoxError as error:
        return error


def _tell(rows: int) -> None:
    with _work.done.get_lock():  # type: ignore[union-attr]
        _work.done.value += rows  # type: ignore[union-attr]


def processes_for(wanted: Optional[int]) -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(wanted or usable, 64))


def scan_parts(
    index: Index,
    parts: Sequence[Any],
    columns: Columns,
    processes: int,
    progress: Callable[[int], None],
    open_part: Callable[[Any], Iterable[overlap_rows.Record]] = overlap_rows.read,
) -> Iterator[Findings]:
    """The findings of each part, in order. `progress` gets the number of rows so far, about twice a second."""
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    work = Work(index, columns, open_part, context.Value("q", 0))
    if processes == 1 or len(parts) == 1:
        yield from _alone(work, parts, progress)
        return
    with context.Pool(min(processes, len(parts)), _begin, (work,)) as pool:
        results = pool.imap(_scan_part, parts)
        for _ in parts:
            while True:
                try:
                    findings = results.next(POLL_SECONDS)
                    break
                except multiprocessing.TimeoutError:
                    progress(work.done.value)
            progress(work.done.value)
            if isinstance(findings, Exception):
                raise findings
            yield findings


def _alone(work: Work, parts: Sequence[Any], progress: Callable[[int], None]) -> Iterator[Findings]:
    total = [0]

    def tell(rows: int) -> None:
        total[0] += rows
        progress(total[0])

    for part in parts:
        yield scan_records(work.index, work.open_part(part), work.columns, tell)
