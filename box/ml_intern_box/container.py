"""Runs one job in a container whose only way out is its log, and tells there all that happens to the job.

One JSON line each: {"status"}; {"file", "offset", "data"} with bytes as base64; {"file", "offset", "next"} for bytes that were
thrown away; {"artifact", "bytes"}, once more for each piece of a small one with {"part", "parts", "data"} (zlib, then base64);
{"error"}. Artifacts come before the last status.
"""

import base64
import json
import os
import signal
import sys
import time
import zlib

from . import artifacts, folders, safely, status
from .errors import BoxError, from_os_error
from .follow import stream
from .stop import stop
from .submit import Local, submit

SMALL_BYTES = 256 << 10
MOST_READ_BYTES = 8 << 20
MOST_ARTIFACT_BYTES = 1 << 20
MOST_ARTIFACTS = 500
LONGEST_NAME = 500


def main(root, request, secret_names):
    """The exit code of the container: 0 only when the job finished."""
    secrets = {name: os.environ.pop(name) for name in secret_names if name in os.environ}
    sink = _Lines(root, request["spec"]["id"])
    signal.signal(signal.SIGTERM, sink.on_term)
    try:
        _check_volume(root)
        os.makedirs(os.path.join(root, "jobs"), mode=0o700, exist_ok=True)
        submit(root, dict(request, secrets=secrets), sink.starter)
        stream(root, sink.job_id, {}, sink)
    except BoxError as error:
        _say(error.as_json())
    except OSError as error:
        _say(from_os_error(error, root).as_json())
    return 0 if sink.last == "finished" else 1


def _check_volume(root):
    """The root is the volume: were it only a folder of the container, all would be gone with it."""
    if not os.path.isdir(root) or not os.access(root, os.W_OK):
        raise BoxError(
            "box-command",
            "The volume is not mounted at %s, or cannot be written to." % root,
            "Check that the bucket of the setting mlIntern.hfJobs.volume exists and that your token may write to it.",
        )


class _Starter(Local):
    """Remembers whether it was this container that started the job."""

    started = False

    def start(self, root, job, spec, secrets, lock):
        super().start(root, job, spec, secrets, lock)
        self.started = True


class _Lines:
    """Takes what `stream` tells. Lines stay short: services cut or split long ones."""

    chunk_bytes = 5 * 1024
    beat_seconds = 15.0

    def __init__(self, root, job_id):
        self.root, self.job_id = root, job_id
        self.starter = _Starter()
        self.last = None
        self.told_to_end = False

    def on_term(self, _number, _frame):
        self.told_to_end = True

    def status(self, now):
        self.last = now["state"]
        if self.last in status.FINAL:
            self._artifacts()
        _say({"status": now})

    def data(self, name, offset, data):
        _say({"file": name, "offset": offset, "data": base64.b64encode(data).decode()})

    def gap(self, name, offset, following):
        _say({"file": name, "offset": offset, "next": following})

    def rest(self, seconds):
        if self.told_to_end and not self.starter.started:
            # Two clients asked for the job at once, and this container is the one too many: the job is not its to end.
            return True
        if self.told_to_end:
            self.told_to_end = False
            # A container that is asked to end gives its job the grace to save what it has.
            stop(self.root, self.job_id)
        _reap()
        time.sleep(seconds)
        return False

    def _artifacts(self):
        left = MOST_ARTIFACT_BYTES
        files = [entry for entry in artifacts.listing(self.root, self.job_id)["artifacts"] if entry["kind"] == "file"]
        for entry in files[:MOST_ARTIFACTS]:
            path, size = "artifacts/" + entry["path"], entry["bytes"]
            if len(path) > LONGEST_NAME:
                continue
            _say({"artifact": path, "bytes": size})
            packed = self._packed(path) if size <= MOST_READ_BYTES else None
            if packed is not None and len(packed) <= min(left, SMALL_BYTES):
                left -= len(packed)
                self._pieces(path, size, packed)

    def _pieces(self, path, size, packed):
        starts = range(0, len(packed), self.chunk_bytes)
        for number, start in enumerate(starts):
            data = base64.b64encode(packed[start : start + self.chunk_bytes]).decode()
            _say({"artifact": path, "bytes": size, "part": number, "parts": len(starts), "data": data})

    def _packed(self, path):
        try:
            job = folders.job_folder(self.root, self.job_id)
            with os.fdopen(safely.open_to_read(folders.inside(job, path)), "rb") as file:
                return zlib.compress(file.read(MOST_READ_BYTES), 9)
        except (OSError, BoxError):
            return None


def _reap():
    """The first process of a container inherits what its children leave behind."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
