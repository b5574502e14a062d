"""status.json: written by rename, readable at any moment; and what a job's state is when its supervisor is gone."""

import fcntl
import json
import os
import time

from . import processes, slurm_records
from .errors import DISK_FULL

FINAL = ("finished", "failed", "stopped", "rebooted")
STALE_SECONDS = 10
RESERVE = ".reserve"
LOCK = ".lock"
CLAIM = ".claim"
_FIELDS = (
    "id",
    "kind",
    "state",
    "startedAt",
    "heartbeatAt",
    "endedAt",
    "exitCode",
    "wallSeconds",
    "gpuSeconds",
    "failure",
)


def write(job, status):
    """Replaces status.json as a whole. Raises OSError when the disk is full."""
    path = os.path.join(job, "status.json")
    temporary = "%s.%d.tmp" % (path, os.getpid())
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(status, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def keep_reserve(job):
    """A little space set aside, so that the end of a job can be recorded on a full disk."""
    with open(os.path.join(job, RESERVE), "wb") as file:
        file.write(b"\0" * 16384)


def write_last(job, status):
    """Records the end even on a full disk: first with the reserved space, then over the bytes that are there."""
    try:
        write(job, status)
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        _unlink(os.path.join(job, RESERVE))
        try:
            write(job, status)
        except OSError:
            _overwrite(os.path.join(job, "status.json"), json.dumps(status).encode())
    _unlink(os.path.join(job, RESERVE))


def read(job):
    """The status as written, or None when there is none yet."""
    try:
        with open(os.path.join(job, "status.json"), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def written_at(job):
    """Changes whenever the status is written anew; None when there is none."""
    try:
        found = os.lstat(os.path.join(job, "status.json"))
        return found.st_ino, found.st_mtime_ns
    except OSError:
        return None


def read_kind(job):
    try:
        with open(os.path.join(job, "spec.json"), encoding="utf-8") as file:
            return json.load(file).get("kind", "train")
    except (OSError, ValueError, AttributeError):
        return "train"


def current(job):
    """The status to show: `lost` when the supervisor stopped without recording an end. None when there is no job."""
    if slurm_records.is_ours(job):
        from . import slurm

        return slurm.current(job)
    written = read(job)
    if written is None:
        return _unstarted(job) if os.path.isdir(job) else None
    if written["state"] in FINAL or not _is_gone(written):
        return shown(written)
    # The end may have been recorded between our reading and the look at the process.
    again = read(job) or written
    return shown(again if again["state"] in FINAL else _lost(job, again))


def _is_gone(status):
    stale = time.time() - (status.get("heartbeatAt") or 0) > STALE_SECONDS
    return stale and not processes.is_alive(status.get("pid"), status.get("bootId"), status.get("startTime"))


def _lost(job, status):
    left = len(processes.strays(job))
    restarted = status.get("bootId") != processes.boot_id()
    why = "the box was restarted" if restarted else "its supervisor was killed"
    still = " %d of its processes still run; stop the job to end them." % left if left else ""
    failure = {"class": "lost", "message": "The job was lost: %s while it ran.%s" % (why, still)}
    return dict(status, state="rebooted" if restarted else "failed", endedAt=status.get("heartbeatAt"), failure=failure)


def _unstarted(job):
    """No status yet: being submitted right now, or a submission that was cut off."""
    waiting = is_locked(os.path.join(job, LOCK)) or time.time() - os.stat(job).st_mtime < 5
    if waiting:
        state, failure = "queued", None
    else:
        state = "failed"
        failure = {"class": "lost", "message": "The job's submission was cut off before it started; submit it again."}
    return dict(blank(job), state=state, failure=failure)


def blank(job):
    """The status of a job whose supervisor wrote none."""
    known = dict(id=os.path.basename(job), kind=read_kind(job), state="queued", wallSeconds=0, gpuSeconds=0)
    return dict(dict.fromkeys(_FIELDS), **known)


def is_locked(path):
    try:
        with open(path) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def shown(status):
    return {name: status.get(name) for name in _FIELDS}


def _overwrite(path, content):
    with open(path, "r+b") as file:
        space = os.fstat(file.fileno()).st_size
        file.write(content.ljust(space) if len(content) <= space else content)


def _unlink(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
