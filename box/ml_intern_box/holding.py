"""A job whose model is the last good one of its run is not cleared away: a file in its folder says so. One a run is held."""

import contextlib
import glob
import json
import os

from . import folders

HOLD = "hold.json"


def hold(root, job, run):
    """Holds this job's folder, and lets go of what the run held before."""
    folder = folders.job_folder(root, job)
    if not os.path.isdir(folder):
        return
    for path in glob.glob(os.path.join(root, "jobs", "*", HOLD)):
        if _run_of(path) == run and os.path.dirname(path) != folder:
            with contextlib.suppress(OSError):
                os.unlink(path)
    with open(os.path.join(folder, HOLD), "w", encoding="utf-8") as file:
        json.dump({"run": run}, file)


def why_held(folder):
    """A sentence, or None."""
    run = _run_of(os.path.join(folder, HOLD))
    return None if run is None else "it holds the last good model of %s" % run


def _run_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            return str(json.load(file)["run"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
