"""Takes a job in and starts its detached supervisor; safe to repeat at any moment, at most one start ever happens."""

import base64
import binascii
import fcntl
import json
import os
import shutil
import sys
import time

from . import content, files, folders, status
from .errors import BoxError, from_os_error
from .job import JobRun

CLAIM_SECONDS = 30


class Local:
    """Starts jobs on this machine, detached from whoever submitted them."""

    def is_started(self, job):
        return _is_started(job)

    def start(self, root, job, secrets, lock):
        _start(root, job, secrets, lock)


def submit(root, request, launcher=Local()):
    """The job's status; an existing job is answered, not started again."""
    if not isinstance(request, dict):
        raise BoxError("bad-input", "The request is not an object.", "Report this: it is a fault of the client.")
    spec = request.get("spec")
    content.check_spec(spec)
    job = folders.job_folder(root, spec.get("id"))
    try:
        os.makedirs(job, exist_ok=True)
        # Held by us, then by the supervisor until its status is written: a second submission waits, a cut-off one
        # frees it.
        with open(os.path.join(job, status.LOCK), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not launcher.is_started(job):
                _write_folder(root, job, spec, request.get("files") or {})
                launcher.start(root, job, dict(request.get("secrets") or {}), lock)
    except OSError as error:
        raise from_os_error(error, root) from error
    _refuse_other(job, spec)
    return status.current(job)


def _is_started(job):
    """A claim without a status: a supervisor that died before it started anything, or one that begins right now."""
    claim = os.path.join(job, status.CLAIM)
    if status.read(job) is not None or not os.path.isdir(claim):
        return status.read(job) is not None
    if time.time() - os.stat(claim).st_mtime < CLAIM_SECONDS:
        return True
    os.rmdir(claim)
    return False


def _write_folder(root, job, spec, sent):
    """Everything a job needs, from scratch: what an interrupted submission left is thrown away. Files that did not come
    with the request are in the store."""
    work = os.path.join(job, "work")
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    os.makedirs(os.path.join(job, "artifacts"), exist_ok=True)
    for path, digest in sorted(spec["content"]["files"].items()):
        if path not in sent:
            target = folders.inside(work, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            files.place(root, digest, target)
    for path, encoded in sorted(sent.items()):
        target = folders.inside(work, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        try:
            data = base64.b64decode(encoded, validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise BoxError("bad-input", "The file %s arrived damaged." % path, "Submit the job again.") from error
        with open(target, "wb") as file:
            file.write(data)
    with open(os.path.join(job, "spec.json"), "w", encoding="utf-8") as file:
        json.dump(spec, file, indent=1)


def _start(root, job, secrets, lock):
    """Double fork: the supervisor belongs to no terminal, connection or parent. Returns once its status is on disk."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            if os.fork() == 0:
                _be_supervisor(root, job, secrets, lock.fileno(), writing)
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        problem = pipe.read()
    if problem:
        number = json.loads(problem.decode())
        raise OSError(number, os.strerror(number))


def _be_supervisor(root, job, secrets, lock, report):
    os.chdir(job)
    _let_go(keep=(lock, report))
    os.mkdir(os.path.join(job, status.CLAIM))
    try:
        run = JobRun(root, job, secrets)
        run.begin()
    except OSError as error:
        os.rmdir(os.path.join(job, status.CLAIM))
        os.write(report, json.dumps(error.errno).encode())
        return
    os.close(report)
    os.close(lock)
    run.execute()


def run(root, job, secrets):
    """Supervises a job in the foreground, e.g. inside an allocation; the second to come finds the claim, and False."""
    try:
        os.mkdir(os.path.join(job, status.CLAIM))
    except FileExistsError:
        return False
    here = JobRun(root, job, secrets)
    here.begin()
    here.execute()
    return True


def _let_go(keep):
    """No open file may tie us to the connection that brought us."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    for name in os.listdir("/dev/fd"):
        if name.isdigit() and int(name) > 2 and int(name) not in keep:
            try:
                os.close(int(name))
            except OSError:
                continue


def _refuse_other(job, spec):
    with open(os.path.join(job, "spec.json"), encoding="utf-8") as file:
        known = json.load(file).get("approvedHash")
    if known != spec["approvedHash"]:
        raise BoxError(
            "bad-input", "Another job has the id %s." % spec["id"], "Submit this one under an id of its own."
        )
