"""Streams a job's state and the growth of its files until the job is over and its files are drained.

A JSON line each: {"status"}; {"file", "offset", "bytes"} followed by exactly so many raw bytes; {"file", "offset", "next"}
where the bytes between the two offsets were thrown away.
"""

import json
import os
import select
import time

from . import folders, status
from .errors import BoxError
from .logs import Tail

# The small ones first: a log that grows fast must not keep a metric waiting.
FILES = ("metrics.jsonl", "telemetry.jsonl", "stdout.log", "stderr.log")
POLL_SECONDS = 0.05
LOOK_SECONDS = 1.0


def follow(root, job_id, offsets, out):
    """Writes to the file descriptor `out`; returns when the job is over or nobody reads any more."""
    try:
        stream(root, job_id, offsets, _Frames(out))
    except BrokenPipeError:
        return


def stream(root, job_id, offsets, sink):
    """Tells the sink what happens to a job, until the job is over and everything was told, or the sink's `rest` says to stop."""
    if not isinstance(offsets, dict):
        raise BoxError("bad-input", "The offsets are not an object.", "Report this: it is a fault of the client.")
    job = folders.job_folder(root, job_id)
    tails = [Tail(job, name, _whole(offsets.get(name, 0))) for name in FILES]
    state = _State(job, job_id, sink.beat_seconds)
    while True:
        # Order matters: a state that is final now means that the files below hold all they will ever hold.
        now = state.look()
        final = now["state"] in status.FINAL
        if not final and state.is_news():
            sink.status(now)
        grown = [_tell_growth(tail, sink) for tail in tails]
        if final and not any(grown):
            sink.status(now)
            return
        if not any(grown) and sink.rest(POLL_SECONDS):
            return


class _State:
    """The job's status, read again only when it was written anew, or to see whether its supervisor still lives."""

    def __init__(self, job, job_id, beat_seconds):
        self.job, self.job_id, self.beat_seconds = job, job_id, beat_seconds
        self.now, self.written, self.looked_at = None, None, 0.0
        self.shown, self.shown_at = None, 0.0

    def look(self):
        written = status.written_at(self.job)
        if self.now is None or written != self.written or time.monotonic() - self.looked_at >= LOOK_SECONDS:
            self.now, self.written, self.looked_at = status.current(self.job), written, time.monotonic()
        if self.now is None:
            raise BoxError("bad-input", "There is no job %s on this box." % self.job_id, "List the jobs of the box.")
        return self.now

    def is_news(self):
        """A change is told at once, and that we are alive every few seconds."""
        told = [self.now.get(name) for name in ("state", "note", "gpus")]
        if told == self.shown and time.monotonic() - self.shown_at < self.beat_seconds:
            return False
        self.shown, self.shown_at = told, time.monotonic()
        return True


def _tell_growth(tail, sink):
    """Tells one chunk; True when there may be more."""
    before = tail.offset
    piece = tail.read(sink.chunk_bytes)
    if piece is None:
        return False
    offset, data = piece
    if data is None:
        sink.gap(tail.name, before, offset)
    else:
        sink.data(tail.name, offset, data)
    return True


class _Frames:
    """Header lines and raw bytes, to a file descriptor."""

    chunk_bytes = 256 * 1024
    beat_seconds = 5.0

    def __init__(self, out):
        self.out = out
        self.watcher = select.poll()
        self.watcher.register(out, 0)

    def status(self, now):
        _send(self.out, {"status": now})

    def data(self, name, offset, data):
        _send(self.out, {"file": name, "offset": offset, "bytes": len(data)}, data)

    def gap(self, name, offset, following):
        _send(self.out, {"file": name, "offset": offset, "next": following})

    def rest(self, seconds):
        """True when nobody reads any more."""
        return bool(self.watcher.poll(int(seconds * 1000)))


def _send(out, header, data=b""):
    line = (json.dumps(header) + "\n").encode()
    sent = os.writev(out, [line, data])
    for rest in (memoryview(line)[sent:], memoryview(data)[max(0, sent - len(line)) :]):
        while rest:
            rest = rest[os.write(out, rest) :]


def _whole(value):
    if type(value) is not int or value < 0:
        raise BoxError("bad-input", "%r is not a byte offset." % (value,), "Give whole numbers from 0.")
    return value
