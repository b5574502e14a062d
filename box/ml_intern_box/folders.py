"""Where things lie under the root, and the guard that keeps every path from outside inside its folder."""

import os
import re

from . import safely
from .errors import BoxError

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ENVIRONMENT = re.compile(r"[0-9a-f]{8,64}")


def claim(root):
    """Makes the folder of the jobs, for our eyes only; refuses one that is another user's."""
    jobs = os.path.join(root, "jobs")
    os.makedirs(jobs, mode=0o700, exist_ok=True)
    owner = os.stat(jobs).st_uid
    if owner != os.geteuid():
        raise BoxError(
            "bad-input",
            "The folder %s belongs to another user (id %d): what lies there is neither run nor read." % (jobs, owner),
            "Choose a folder of your own on the box (editor: mlIntern.box.root; command line: --box-root).",
        )


def job_folder(root, job_id):
    """The folder of a job, whether or not it exists."""
    if not isinstance(job_id, str) or not _ID.fullmatch(job_id):
        raise BoxError("bad-input", "%r is not a job id." % (job_id,), "Use letters, digits, dots and dashes.")
    return os.path.join(root, "jobs", job_id)


def plain_name(name):
    """A name of one part that a person chose."""
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise BoxError("bad-input", "%r is not a name for a folder." % (name,), "Use letters, digits, dots and dashes.")
    return name


def known_job(root, job_id):
    """The folder of a job that is there; a link in its place is not one."""
    job = job_folder(root, job_id)
    if not safely.is_own_folder(job):
        raise BoxError("bad-input", "There is no job %s on this box." % job_id, "List the jobs of the box.")
    return job


def environment_folder(root, name):
    if not isinstance(name, str) or not _ENVIRONMENT.fullmatch(name):
        raise BoxError("bad-input", "%r is not an environment's hash." % (name,), "Build the environment first.")
    return os.path.join(root, "envs", name)


def inside(folder, path):
    """The absolute path of `path` below `folder`; refuses absolute paths, "..", and links that lead out."""
    parts = path.split("/") if isinstance(path, str) else [""]
    hostile = any(part in ("", ".", "..") for part in parts) or len(path) > 1000 or not _can_be_named(path)
    if not hostile:
        base = os.path.realpath(folder)
        full = os.path.realpath(os.path.join(base, path))
        if full.startswith(base + os.sep):
            return full
    raise BoxError("bad-input", "The path %r does not stay inside its folder." % (path,), "Use a plain relative path.")


def _can_be_named(path):
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def package_parent():
    """The folder that holds the uploaded package, for the PYTHONPATH of the jobs."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
