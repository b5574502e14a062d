"""A full disk is noticed and told; the end of a job is recorded all the same."""

import errno
import json
import os

import pytest
from supervised import request

from ml_intern_box import errors, safely, status
from ml_intern_box.record import Record


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "jobs" / "job-1"
    (path / "work").mkdir(parents=True)
    (path / "spec.json").write_text(json.dumps(request("print(1)")["spec"]))
    return path


def full(*_args, **_options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_beat_that_cannot_be_written_does_not_end_the_job(folder, monkeypatch):
    record = Record(str(folder), request("print(1)")["spec"])
    record.begin()
    with monkeypatch.context() as disk:
        disk.setattr(safely.os, "replace", full)
        record.update(state="running")
        assert record.disk_full
    # A disk that was full for a while does not name what ends the job later.
    record.update(state="running")
    assert not record.disk_full


def test_the_end_is_recorded_over_the_old_bytes_when_no_other_way_is_left(folder, monkeypatch):
    status.keep_reserve(str(folder))
    status.write(str(folder), {"state": "running", "note": "x" * 500})
    monkeypatch.setattr(safely.os, "replace", full)
    status.write_last(str(folder), {"state": "failed", "endedAt": 1})
    assert status.read(str(folder))["state"] == "failed"
    assert not (folder / status.RESERVE).exists()


def test_a_full_disk_is_told_apart_from_other_failures():
    assert errors.from_os_error(OSError(errno.ENOSPC, "x"), "/box").reason == "box-disk-full"
    assert errors.from_os_error(OSError(errno.EACCES, "x"), "/box").reason == "box-command"
