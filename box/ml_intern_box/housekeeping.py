"""What our folder on the box holds and since when it was not used; and the quota that a person set for it."""

import fcntl
import json
import os
import shutil

from . import content, folders, safely, sizes, status
from .errors import BoxError

PARTS = ("jobs", "envs", "files", "box", "cache")
USAGE_SECONDS = 20
QUOTA_SECONDS = 60
MOST_LISTED = 1000


def usage(root):
    measure = sizes.Measure(USAGE_SECONDS)
    # The jobs first: where time runs out, the large caches are what is counted in part.
    told = list(jobs(root))
    environments = list(environments_of(root, told))
    for each in told + environments:
        each["bytes"] = measure.add(each.pop("path"))
    parts = {"jobs": sum(each["bytes"] for each in told), "envs": sum(each["bytes"] for each in environments)}
    for name in ("files", "box", "cache"):
        parts[name] = measure.add(os.path.join(root, name)) if os.path.isdir(os.path.join(root, name)) else 0
    others = [entry.path for entry in sizes.own_entries(root) if entry.name not in PARTS]
    parts["other"] = sum(measure.add(path) for path in others)
    return {
        "root": root,
        "bytes": sum(parts.values()),
        "parts": parts,
        "jobs": told[-MOST_LISTED:],
        "environments": environments[-MOST_LISTED:],
        "oldest": min((each["lastUsed"] for each in told), default=None),
        "complete": measure.complete,
        "foreign": measure.foreign,
        "diskFreeBytes": shutil.disk_usage(root).free,
    }


def jobs(root):
    """The jobs of the box, the one that was used longest ago first."""
    found = [
        _job(entry) for entry in sizes.own_entries(os.path.join(root, "jobs")) if entry.is_dir(follow_symlinks=False)
    ]
    return sorted((each for each in found if each is not None), key=lambda each: each["lastUsed"])


def environments_of(root, known_jobs):
    """Used last when a job ran in it (which touches its mark), or when a run asked for it (which touches its lock)."""
    for entry in sizes.own_entries(os.path.join(root, "envs")):
        if entry.is_dir(follow_symlinks=False):
            uses = [each["lastUsed"] for each in known_jobs if each["environment"] == entry.name]
            marks = [
                changed(path) for path in (entry.path, entry.path + ".lock", os.path.join(entry.path, "ready.json"))
            ]
            yield {
                "hash": entry.name,
                "name": _read(os.path.join(entry.path, "ready.json")).get("name") or entry.name,
                "ready": os.path.exists(os.path.join(entry.path, "ready.json")),
                "building": _is_held(entry.path + ".lock"),
                "lastUsed": max(uses + marks),
                "path": entry.path,
            }


def refuse_over_quota(root, request, quota):
    """A job that the box has already is answered as ever: only new ones need room."""
    if quota is None or _is_known(root, request):
        return
    measure = sizes.Measure(QUOTA_SECONDS)
    used = measure.add(root)
    if not measure.complete and used <= quota:
        raise BoxError(
            "box-disk-full",
            "Whether %s on the box keeps to its quota of %.1f GiB could not be told within %d seconds: it holds too many files."
            % (root, quota / 2**30, QUOTA_SECONDS),
            "See what can go with `ml-intern box clean HOST` (in the editor: Clean Up Box), or remove the quota.",
        )
    if used > quota:
        raise BoxError(
            "box-disk-full",
            "%s on the box holds %.1f GiB, more than the %.1f GiB that were set as its quota."
            % (root, used / 2**30, quota / 2**30),
            "See what can go with `ml-intern box clean HOST` (in the editor: Clean Up Box), or raise the quota.",
        )


def _is_known(root, request):
    spec = request.get("spec") if isinstance(request, dict) else None
    return isinstance(spec, dict) and os.path.isdir(folders.job_folder(root, spec.get("id")))


def _job(entry):
    try:
        now = status.current(entry.path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if now is None:
        return None
    times = [now.get(name) for name in ("endedAt", "heartbeatAt", "startedAt", "submittedAt")]
    return {
        "id": entry.name,
        "kind": now["kind"],
        "state": now["state"],
        "final": now["state"] in status.FINAL,
        "environment": _environment_of(entry.path),
        "lastUsed": next((each for each in times if each), None) or changed(entry.path),
        "path": entry.path,
    }


def _environment_of(job):
    described = _read(os.path.join(job, "spec.json")).get("content")
    return described.get("environment") if isinstance(described, dict) else None


def _is_held(lock):
    """Whoever builds an environment holds its lock until it is ready or given up."""
    try:
        with os.fdopen(safely.open_to_read(lock)) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def _read(path):
    try:
        value = json.loads(safely.read_text(path, content.MOST_SPEC))
        return value if isinstance(value, dict) else {}
    except (OSError, ValueError, RecursionError):
        return {}


def changed(path):
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return 0.0
