"""Whoever comes late to a long log gets its last lines, whatever was rotated away."""

import pytest

from ml_intern_box import logs, tails
from ml_intern_box.errors import BoxError


@pytest.fixture
def job(tmp_path):
    folder = tmp_path / "jobs" / "job-1"
    folder.mkdir(parents=True)
    return folder


def shown(tmp_path, job, lines, name="stdout.log"):
    offset = tails.tail(str(tmp_path), "job-1", lines)[name]
    tail, found = logs.Tail(str(job), name, offset), b""
    for _, data in iter(lambda: tail.read(1 << 20), None):
        found += data or b""
    tail.close()
    return found


def test_the_last_lines(tmp_path, job):
    (job / "stdout.log").write_bytes(b"one\ntwo\nthree\n")
    assert shown(tmp_path, job, 2) == b"two\nthree\n"
    assert shown(tmp_path, job, 99) == b"one\ntwo\nthree\n"
    assert shown(tmp_path, job, 0) == b""


def test_a_line_without_an_end_counts(tmp_path, job):
    (job / "stdout.log").write_bytes(b"one\ntwo\nthr")
    assert shown(tmp_path, job, 2) == b"two\nthr"


def test_lines_of_a_log_that_was_rotated(tmp_path, job):
    appender = logs.Appender(str(job), "stdout.log", segment_bytes=10)
    for number in range(20):
        appender.write(b"line %02d\n" % number)
    appender.close()
    assert shown(tmp_path, job, 3) == b"line 17\nline 18\nline 19\n"


def test_a_log_that_is_not_there_begins_at_its_beginning(tmp_path, job):
    assert set(tails.tail(str(tmp_path), "job-1", 5).values()) == {0}


def test_metrics_begin_with_their_last_points_and_telemetry_with_what_comes(tmp_path, job):
    (job / "metrics.jsonl").write_bytes(b'{"step": 1}\n{"step": 2}\n')
    (job / "telemetry.jsonl").write_bytes(b'{"time": 1}\n')
    assert shown(tmp_path, job, 1, "metrics.jsonl") == b'{"step": 2}\n'
    assert tails.tail(str(tmp_path), "job-1", 1)["telemetry.jsonl"] == 12


def test_an_unknown_job_is_refused(tmp_path):
    with pytest.raises(BoxError, match="no job nobody"):
        tails.tail(str(tmp_path), "nobody", 5)
