"""status.json: written by rename, readable at any moment; and what a job's state is when its supervisor is gone."""

import fcntl
import json
import os
import socket
import time

from . import content, processes, safely, slurm_records
from .errors import DISK_FULL

FINAL = ("finished", "failed", "stopped", "rebooted")
STATES = ("queued", "starting", "running", "stalled", "finishing") + FINAL
STALE_SECONDS = 10
FAR_STALE_SECONDS = 60
"""Another machine's beat reaches us through a shared file system, which may answer from its cache."""
UNSTARTED_SECONDS = 5
SLURM = "slurm"
RESERVE = ".reserve"
LOCK = ".lock"
CLAIM = ".claim"
MOST_MESSAGE = 2000


def first(job, spec, scheduler=None):
    """The status of a job that was just taken in, with what only its supervisor needs."""
    return dict(
        blank(job),
        v=1,
        kind=spec["kind"],
        run=spec["run"] if isinstance(spec.get("run"), str) else "",
        state="starting",
        host=socket.gethostname(),
        scheduler=scheduler,
        pid=None,
        bootId=None,
        startTime=None,
        guardian=None,
        runner=None,
        pgid=None,
        step=0,
        approved=False,
        asked=None,
        killAt=None,
        oomKills=0,
        began=None,
        beat=time.monotonic(),
        heartbeatAt=time.time(),
        gpuCount=0,
        gpuUuids=[],
    )


def write(job, status):
    """Replaces status.json as a whole. Raises OSError when the disk is full."""
    safely.replace(os.path.join(job, "status.json"), json.dumps(status).encode())


def keep_reserve(job):
    """A little space set aside, so that the end of a job can be recorded on a full disk."""
    safely.replace(os.path.join(job, RESERVE), os.urandom(16384))


def free_reserve(job):
    try:
        os.unlink(os.path.join(job, RESERVE))
    except FileNotFoundError:
        return


def write_last(job, status):
    """Records the end even on a full disk: first with the reserved space, then over the bytes that are there."""
    try:
        write(job, status)
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        free_reserve(job)
        try:
            write(job, status)
        except OSError:
            _overwrite(os.path.join(job, "status.json"), json.dumps(status).encode())
    free_reserve(job)


def read(job):
    """The status as written, or None when there is none, or none that makes sense."""
    try:
        written = json.loads(safely.read_text(os.path.join(job, "status.json")))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(written, dict) or written.get("state") not in STATES:
        return None
    known = shown(dict(written, id=os.path.basename(job)))
    # We never record an end without its time.
    return None if known["state"] in FINAL and known["endedAt"] is None else dict(written, **known)


def written_at(job):
    """Changes whenever the status is written anew; None when there is none."""
    try:
        found = os.lstat(os.path.join(job, "status.json"))
        return found.st_ino, found.st_mtime_ns
    except OSError:
        return None


def current(job):
    """The status to show, judged by what still lives; None when there is no such job."""
    if not safely.is_own_folder(job):
        return None
    if is_given_to_slurm(job):
        from . import slurm

        return slurm.current(job)
    written = read(job)
    if written is None:
        return _unreadable(job) if written_at(job) else _unstarted(job)
    changes = _judge(job, written)
    if changes.get("state") in FINAL:
        # The end may have been recorded between our reading and the look at the processes.
        written = read(job) or written
        changes = {} if written["state"] in FINAL else changes
    return shown(dict(written, **changes))


def current_or_why_not(job):
    """As `current`; but what one job planted in its folder must not keep a command from telling of the others."""
    try:
        return current(job)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is that job's trouble
        if not safely.is_own_folder(job):
            return None  # cleared away meanwhile
        note = "Nothing can be told of it: its folder cannot be made sense of (%s: %s)." % (type(error).__name__, error)
        return dict(blank(job), state="stalled", note=_text(note))


def is_given_to_slurm(job):
    """A job could leave a record of Slurm's in its folder: what its supervisor beats tells who started it."""
    if not slurm_records.is_there(job):
        return False
    written = read(job)
    return written_at(job) is None if written is None else written.get("scheduler") == SLURM


def blank(job):
    """The status of a job whose supervisor wrote none."""
    try:
        submitted = os.lstat(os.path.join(job, "spec.json")).st_mtime
    except OSError:
        submitted = None
    return shown({"id": os.path.basename(job), "state": "queued", "kind": read_kind(job), "submittedAt": submitted})


def shown(status):
    """The fields that people see. A job could write its own status.json, so each of them is only what it may be."""
    return {name: sound(status.get(name)) for name, sound in _FIELDS.items()}


def read_kind(job):
    try:
        spec = json.loads(safely.read_text(os.path.join(job, "spec.json"), content.MOST_SPEC))
        return _kind(spec.get("kind"))
    except (OSError, ValueError, AttributeError, RecursionError):
        return "train"


def is_locked(path):
    try:
        with os.fdopen(safely.open_to_read(path)) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def is_supervised(status):
    """Whether the worker or the guardian of a job on this machine lives: either of them brings the other back."""
    guarding = status.get("guardian")
    both = (status, guarding if isinstance(guarding, dict) else {})
    return any(processes.is_alive(one.get("pid"), status.get("bootId"), one.get("startTime")) for one in both)


def _judge(job, status):
    """What a look at the machine changes in a status as it was written."""
    if status["state"] in FINAL:
        return {}
    if status.get("host", socket.gethostname()) != socket.gethostname():
        return _judge_from_afar(job, status)
    if status.get("bootId") != processes.boot_id():
        return _lost(status, "rebooted", "The job was lost: the box was restarted while it ran.")
    silent = _silent_seconds(status)
    if silent <= STALE_SECONDS:
        return {}
    if is_supervised(status):
        note = "Its supervisor has been silent for a while; the machine may be overloaded, or the supervisor suspended."
        return dict(state="stalled", note=note)
    left = len(processes.strays(job))
    still = " %d of its processes still run; stop the job to end them." % left if left else ""
    return _lost(status, "failed", "The job was lost: its supervisor was killed while it ran.%s" % still)


def _judge_from_afar(job, status):
    """On another machine that shares the folder: only its beat can be seen, by the clock of the file system."""
    silent = _file_system_now(job) - os.lstat(os.path.join(job, "status.json")).st_mtime
    if silent <= FAR_STALE_SECONDS:
        return {}
    message = "The job was lost: its supervisor on %s has been silent for %d seconds." % (status["host"], silent)
    return _lost(status, "failed", message)


def _lost(status, state, message):
    return dict(
        state=state, note=None, endedAt=status["heartbeatAt"], failure={"class": "lost", "message": message}
    )


def _silent_seconds(status):
    """By the clock that nobody sets, which all processes of one start of the machine share."""
    beat = status.get("beat")
    if type(beat) in (int, float):
        return time.monotonic() - beat
    return time.time() - (status["heartbeatAt"] or 0)


def _file_system_now(job):
    probe = os.path.join(os.path.dirname(job), ".now.%d" % os.getpid())
    try:
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        now = os.lstat(probe).st_mtime
        os.unlink(probe)
        return now
    except OSError:
        return time.time()


def _unstarted(job):
    """No status yet: being submitted right now, or a submission that was cut off."""
    waiting = is_locked(os.path.join(job, LOCK)) or time.time() - os.stat(job).st_mtime < UNSTARTED_SECONDS
    if waiting:
        return blank(job)
    message = "The job's submission was cut off before it started; submit it again."
    return dict(blank(job), state="failed", failure={"class": "lost", "message": message})


def _unreadable(job):
    """A supervisor that lives writes it anew within seconds."""
    if _file_system_now(job) - os.lstat(os.path.join(job, "status.json")).st_mtime < STALE_SECONDS:
        return dict(blank(job), state="running", note="Its status cannot be read at the moment.")
    message = "The job was lost: its status.json cannot be read, and nobody writes it anew."
    return dict(blank(job), state="failed", failure={"class": "lost", "message": message})


def _amount(value):
    return value if type(value) in (int, float) and 0 <= value < 1e15 else None


def _kind(value):
    return value if value in content.KINDS else "train"


def _text(value):
    return value[:MOST_MESSAGE] if isinstance(value, str) else None


def _failure(value):
    if not isinstance(value, dict) or value.get("class") not in content.FAILURES:
        return None
    return {"class": value["class"], "message": _text(value.get("message")) or ""}


def _indices(value):
    return [each for each in value if type(each) is int and each >= 0][:64] if isinstance(value, list) else []


_FIELDS = {
    "id": _text,
    "run": lambda value: _text(value) or "",
    "kind": _kind,
    "state": lambda value: value if value in STATES else "failed",
    "note": _text,
    "submittedAt": _amount,
    "startedAt": _amount,
    "heartbeatAt": _amount,
    "endedAt": _amount,
    "exitCode": lambda value: value if type(value) is int and abs(value) < 1 << 31 else None,
    "wallSeconds": lambda value: _amount(value) or 0,
    "gpuSeconds": lambda value: _amount(value) or 0,
    "gpus": _indices,
    "failure": _failure,
}


def _overwrite(path, data):
    number = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(number, "wb") as file:
        space = os.fstat(number).st_size
        file.write(data.ljust(space) if len(data) <= space else data)
