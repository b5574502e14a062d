"""What of this machine a run may look at: what lies below the folders that a person opened, wherever links lead."""

from __future__ import annotations

import json
import os

import pytest

from ml_intern_box import sheet, sheet_folders
from ml_intern_box.errors import BoxError

ROW = json.dumps({"question": "What?", "answer": "That."}) + "\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Of somebody who opened `open` and has secrets beside it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ML_INTERN_ROOT", raising=False)
    for path in ("open/rows.jsonl", "open/deep/more.csv", "open/.hidden/rows.jsonl", "open/notes.txt", "secret/rows.jsonl", "open-too/rows.jsonl"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(ROW)
    (tmp_path / "open/link.jsonl").symlink_to(tmp_path / "secret/rows.jsonl")
    (tmp_path / "open/inner.jsonl").symlink_to(tmp_path / "open/rows.jsonl")
    (tmp_path / "open/way").symlink_to(tmp_path / "secret")
    return tmp_path


def asked(order, *allowed):
    return sheet.answer(dict(order, allowed=list(allowed or ["open"])), lambda rows: None, os.getcwd())


def look(place, *allowed):
    return asked({"look": {"place": place, "revision": None, "config": None, "split": "train"}}, *allowed)


@pytest.mark.parametrize("place", ["open/rows.jsonl", "~/open/rows.jsonl", "open/inner.jsonl", "open/deep/../rows.jsonl"])
def test_a_file_below_an_open_folder_is_looked_at_by_its_real_path(home, place):
    found = look(place)
    assert found["source"] == {"files": [str(home / "open/rows.jsonl")]}
    assert found["revision"].startswith("sha256:") and len(found["head"]) == 1


@pytest.mark.parametrize(
    "place",
    [
        *["secret/rows.jsonl", "~/secret/rows.jsonl", "open/../secret/rows.jsonl", "open-too/rows.jsonl", "/etc/passwd"],
        *["open/link.jsonl", "open/way/rows.jsonl", "open/way", "secret/none.jsonl", "~root/x.jsonl", "/", ".."],
    ],
)
def test_what_lies_or_leads_outside_is_refused_whether_it_is_there_or_not(home, place):
    with pytest.raises(BoxError, match="lies outside of the folders that are open to this run"):
        look(place)


def test_the_rows_are_counted_under_the_same_rule(home):
    counting = {"mapping": None, "maxTokens": 9, "source": {"files": [str(home / "open/link.jsonl")]}}
    with pytest.raises(BoxError, match="lies outside"):
        asked({"count": counting})


def test_names_that_are_no_paths_and_things_that_are_no_files_are_refused(home):
    os.mkfifo(home / "open/pipe.jsonl")
    for place, told in [("open/pipe.jsonl", "no plain file"), ("open/none.jsonl", "no file"), ("open/a\0b", "not a path"), ("open/a\nb.jsonl", "no file")]:
        with pytest.raises(BoxError, match=told):
            look(place)


def test_a_folder_is_answered_with_its_data_files(home):
    (only,) = look("open")["listed"]
    assert only == {
        "folder": str(home / "open"),
        "files": [{"path": path, "bytes": len(ROW)} for path in ("inner.jsonl", "rows.jsonl", "deep/more.csv")],
        "leftOut": 1,
        "complete": True,
    }


def test_data_files_are_found_by_name_and_the_rest_is_counted(home, monkeypatch):
    monkeypatch.setattr(sheet_folders, "MOST_TOLD", 1)
    first, second = asked({"list": {"name": "ROWS"}}, "open", "open-too")["listed"]
    assert [each["path"] for each in first["files"]] == ["rows.jsonl"] and first["leftOut"] == 0
    assert second["folder"] == str(home / "open-too")
    (every,) = asked({"list": {}})["listed"]
    assert len(every["files"]) == 1 and every["leftOut"] == 3
    monkeypatch.setattr(sheet_folders, "MOST_LOOKED_AT", 2)
    assert asked({"list": {}})["listed"][0]["complete"] is False


def test_an_open_home_folder_does_not_open_what_jobs_of_other_runs_read(home, monkeypatch):
    monkeypatch.setenv("ML_INTERN_ROOT", str(home / "open"))
    with pytest.raises(BoxError, match="lies outside"):
        look("open/rows.jsonl", "~")
    assert look("open/deep/more.csv", "open/deep")["source"]
