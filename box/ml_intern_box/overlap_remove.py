"""Writes the rows that do not overlap, and a record of those that were left out and why."""

from __future__ import annotations

import csv
import json
import os
from collections import defaultdict
from typing import Any, Dict, List, Sequence, TextIO

from ml_intern_box import overlap_formats, overlap_rows
from ml_intern_box.errors import BoxError
from ml_intern_box.overlap_findings import Findings
from ml_intern_box.overlap_scan import text_of

TEXT_LIMIT = 400


def write(
    target: str, files: Sequence[overlap_rows.Part], all_findings: Sequence[Findings], lines: Sequence[int]
) -> Dict[str, Any]:
    """One file becomes `target`; several become files of the same names in the folder `target`.

    The record lies beside it as TARGET.removed.jsonl: {file, row, hits: [{item, score, kind}], text} a line, and
    {file, row, problem} for what could not be read: that was not checked, so it is left out too.
    """
    outputs = {whole.path: _output(target, whole, len(files) > 1) for whole in files}
    _check(outputs)
    record_path = target.rstrip("/") + ".removed.jsonl"
    kept = removed = unreadable = 0
    try:
        os.makedirs(target if len(files) > 1 else os.path.dirname(os.path.abspath(target)), exist_ok=True)
        with open(record_path + ".part", "w", encoding="utf-8") as record:
            for whole, findings in zip(files, all_findings):
                counts = _write_file(whole, outputs[whole.path], findings, lines, record)
                kept, removed, unreadable = kept + counts[0], removed + counts[1], unreadable + counts[2]
        os.replace(record_path + ".part", record_path)
    except OSError as error:
        raise BoxError(
            "bad-input",
            "%s cannot be written: %s." % (target, error.strerror or error),
            "Choose another place, or free some space.",
        ) from None
    return {
        "rows": removed,
        "unreadable": unreadable,
        "kept": kept,
        "files": list(outputs.values()),
        "record": record_path,
    }


def _output(target: str, whole: overlap_rows.Part, several: bool) -> str:
    """What is not lines or cells of text becomes jsonl."""
    name = os.path.basename(whole.path)
    if whole.zipped:
        name = name[:-3]
    if whole.kind in ("parquet", "arrow", "json"):
        name = os.path.splitext(name)[0] + ".jsonl"
    return os.path.join(target, name) if several else target


def _check(outputs: Dict[str, str]) -> None:
    if len(set(outputs.values())) < len(outputs):
        raise BoxError("bad-input", "Two of the files have the same name.", "Remove from one at a time.")
    for path, output in outputs.items():
        if os.path.exists(output) and os.path.realpath(path) == os.path.realpath(output):
            raise BoxError("bad-input", "%s would be written over itself." % path, "Name another file for --remove.")
        if os.path.isdir(output):
            raise BoxError(
                "bad-input", "%s is a folder." % output, "Name a file for --remove; a folder is for several files."
            )


def _write_file(
    whole: overlap_rows.Part, output: str, findings: Findings, lines: Sequence[int], record: TextIO
) -> List[int]:
    flagged = set(findings.flagged)
    reasons: Dict[int, List[Dict[str, Any]]] = defaultdict(list)
    for hit in findings.hits:
        reasons[hit.row].append({"item": lines[hit.item], "score": round(hit.score, 4), "kind": hit.kind})
    counts = [0, 0, 0]
    with open(output + ".part", "w", encoding="utf-8", newline="") as out:
        keep = _keeper(whole, out)
        for each in overlap_rows.read(overlap_rows.in_one(whole)):
            if each.problem is not None:
                counts[2] += 1
                _note(record, {"file": whole.path, "row": each.number, "problem": each.problem})
            elif each.number in flagged:
                counts[1] += 1
                text = text_of(each.value, None)[:TEXT_LIMIT]
                _note(record, {"file": whole.path, "row": each.number, "hits": reasons[each.number], "text": text})
            elif each.value is not None:
                counts[0] += 1
                keep(each.value)
    os.replace(output + ".part", output)
    return counts


def _keeper(whole: overlap_rows.Part, out: TextIO) -> Any:
    if whole.kind not in ("csv", "tsv"):
        return lambda value: _note(out, value)
    header = overlap_formats.header_of(whole)
    table = csv.writer(out, delimiter="\t" if whole.kind == "tsv" else ",", lineterminator="\n")
    table.writerow(header)
    return lambda value: table.writerow([value.get(name, "") for name in header])


def _note(out: TextIO, value: Any) -> None:
    out.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
