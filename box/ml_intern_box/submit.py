"""Takes a job in and starts its detached supervisor; safe to repeat at any moment, at most one start ever happens."""

import base64
import binascii
import contextlib
import fcntl
import json
import os
import shutil
import sys
import time

from . import content, files, folders, guardian, safely, status
from .errors import BoxError, from_os_error
from .job import JobRun

CLAIM_SECONDS = 30


class Local:
    """Starts jobs on this machine, detached from whoever submitted them."""

    def is_started(self, job):
        return is_started(job)

    def start(self, root, job, spec, secrets, lock):
        """`spec` as the client sent it: what lies in the folder may have been changed since."""
        _start(root, job, spec, secrets, lock)


def submit(root, request, launcher=None):
    """The job's status; an existing job is answered, not started again."""
    launcher = launcher or Local()
    spec = _checked(request)
    with _locked(root, spec) as (job, lock):
        if not launcher.is_started(job):
            _write_folder(root, job, spec, request.get("files") or {})
            launcher.start(root, job, spec, dict(request.get("secrets") or {}), lock)
    _refuse_other(job, spec)
    return status.current(job)


def take_in(root, request):
    """Writes the folder of a job that is started later, by `run`; answers the folder. An existing job is left as it is."""
    spec = _checked(request)
    with _locked(root, spec) as (job, _lock):
        if not is_started(job):
            _write_folder(root, job, spec, request.get("files") or {})
    _refuse_other(job, spec)
    return job


def run(root, job, secrets, approved, scheduler=None):
    """Supervises a job that was taken in before, in the foreground; False when it was started before. `approved` is the
    hash that the person agreed to, from whoever submitted: a folder that was changed since fails as not approved."""
    spec = dict(content.load_spec(job), approvedHash=approved)
    with _locked(root, spec):
        if is_started(job):
            return False
        made = _begin(root, job, spec, secrets, scheduler)
    guardian.watch(made)
    return True


def is_started(job):
    """A claim without a status: a supervisor that died before it started anything, or one that begins right now."""
    claim = os.path.join(job, status.CLAIM)
    if status.written_at(job) is not None or not os.path.isdir(claim):
        return status.written_at(job) is not None
    if time.time() - os.stat(claim).st_mtime < CLAIM_SECONDS:
        return True
    os.rmdir(claim)
    return False


def _checked(request):
    if not isinstance(request, dict):
        raise BoxError("bad-input", "The request is not an object.", "Report this: it is a fault of the client.")
    content.check_spec(request.get("spec"))
    return request["spec"]


@contextlib.contextmanager
def _locked(root, spec):
    """(job folder, lock): held by us, then by the supervisor until its status is written; a second submission waits
    for it, and one that is cut off frees it."""
    job = folders.job_folder(root, spec.get("id"))
    try:
        os.makedirs(job, mode=0o700, exist_ok=True)
        if not safely.is_own_folder(job):
            raise BoxError("bad-input", "%s is not a folder of yours." % job, "Look at what it is, then remove it.")
        with os.fdopen(safely.open_to_append(os.path.join(job, status.LOCK)), "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield job, lock
    except OSError as error:
        raise from_os_error(error, root) from error


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
        with open(target, "xb") as file:
            file.write(data)
    safely.replace(os.path.join(job, "spec.json"), json.dumps(spec, indent=1).encode())


def _start(root, job, spec, secrets, lock):
    """Double fork: the supervisor belongs to no terminal, connection or parent. Returns once its status is on disk."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            if os.fork() == 0:
                _be_supervisor(root, job, spec, secrets, lock.fileno(), writing)
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        problem = pipe.read()
    if problem:
        number = json.loads(problem.decode())
        raise OSError(number, os.strerror(number))


def _be_supervisor(root, job, spec, secrets, lock, report):
    os.chdir(job)
    _let_go(keep=(lock, report))
    try:
        made = _begin(root, job, spec, secrets)
    except OSError as error:
        os.write(report, json.dumps(error.errno).encode())
        return
    os.close(report)
    os.close(lock)
    guardian.watch(made)


def _begin(root, job, spec, secrets, scheduler=None):
    """From here on the job counts as started, unless not even its status can be written."""
    claim = os.path.join(job, status.CLAIM)
    os.mkdir(claim)
    try:
        made = JobRun(root, job, spec, secrets, scheduler)
        made.begin()
        return made
    except OSError:
        os.rmdir(claim)
        raise


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
    if content.load_spec(job)["approvedHash"] != spec["approvedHash"]:
        raise BoxError(
            "bad-input", "Another job has the id %s." % spec["id"], "Submit this one under an id of its own."
        )
