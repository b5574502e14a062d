"""Ends a job: asks its supervisor, or, where that is gone, ends what it left behind."""

import os
import time

from . import folders, processes, safely, slurm, status
from .ending import STOP_FILE
from .errors import DISK_FULL, BoxError

WAIT_SECONDS = 1.5


def stop(root, job_id):
    """The status after at most about two seconds: `stopped`, or `finishing` while the job uses its grace to save."""
    job = folders.job_folder(root, job_id)
    now = status.current(job)
    if now is None:
        raise BoxError("bad-input", "There is no job %s on this box." % job_id, "List the jobs of the box.")
    if (now["failure"] or {}).get("class") == "lost":
        processes.end_strays(job, WAIT_SECONDS)
        return status.current(job)
    if now["state"] in status.FINAL:
        return now
    if status.is_given_to_slurm(job):
        slurm.stop(job)
        return _after_a_while(job)
    _ask(job)
    now = _after_a_while(job)
    if now["state"] in status.FINAL:
        return now
    _end_orphans(job)
    return status.current(job)


def _after_a_while(job):
    deadline = time.monotonic() + WAIT_SECONDS
    now = status.current(job)
    while now["state"] not in status.FINAL and time.monotonic() < deadline:
        time.sleep(0.05)
        now = status.current(job)
    return now


def _ask(job):
    path = os.path.join(job, STOP_FILE)
    try:
        os.close(safely.open_to_append(path))
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        # Its end matters more than the space to record it in, which has another way out.
        status.free_reserve(job)
        os.close(safely.open_to_append(path))


def _end_orphans(job):
    """A supervisor that is gone cannot read the stop file, and until its beat is stale it does not count as lost."""
    written = status.read(job)
    if written and written.get("bootId") == processes.boot_id() and not status.is_supervised(written):
        processes.end_strays(job, WAIT_SECONDS)
