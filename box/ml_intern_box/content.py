"""What a job is made of: the shape of a request, and the proof that what lies on disk is what was approved."""

import json
import os
import re

from . import folders, hashing, safely
from .errors import BoxError

KINDS = ("environment", "model", "overlap", "sheet", "serve", "train", "evaluate", "pretrain")
FAILURES = (
    "oom-gpu",
    "oom-host",
    "disk-full",
    "nan",
    "diverged",
    "import-error",
    "killed",
    "timeout",
    "budget",
    "idle-gpu",
    "not-approved",
    "environment",
    "exit",
    "lost",
)
RULES = ("nan", "divergence", "idleGpuSeconds", "stallSeconds")
MOST_SPEC = 16 << 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Refused(Exception):
    """The job must not start; `failure` says why."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.failure = {"class": kind, "message": message}


def load_spec(job):
    """The request as it was taken in."""
    try:
        spec = json.loads(safely.read_text(os.path.join(job, "spec.json"), MOST_SPEC))
    except (OSError, ValueError) as error:
        why = "The job's spec.json cannot be read: %s." % error
        raise BoxError("bad-input", why, "Submit the job again.") from error
    check_spec(spec)
    return spec


def check_spec(spec):
    """Raises bad-input unless the request has the agreed shape; says nothing about approval."""
    content = spec.get("content") if isinstance(spec, dict) else None
    sound = (
        isinstance(content, dict)
        and spec.get("kind") in KINDS
        and isinstance(spec.get("approvedHash"), str)
        and _is_list_of(content.get("steps"), _is_command)
        and _is_texts(content.get("env"))
        and all(_NAME.fullmatch(name) for name in content["env"])
        and _is_texts(content.get("files"))
        and isinstance(content.get("environment"), (str, type(None)))
        and _is_count(content.get("capSeconds"), least=1)
        and _is_count(content.get("gpus", 0))
        and _is_count(content.get("gpuCapSeconds", 1), least=1)
        and _are_rules(content.get("rules", {}))
        and _are_names(content.get("secrets", [[]] * len(content["steps"])), len(content["steps"]))
    )
    if not sound:
        raise BoxError("bad-input", "The job's description is incomplete.", "Report this: it is a fault of the client.")


def check_approval(spec, work):
    """Refuses unless the approved hash is the content's, and the work folder holds exactly the content's files."""
    try:
        actual = hashing.content_hash(spec["content"])
    except TypeError as error:
        raise Refused("not-approved", str(error)) from error
    if actual != spec["approvedHash"]:
        raise Refused("not-approved", "What was submitted is not what was approved: the hashes differ.")
    extra = sorted(_files_below(work) - set(spec["content"]["files"]))
    if extra:
        raise Refused("not-approved", "The file %s was not approved." % extra[0])
    check_files(spec, work)


def check_files(spec, work):
    """Refuses when an approved file is missing or was changed, e.g. by an earlier step."""
    for path, expected in sorted(spec["content"]["files"].items()):
        try:
            # A pipe in its place would be waited for, while nobody holds the job to its caps.
            with os.fdopen(safely.open_to_read(folders.inside(work, path)), "rb") as file:
                actual = hashing.hash_of(file)
        except FileNotFoundError as error:
            raise Refused("not-approved", "The approved file %s is missing." % path) from error
        except PermissionError as error:
            raise Refused("not-approved", "The approved file %s cannot be read: %s." % (path, error)) from error
        if actual != expected:
            raise Refused("not-approved", "The file %s is not the one that was approved." % path)


def _files_below(work):
    found = set()
    for folder, _, names in os.walk(work):
        found.update(os.path.relpath(os.path.join(folder, name), work).replace(os.sep, "/") for name in names)
    return found


def _is_count(value, least=0):
    return type(value) is int and value >= least


def _are_rules(value):
    return isinstance(value, dict) and all(name in RULES and _is_count(value[name]) for name in value)


def _are_names(value, steps):
    """A list of names for each step."""
    return (
        isinstance(value, list)
        and len(value) == steps
        and all(isinstance(names, list) and all(isinstance(name, str) for name in names) for names in value)
    )


def _is_texts(value):
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _is_command(value):
    return _is_list_of(value, lambda word: isinstance(word, str) and "\0" not in word)


def _is_list_of(value, test):
    return isinstance(value, list) and len(value) > 0 and all(test(item) for item in value)
