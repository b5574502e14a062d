"""Asks every row about all items, in one process or in several; memory does not grow with the number of rows."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence

from ml_intern_box import overlap_rows
from ml_intern_box.overlap_findings import STRENGTH, Findings
from ml_intern_box.overlap_index import Index
from ml_intern_box.overlap_runs import Row
from ml_intern_box.overlap_text import strings, ungrouped, words
from ml_intern_box.overlap_verdict import Hit, judge

LONGEST_TEXT, TEXT_OVERLAP = 2_000_000, 20_000
SAMPLE_ROWS, SAMPLE_PLACES, SAMPLE_BYTES, SAMPLE_TEXT = 2000, 40, 1 << 18, 20_000
GLUED, SPELLED, LONGEST_GLUED = 16, 2.8, 20_000
SHORTEST_GLUED = 24
POLL_SECONDS = 0.5
TOLD_EVERY = 500

Columns = Optional[Dict[str, str]]


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
    found = index.seeds.find(tokens)
    if found is None:
        return _glued(index, number, text, tokens)
    plain = ungrouped(text)
    if plain is not text and len(plain) != len(text):
        text, tokens = plain, words(plain)
        found = found.union(index.seeds.find(tokens) or ())
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
    if (
        not tokens
        or len(text) > LONGEST_GLUED
        or not text.isascii()
        or SPELLED * len(tokens) < len(text) < GLUED * len(tokens)
    ):
        return []
    squeezed = "".join(tokens)
    sides = [
        item.question
        for item in index.items
        if len(item.question.squeezed) >= SHORTEST_GLUED and any(item.question.own)
    ]
    return [Hit(number, side.item, 1.0, "verbatim", 0, len(tokens)) for side in sides if side.squeezed in squeezed]


def scan_records(
    index: Index, records: Iterable[overlap_rows.Record], columns: Columns, tell: Callable[[int], None]
) -> Findings:
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
    _collect_seldom()
    # The first process ends them all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _collect_seldom() -> None:
    """The index stays as long as the process, and rows hold no cycles: looking through all of it for garbage would take a third of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


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


def scan_file(
    index: Index, whole: overlap_rows.Part, columns: Columns, processes: int, progress: Callable[[int], None]
) -> Findings:
    """The findings of a whole file, whose rows are numbered as overlap_rows says."""
    parts = overlap_rows.parts_of_file(whole, processes)
    findings, first = Findings(), 0
    for piece in scan_parts(index, parts, columns, processes, progress):
        findings.merge(piece, first)
        if parts[0].by_bytes:
            first = findings.lines
    findings.settle()
    return findings
