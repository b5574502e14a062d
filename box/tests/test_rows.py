"""Rows of files on the box: numbered as everywhere else, refused when the file is not the one that was looked at."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ml_intern_box import rows


def dataset(path: Path, revision: str = "") -> dict:
    return {"id": "file:rows.jsonl", "file": str(path), "revision": revision, "config": "default", "split": "train"}


def test_rows_of_a_file_keep_their_places(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n\n{"a": 3}\n', encoding="utf8")
    found = rows.load_rows(dataset(path))
    assert [row.get("a") for row in found if row] == [1, 3]
    assert found.index({"a": 3}) == 2


def test_a_file_that_changed_is_refused(tmp_path, capsys):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n', encoding="utf8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert rows.load_rows(dataset(path, f"sha256:{digest}")) == [{"a": 1}]
    path.write_text('{"a": 2}\n', encoding="utf8")
    with pytest.raises(SystemExit):
        rows.load_rows(dataset(path, f"sha256:{digest}"))
    assert "changed" in capsys.readouterr().err
