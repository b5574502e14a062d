"""The counts behind the data sheet of a dataset, over all of its rows, for whoever has the sheet made on this machine.

Usage: python -m ml_intern_box.sheet sheet.json, as a step of a job; or with --order, from the command line, the order on standard input:
  {look: {source} | {place, revision, config, split}}       the first rows, which tell the host the format; of a folder, its files
  {count: {source, mapping | null, maxTokens, tokenizer?}}       all rows, in bounded memory (see sheet_tally)
  {list: {name?}}                                                the data files of the folders in `allowed`
A source is {files: [path]} or {dataset: {id, revision, config, split}}; a place is a path, or a dataset's id.
With allowed: [folder] in the order, places and files are paths, and only what lies below one of these folders is looked at (see sheet_folders).
Writes artifacts/result.json, or prints {progress: {rows}}, then {result} or {error: {reason, message, next}}.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

from ml_intern_box import ordered, other_python, report, sheet_folders, sheet_source
from ml_intern_box.errors import BoxError, from_os_error
from ml_intern_box.recipe_order import failures_told, say
from ml_intern_box.sheet_source import Seen, open_source
from ml_intern_box.sheet_text import estimated_tokens

HEAD_ROWS = 200
LONGEST_HEAD = 1 << 16
"""Characters of a row that is told whole; of a longer one the beginnings of its cells are."""
LONGEST_CELL = 4000
TELL_SECONDS = 1.0
DATA_ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".arrow", ".feather", ".gz", ".zst")

Progress = Callable[[int], None]


def look(source: Dict[str, Any], allowed: Optional[List[str]]) -> Dict[str, Any]:
    if "folder" in source and allowed is not None:
        return {"listed": [sheet_folders.listing(source["folder"], allowed)]}
    if "folder" in source:
        return {"folder": source["folder"], "paths": sheet_source.files_below(source["folder"])}
    opened = open_source(source)
    head: List[Dict[str, Any]] = []
    for seen in opened.rows():
        if seen.row is not None:
            head.append(bounded(seen.row))
        if len(head) == HEAD_ROWS:
            break
    return dict(opened.facts(), source=source, head=head)


def count(asked: Dict[str, Any], source: Dict[str, Any], progress: Progress, folder: str) -> Dict[str, Any]:
    from ml_intern_box.sheet_tally import Tally

    tokenizer = asked.get("tokenizer")
    if tokenizer:
        from ml_intern_box.tokens import counter

        counts: Callable[[str], int] = counter(tokenizer)
    else:
        counts = estimated_tokens
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        tally = Tally(asked["mapping"], counts, asked["maxTokens"], scratch)
        for seen in open_source(source).rows():
            take(tally, seen)
            progress(tally.sampled)
        return tally.as_json()


def take(tally: Any, seen: Seen) -> None:
    if seen.row is None:
        tally.note(seen.why, seen.place)
    else:
        tally.add(seen.row)


def found(asked: Dict[str, Any]) -> Dict[str, Any]:
    """What exists here is meant, whatever it looks like; then what looks like a path; else a dataset of the Hub."""
    place = asked["place"]
    path = os.path.join(os.path.expanduser("~"), os.path.expanduser(place))
    if os.path.isdir(path):
        return {"folder": path}
    if os.path.exists(path) or place.startswith(("/", "./", "../", "~")) or place.lower().endswith(DATA_ENDINGS):
        return {"files": [path]}
    return {"dataset": dict({name: asked[name] for name in ("revision", "config", "split")}, id=place)}


def bounded(row: Dict[str, Any]) -> Dict[str, Any]:
    if len(json.dumps(row, ensure_ascii=False)) <= LONGEST_HEAD:
        return row

    def short(cell: Any) -> Any:
        if isinstance(cell, str):
            return cell[:LONGEST_CELL]
        return cell if len(json.dumps(cell)) <= LONGEST_CELL else None

    return {name: short(cell) for name, cell in row.items()}


def answer(order: Dict[str, Any], progress: Progress, folder: str) -> Dict[str, Any]:
    allowed = order.get("allowed")
    if "list" in order:
        name = order["list"].get("name") or ""
        return {"listed": [sheet_folders.listing(each, allowed, name) for each in allowed]}
    source = source_of(order)
    return look(source, allowed) if "look" in order else count(order["count"], source, progress, folder)


def source_of(order: Dict[str, Any]) -> Dict[str, Any]:
    asked = order.get("look") or order["count"]
    if "allowed" in order:
        return sheet_folders.opened(asked, order["allowed"])
    return asked["source"] if "source" in asked else found(asked)


class Telling:
    """Passes on how many rows were seen, at most once a second."""

    def __init__(self, tell: Progress) -> None:
        self.tell, self.told = tell, time.monotonic()

    def __call__(self, rows: int) -> None:
        if time.monotonic() - self.told >= TELL_SECONDS:
            self.told = time.monotonic()
            self.tell(rows)


def needed(order: Dict[str, Any]) -> List[str]:
    """Packages without which the order cannot be carried out."""
    if "list" in order:
        return []
    asked, source = order.get("look") or order["count"], source_of(order)
    packages = [] if "folder" in source else list(open_source(source).packages)
    packages += ["numpy"] if "count" in order else []
    return packages + (["transformers"] if asked.get("tokenizer") else [])


def run_order(order: Dict[str, Any]) -> int:
    """Exit code 0 with a result, 3 with an error that says what to do."""
    answers = sys.stdout
    # Whatever else speaks (libraries, the loader's patience) must not be mistaken for an answer.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            if order.get("hub"):
                os.environ["HF_ENDPOINT"] = order["hub"]
            code = other_python.hand_over("ml_intern_box.sheet", order, needed(order), "The data sheet of these rows")
            if code is not None:
                return code
            with failures_told():
                tell = Telling(lambda rows: say(answers, {"progress": {"rows": rows}}))
                say(answers, {"result": answer(order, tell, order["root"])})
            return 0
        except BoxError as error:
            say(answers, error.as_json())
        except OSError as error:
            say(answers, from_os_error(error, order["root"]).as_json())
        return report.EXIT_EXPLAINED


def main() -> int:
    if ordered.is_ordered():
        return run_order(ordered.read_line())
    order = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        report.write_result(answer(order, Telling(lambda rows: report.progress("%d rows" % rows)), os.getcwd()))
    except BoxError as error:
        report.fail(error.reason, error.message, error.next_step)
    return 0


if __name__ == "__main__":
    sys.exit(main())
