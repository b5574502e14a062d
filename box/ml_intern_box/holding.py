"""A job whose model is the last good one of its run is not cleared away: a file in its folder says so. One a run is held."""

import contextlib
import glob
import json
import os

from . import folders, safely

HOLD = "hold.json"


def hold(root, job, run):
    """Holds this job's folder, and lets go of what the run held before."""
    folder = folders.job_folder(root, job)
    if not safely.is_own_folder(folder):
        return
    for path in glob.glob(os.path.join(root, "jobs", "*", HOLD)):
        if _run_of(path) == run and os.path.dirname(path) != folder:
            with contextlib.suppress(OSError):
                os.unlink(path)
    safely.replace(os.path.join(folder, HOLD), json.dumps({"run": run}).encode())


def why_held(folder):
    """A sentence, or None."""
    run = _run_of(os.path.join(folder, HOLD))
    return None if run is None else "it holds the last good model of %s" % run


def _run_of(path):
    try:
        return str(json.loads(safely.read_text(path))["run"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
