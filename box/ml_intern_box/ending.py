"""Why a job that runs is to end: somebody told it to, a cap is reached, its disk stays full, or a rule says so."""

import os
import time

STOP_FILE = ".stop"
FULL_SECONDS = 60.0
"""How long a step waits for space on the disk before its job is ended."""
GRACE_SECONDS = {"train": 120.0}
OTHER_GRACE_SECONDS = 10.0


def grace(kind):
    """Seconds from SIGTERM to SIGKILL: a training saves a checkpoint in them, weights and optimiser state of many GB."""
    return GRACE_SECONDS.get(kind, OTHER_GRACE_SECONDS)


def failed(kind, message):
    return dict(state="failed", failure={"class": kind, "message": message})


def told_from_outside(job, told_to_end):
    """A person stopped it, its folder was removed, or the machine told its supervisor to end; else None."""
    if os.path.lexists(os.path.join(job, STOP_FILE)) or not os.path.isdir(job):
        return dict(state="stopped", failure=None)
    if told_to_end:
        return failed("killed", "The job's supervisor was told to end; the box may be shutting down.")
    return None


def over_a_cap(wanted, wall, gpu_seconds):
    if wall > wanted["capSeconds"]:
        return failed("timeout", "The job reached its cap of %d seconds and was ended." % wanted["capSeconds"])
    cap = wanted.get("gpuCapSeconds")
    if cap is not None and gpu_seconds > cap:
        return failed("budget", "The job reached its cap of %d GPU seconds and was ended." % cap)
    return None


def full_for_too_long(full_since):
    if full_since is not None and time.monotonic() - full_since > FULL_SECONDS:
        return failed("disk-full", "The disk of the box is full: the job waited, then it was ended.")
    return None
