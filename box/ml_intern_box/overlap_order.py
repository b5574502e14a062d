"""The overlap check of files, as the command line orders it.

Usage: python -m ml_intern_box.overlap --order, on standard input in one line:
  {train: [path], eval: path, base?: folder, columns?: {question, answer?}, remove?: path, processes?: int, root?: path,
   embeddingModel?: path or Hub id, semanticThreshold?: float}
Prints one JSON object a line: {progress: {rows, bytes}}, then {result: ...} or {error: {reason, message, next}}.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, Dict, List, Optional, Sequence, Tuple

from ml_intern_box import other_python, overlap_remove, overlap_rows, overlap_scan
from ml_intern_box.errors import BoxError
from ml_intern_box.overlap_describe import describe
from ml_intern_box.overlap_findings import Findings
from ml_intern_box.overlap_index import Index
from ml_intern_box.overlap_items import Parts, all_parts
from ml_intern_box.overlap_scan import Columns

TELL_SECONDS = 1.0
MOST_ITEMS = 200_000


def run(order: Dict[str, Any]) -> int:
    """Exit code 0 with a result, 3 with an error that says what to do."""
    try:
        order = _with_places(order)
        files = [overlap_rows.open_file(path) for path in order["train"]]
        items = overlap_rows.open_file(order["eval"])
        code = _elsewhere(order, [*files, items])
        if code is not None:
            return code
        _say({"result": check(order, files, items)})
        return 0
    except BoxError as error:
        _say(error.as_json())
        return 3
    except BrokenPipeError:
        # Nobody listens any more: the check was cancelled.
        return 130


def _with_places(order: Dict[str, Any]) -> Dict[str, Any]:
    """Paths from `base` on, where one is given; `~` is the home folder."""
    base = os.path.expanduser(order.get("base") or "")

    def place(path: str) -> str:
        return os.path.join(base, os.path.expanduser(path))

    named = {name: place(order[name]) for name in ("eval", "remove") if order.get(name)}
    if str(order.get("embeddingModel") or "")[:1] in (".", "~"):
        named["embeddingModel"] = place(order["embeddingModel"])
    return dict(order, train=[place(path) for path in order["train"]], **named)


def check(order: Dict[str, Any], files: Sequence[overlap_rows.Part], eval_file: overlap_rows.Part) -> Dict[str, Any]:
    began = time.monotonic()
    columns: Columns = order.get("columns")
    lines, parts, problems = read_items(eval_file, columns)
    index = Index(parts, overlap_scan.sample(files, columns))
    progress = _Progress(files)
    all_findings = [_scan_file(index, whole, columns, order.get("processes"), progress) for whole in files]
    if order.get("embeddingModel"):
        from ml_intern_box import overlap_semantic

        overlap_semantic.add(
            index, files, columns, all_findings, order["embeddingModel"], order.get("semanticThreshold"), progress.say
        )
    if sum(findings.rows for findings in all_findings) == 0:
        raise _nothing_read(files, all_findings)
    result = describe(files, all_findings, lines, problems)
    result["semantic"] = {"model": order["embeddingModel"]} if order.get("embeddingModel") else None
    if order.get("remove"):
        result["removed"] = overlap_remove.write(order["remove"], files, all_findings, lines)
    result["seconds"] = round(time.monotonic() - began, 2)
    return result


def read_items(whole: overlap_rows.Part, columns: Columns) -> Tuple[List[int], List[Parts], List[Tuple[int, str]]]:
    """The items with their line numbers, and the lines that are none."""
    lines, values, problems = [], [], []
    for record in overlap_rows.read(overlap_rows.in_one(whole)):
        if record.problem is not None:
            problems.append((record.number, record.problem))
        elif record.value is not None:
            lines.append(record.number)
            values.append(record.value)
        if len(values) > MOST_ITEMS:
            raise BoxError(
                "bad-input",
                "%s holds more than %d items." % (whole.path, MOST_ITEMS),
                "Is --eval the evaluation, and --train the training data?",
            )
    parts = all_parts(values, columns)
    if not any(each.tokens or each.answer_tokens for each in parts):
        why = (
            "%d of its lines cannot be read, the first: line %d, %s"
            % (len(problems), problems[0][0] + 1, problems[0][1])
            if problems
            else "it holds no text"
        )
        raise BoxError(
            "bad-input",
            "%s holds no evaluation items: %s." % (whole.path, why),
            "Give a file with one item a row (question, answer, choices, messages or text).",
        )
    return lines, parts, problems


def _scan_file(
    index: Index, whole: overlap_rows.Part, columns: Columns, wanted: Optional[int], progress: "_Progress"
) -> Findings:
    findings = overlap_scan.scan_file(index, whole, columns, overlap_scan.processes_for(wanted), progress.say)
    progress.add(findings.rows)
    return findings


class _Progress:
    """Tells at most once a second how many rows were read."""

    def __init__(self, files: Sequence[overlap_rows.Part]) -> None:
        self.bytes = sum(whole.end for whole in files)
        self.before, self.told = 0, time.monotonic()

    def add(self, rows: int) -> None:
        self.before += rows

    def say(self, rows: int) -> None:
        if time.monotonic() - self.told >= TELL_SECONDS:
            self.told = time.monotonic()
            _say({"progress": {"rows": self.before + rows, "bytes": self.bytes}})


def _nothing_read(files: Sequence[overlap_rows.Part], all_findings: Sequence[Findings]) -> BoxError:
    for whole, findings in zip(files, all_findings):
        if findings.problems:
            number, text = findings.problems[0]
            return BoxError(
                "bad-input",
                "No row of %s can be read; the first trouble is in line %d: %s." % (whole.path, number + 1, text),
                "Check its format and encoding (UTF-8).",
            )
    return BoxError(
        "bad-input", "%s holds no rows." % files[0].path, "Check that the download or the export finished."
    )


def _elsewhere(order: Dict[str, Any], files: Sequence[overlap_rows.Part]) -> Optional[int]:
    """Starts again under a Python that has what is needed; None when this one has it."""
    if any(whole.kind in ("parquet", "arrow") for whole in files):
        packages, why, otherwise = ["pyarrow"], "Reading parquet and arrow", "convert the file to jsonl"
    else:
        packages, why, otherwise = [], "Comparing meanings", "leave --embedding-model out"
    packages += ["transformers"] if order.get("embeddingModel") else []
    return other_python.hand_over("ml_intern_box.overlap", order, packages, why, otherwise)


def _say(value: Dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()
