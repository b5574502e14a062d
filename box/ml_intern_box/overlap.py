"""Looks for evaluation items in training data, before anything is trained on it.

Usage: python -m ml_intern_box.overlap overlap.json, as a step of a job:
  {dataset: {id, revision, config, split, file?}, columns: {question, answer?} | null (all text), items: "items.jsonl"}
Writes artifacts/result.json {rows, items, seconds, hitCount, kinds, hits (first 1000), flaggedRows, sources, examples};
in a run the items come sealed, and it is artifacts/result.sealed: its examples are texts of items, see sealed.

Or with --order, on files: see overlap_order. What a hit is and of which kind: see overlap_verdict.
"""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from ml_intern_box import ordered, overlap_findings, overlap_order, overlap_rows, overlap_scan, report, sealed, sources
from ml_intern_box.errors import BoxError
from ml_intern_box.overlap_findings import Findings
from ml_intern_box.overlap_index import Index
from ml_intern_box.overlap_items import all_parts
from ml_intern_box.overlap_rows import Record
from ml_intern_box.overlap_scan import Columns
from ml_intern_box.overlap_text import words

MAX_HITS = 1000
MAX_EXAMPLES = 5
PROGRESS_SECONDS = 5.0
FEW_ROWS = 20_000
"""Fewer rows are not worth several processes."""


def scan(
    rows: Sequence[Any],
    raw_items: Iterable[Any],
    columns: Columns,
    progress: Callable[[int], None] = lambda rows: None,
) -> Findings:
    """`rows` is a list, or anything with a length that gives a row for a number; `columns` are theirs."""
    index = Index(all_parts(raw_items), sample(rows, columns))
    processes = 1 if len(rows) < FEW_ROWS else overlap_scan.processes_for(None)
    size = max(1, min(5_000, len(rows)))
    parts = [(begin, min(begin + size, len(rows))) for begin in range(0, max(1, len(rows)), size)]
    findings = Findings()
    for piece in overlap_scan.scan_parts(index, parts, columns, processes, progress, partial(records, rows)):
        findings.merge(piece, 0)
    findings.settle()
    return findings


def records(rows: Sequence[Any], part: Tuple[int, int]) -> Iterator[Record]:
    for number in range(*part):
        yield Record(number, rows[number])


def sample(rows: Sequence[Any], columns: Columns) -> Iterator[List[str]]:
    for number in range(0, len(rows), max(1, len(rows) // overlap_scan.SAMPLE_ROWS)):
        yield words(overlap_scan.text_of(rows[number], columns)[: overlap_scan.SAMPLE_TEXT])


class Progress:
    def __init__(self) -> None:
        self.spoken = time.monotonic()

    def __call__(self, rows: int) -> None:
        if time.monotonic() - self.spoken > PROGRESS_SECONDS:
            self.spoken = time.monotonic()
            report.progress(f"{rows} rows")


def check_dataset(config: Dict[str, Any], key: Optional[str]) -> Dict[str, Any]:
    text = sealed.read(Path(config["items"]), key).decode("utf-8")
    items = [json.loads(line) for line in text.splitlines() if line.strip()]
    began = time.monotonic()
    try:
        findings = _findings(config["dataset"], items, config["columns"])
    except BoxError as error:
        report.fail(error.reason, error.message, error.next_step)
    return {
        "rows": findings.rows,
        "items": len(items),
        "seconds": round(time.monotonic() - began, 2),
        "hitCount": findings.hit_count,
        "kinds": dict(findings.kinds),
        "hits": [hit.as_json() for hit in findings.hits[:MAX_HITS]],
        "flaggedRows": list(findings.flagged),
        "sources": dict(findings.sources.most_common(overlap_findings.MOST_SOURCES)),
        "examples": [
            dict(each.hit.as_json(), rowText=each.row_text, itemText=each.item_text)
            for each in findings.examples[:MAX_EXAMPLES]
        ],
    }


def _findings(dataset: Dict[str, Any], items: Sequence[Any], columns: Columns) -> Findings:
    whole = sources.open_file(dataset)
    if whole is None:
        from ml_intern_box.rows import load_rows

        rows = load_rows(dataset)
        _refuse_missing(dataset, columns, rows.column_names)
        return scan(rows, items, columns, Progress())
    _refuse_missing(dataset, columns, _columns_of(whole) if columns else ())
    index = Index(all_parts(items), overlap_scan.sample([whole], columns))
    return overlap_scan.scan_file(index, whole, columns, overlap_scan.processes_for(None), Progress())


def _columns_of(whole: overlap_rows.Part) -> List[str]:
    """Those of its first rows."""
    first = islice(overlap_rows.read(overlap_rows.in_one(whole)), sources.LOOKED_AT)
    return sorted({name for record in first if isinstance(record.value, dict) for name in record.value})


def _refuse_missing(dataset: Dict[str, Any], columns: Columns, known: Iterable[str]) -> None:
    missing = [name for name in (columns or {}).values() if name and name not in known]
    if missing:
        raise BoxError(
            "bad-input",
            f"{dataset['id']} has no column {', '.join(missing)}; it has {', '.join(known)}.",
            "Name columns that it has, or check all of them.",
        )


def main() -> int:
    if ordered.is_ordered():
        return overlap_order.run(ordered.read_line())
    key = sealed.take_key()
    result = check_dataset(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), key)
    sealed.write(report.artifacts_folder() / "result.json", json.dumps(result, ensure_ascii=False, indent=1) + "\n", key)
    report.progress(
        f"{result['hitCount']} hits in {len(result['flaggedRows'])} of {result['rows']} rows, against {result['items']} items."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
