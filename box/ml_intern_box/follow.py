"""Streams a job's state and the growth of its files as JSON lines, until the job is over and its files are drained."""

import base64
import json
import os
import select
import time

from . import folders, status
from .errors import BoxError

FILES = ("metrics.jsonl", "stdout.log", "stderr.log")
CHUNK = 64 * 1024
POLL_SECONDS = 0.15
BEAT_SECONDS = 5.0


def follow(root, job_id, offsets, out):
    """Writes to the file descriptor `out`; returns when the job is over or nobody reads any more."""
    job = folders.job_folder(root, job_id)
    places = {name: _whole(offsets.get(name, 0)) for name in FILES}
    _existing(job, job_id)
    try:
        _follow(job, job_id, places, out)
    except BrokenPipeError:
        return


def _existing(job, job_id):
    now = status.current(job)
    if now is None:
        raise BoxError("bad-input", "There is no job %s on this box." % job_id, "List the jobs of the box.")
    return now


def _follow(job, job_id, places, out):
    watcher = select.poll()
    watcher.register(out, 0)
    shown, shown_at = None, 0.0
    while True:
        # Order matters: a state that is final now means that the files below hold all they will ever hold.
        now = _existing(job, job_id)
        final = now["state"] in status.FINAL
        changed = shown is None or now["state"] != shown["state"]
        if not final and (changed or time.monotonic() - shown_at >= BEAT_SECONDS):
            _send(out, {"status": now})
            shown, shown_at = now, time.monotonic()
        grown = [_send_growth(job, name, places, out) for name in FILES]
        if final and not any(grown):
            _send(out, {"status": now})
            return
        if not any(grown) and watcher.poll(int(POLL_SECONDS * 1000)):
            return


def _send_growth(job, name, places, out):
    """Sends one chunk; True when there may be more."""
    path = os.path.join(job, name)
    try:
        if os.stat(path).st_size <= places[name]:
            return False
        with open(path, "rb") as file:
            file.seek(places[name])
            data = file.read(CHUNK)
    except FileNotFoundError:
        return False
    if data:
        _send(out, {"file": name, "offset": places[name], "data": base64.b64encode(data).decode()})
        places[name] += len(data)
    return bool(data)


def _send(out, message):
    line = (json.dumps(message) + "\n").encode()
    while line:
        line = line[os.write(out, line) :]


def _whole(value):
    if type(value) is not int or value < 0:
        raise BoxError("bad-input", "%r is not a byte offset." % (value,), "Give whole numbers from 0.")
    return value
