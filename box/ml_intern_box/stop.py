"""Ends a job: asks its supervisor, or, where that is gone, ends what it left behind."""

import os
import time

from . import folders, processes, slurm, slurm_records, status
from . import job as job_module
from .errors import BoxError

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
    if slurm_records.is_ours(job):
        slurm.stop(job)
        return _after_a_while(job)
    with open(os.path.join(job, job_module.STOP_FILE), "w"):
        pass
    now = _after_a_while(job)
    if now["state"] not in status.FINAL:
        _wake(job)
    return status.current(job)


def _after_a_while(job):
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        now = status.current(job)
        if now["state"] in status.FINAL:
            break
        time.sleep(0.05)
    return now


def _wake(job):
    """A supervisor that is gone cannot read the stop file, and until its beat is stale it does not count as lost."""
    written = status.read(job)
    if written and not processes.is_alive(written.get("pid"), written.get("bootId"), written.get("startTime")):
        if written.get("bootId") == processes.boot_id():
            processes.end_strays(job, WAIT_SECONDS)
