"""Rows of files on the box: numbered as everywhere else, never held whole, refused when the file is not the one that was looked at."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from pathlib import Path

import pytest

from ml_intern_box import overlap, overlap_scan, sources
from ml_intern_box.errors import BoxError

ITEM = {"question": "How many litres of paint does Ottilie need for the four walls of her studio?", "answer": "12"}
CLEAN = {"question": "Which tree sheds its bark in the driest month of the year?", "answer": "none"}


def dataset(path: Path, revision: str = "") -> dict:
    return {"id": "file:rows.jsonl", "file": str(path), "revision": revision, "config": "default", "split": "train"}


def check(path: Path, columns: dict | None = None, revision: str = "") -> dict:
    items = path.with_name("items.jsonl")
    items.write_text(json.dumps(ITEM) + "\n", encoding="utf8")
    return overlap.check_dataset({"dataset": dataset(path, revision), "columns": columns, "items": str(items)}, None)


def test_rows_of_a_file_keep_their_places(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{json.dumps(CLEAN)}\n\n{{torn\n{json.dumps(ITEM)}\n", encoding="utf8")
    numbers = [record.number for record in sources.open_rows(dataset(path)) if record.value is not None]
    assert numbers == [0, 3]
    found = check(path)
    assert (found["rows"], found["flaggedRows"], found["kinds"]) == (2, [3], {"verbatim": 1})


def test_a_file_that_changed_is_refused(tmp_path, capsys):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n', encoding="utf8")
    revision = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    assert [record.value for record in sources.open_rows(dataset(path, revision))] == [{"a": 1}]
    path.write_text('{"a": 2}\n', encoding="utf8")
    with pytest.raises(BoxError, match="changed"):
        sources.open_rows(dataset(path, revision))
    with pytest.raises(SystemExit):
        check(path, revision=revision)
    assert "changed" in capsys.readouterr().err


def test_a_column_that_a_file_has_not_is_refused_with_those_it_has(tmp_path, capsys):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(CLEAN) + "\n", encoding="utf8")
    assert check(path, {"question": "question"})["rows"] == 1
    with pytest.raises(SystemExit):
        check(path, {"question": "query"})
    assert "has no column query; it has answer, question." in capsys.readouterr().err


def test_the_memory_of_a_check_does_not_grow_with_the_file(tmp_path, monkeypatch):
    # In this process, so that all of its memory is seen.
    monkeypatch.setattr(overlap_scan, "processes_for", lambda wanted: 1)
    path = tmp_path / "rows.jsonl"
    row = json.dumps({"question": CLEAN["question"], "notes": "bark " * 2_000})
    count = 2_000
    with path.open("w", encoding="utf8") as file:
        file.writelines(f"{row}\n" for _ in range(count))
        file.write(json.dumps(ITEM) + "\n")
    tracemalloc.start()
    try:
        found = check(path, {"question": "question"})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found["flaggedRows"] == [count]
    assert path.stat().st_size > 20_000_000 and peak < 4_000_000
