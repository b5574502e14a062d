"""A log keeps its offsets while it rotates, and a reader finds every byte once."""

import os
import random

import pytest

from ml_intern_box import failures, logs


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path)


def write(log, data):
    while data:
        data = data[log.write(data) :]


def drain(tail, limit=1 << 20):
    """(bytes, [(from, to) of gaps])"""
    got, gaps = b"", []
    while True:
        before = tail.offset
        piece = tail.read(limit)
        if piece is None:
            return got, gaps
        if piece[1] is None:
            gaps.append((before, piece[0]))
        else:
            assert piece[0] == before
            got += piece[1]


def test_a_log_that_is_small_is_one_file(folder):
    log = logs.Appender(folder, "stdout.log")
    write(log, b"hello\n")
    assert os.listdir(folder) == ["stdout.log"]
    assert drain(logs.Tail(folder, "stdout.log", 2)) == (b"llo\n", [])
    assert logs.extent(folder, "stdout.log") == (0, 6)


def test_older_segments_carry_the_offset_of_their_first_byte(folder):
    log = logs.Appender(folder, "stdout.log", segment_bytes=10)
    for part in (b"0123456789", b"abcdefghij", b"xyz"):
        write(log, part)
    assert sorted(os.listdir(folder)) == ["stdout.log", "stdout.log.%020d" % 0, "stdout.log.%020d" % 10]
    for offset in range(24):
        assert drain(logs.Tail(folder, "stdout.log", offset))[0] == b"0123456789abcdefghijxyz"[offset:]
    assert logs.last_bytes(folder, "stdout.log", 5) == b"ijxyz"


def test_what_was_thrown_away_is_a_gap(folder):
    log = logs.Appender(folder, "stdout.log", segment_bytes=10, most_segments=2)
    for part in (b"0123456789", b"abcdefghij", b"ABCDEFGHIJ", b"xyz"):
        write(log, part)
    assert drain(logs.Tail(folder, "stdout.log", 4)) == (b"ABCDEFGHIJxyz", [(4, 20)])
    assert logs.extent(folder, "stdout.log") == (20, 33)


def test_a_new_writer_goes_on_where_the_last_one_was_killed(folder):
    write(logs.Appender(folder, "stdout.log", segment_bytes=10), b"0123456789")
    os.rename(folder + "/stdout.log", folder + "/stdout.log.%020d" % 0)
    tail = logs.Tail(folder, "stdout.log")
    assert drain(tail) == (b"0123456789", [])
    write(logs.Appender(folder, "stdout.log", segment_bytes=10), b"abc")
    assert drain(tail) == (b"abc", [])


def test_a_reader_sees_every_byte_once_while_the_log_rotates_and_old_segments_go(folder):
    luck = random.Random(1)
    log = logs.Appender(folder, "stdout.log", segment_bytes=64, most_segments=8)
    tails, written = [logs.Tail(folder, "stdout.log") for _ in range(4)], b""
    got = [b""] * 4
    for _ in range(2000):
        data = bytes(luck.randrange(256) for _ in range(luck.randrange(1, 40)))
        write(log, data)
        written += data
        for number, tail in enumerate(tails):
            if luck.random() < 0.5:
                piece = tail.read(luck.randrange(1, 100))
                got[number] += piece[1] if piece and piece[1] else b""
            if tail.offset < len(written) - 300:
                got[number] += drain(tail)[0]
    assert [head + drain(tail)[0] for head, tail in zip(got, tails)] == [written] * 4


def test_a_full_disk_while_rotating_loses_nothing(folder, monkeypatch):
    log = logs.Appender(folder, "stdout.log", segment_bytes=4)
    write(log, b"0123")
    real = logs.safely.open_to_append
    monkeypatch.setattr(logs.safely, "open_to_append", lambda path: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError):
        log.write(b"4567")
    monkeypatch.setattr(logs.safely, "open_to_append", real)
    write(log, b"4567")
    assert drain(logs.Tail(folder, "stdout.log")) == (b"01234567", [])


@pytest.mark.parametrize("planted", ["link", "pipe"])
def test_a_planted_link_is_neither_read_nor_written_through(folder, tmp_path, planted):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    path = folder + "/stdout.log"
    os.symlink(str(secret), path) if planted == "link" else os.mkfifo(path)
    assert drain(logs.Tail(folder, "stdout.log")) == (b"", [])
    write(logs.Appender(folder, "stdout.log"), b"mine")
    assert secret.read_text() == "secret"
    assert drain(logs.Tail(folder, "stdout.log")) == (b"mine", [])


def test_a_rotated_log_is_read_as_one_file_and_what_is_gone_is_said(box):
    job = box.job("job-1")
    os.makedirs(job)
    log = logs.Appender(job, "stdout.log", segment_bytes=10, most_segments=3)
    for number in range(6):
        write(log, b"%09d\n" % number)
    assert box.run("read", "job-1", "stdout.log", "--offset", "35", "--limit", "20")[1] == b"0003\n000000004\n00000"
    code, said = box.run("read", "job-1", "stdout.log")
    assert code == 1
    assert "no longer has the bytes of stdout.log before 30" in said.decode()


def test_the_cause_of_a_failure_is_found_where_the_log_was_just_rotated(folder):
    log = logs.Appender(str(folder), "stderr.log", segment_bytes=40)
    write(log, b"ValueError: bad shape of the batch: 3, 4\n")
    write(log, b"\n")
    said = failures.classify(1, str(folder), "train", oom_killed=False, disk_full=False)
    assert "ValueError: bad shape" in said["message"]
