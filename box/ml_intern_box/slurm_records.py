"""What a job's folder says about Slurm: its number there, how it ended, its secrets until it starts."""

import json
import os
import re

from . import safely

RECORD = "slurm.json"
SECRETS = ".secrets.json"
LOG = "slurm.log"
LIMIT_FILE = ".slurm-limit"
MOST_TEXT = 1 << 16


def is_there(job):
    return os.path.lexists(os.path.join(job, RECORD))


def read(job):
    """The record; None when there is none, or none that makes sense: the job itself could have written it."""
    try:
        entry = json.loads(safely.read_text(os.path.join(job, RECORD), MOST_TEXT))
    except (OSError, ValueError, RecursionError):
        return None
    sound = (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and isinstance(entry.get("comment"), str)
        and isinstance(entry.get("submittedAt"), (int, float))
        and re.fullmatch(r"[0-9]{1,20}", str(entry.get("id", "0"))) is not None
        and isinstance(entry.get("end", {}), dict)
    )
    return entry if sound else None


def write(job, entry):
    safely.replace(os.path.join(job, RECORD), json.dumps(entry).encode())


def keep_secrets(job, secrets):
    """For the supervisor on another machine, which reads and removes it before anything else.

    Not in sbatch's environment: Slurm would write that into its controller's state and, where so configured, into its
    accounting database.
    """
    forget_secrets(job)
    if secrets:
        number = os.open(os.path.join(job, SECRETS), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump(secrets, file)


def take_secrets(job):
    path = os.path.join(job, SECRETS)
    try:
        secrets = json.loads(safely.read_text(path))
    except FileNotFoundError:
        return {}
    os.unlink(path)
    return secrets


def forget_secrets(job):
    try:
        os.unlink(os.path.join(job, SECRETS))
    except FileNotFoundError:
        return


def last_words(job):
    try:
        with os.fdopen(safely.open_to_read(os.path.join(job, LOG)), "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 4096))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    return " / ".join(line.strip() for line in lines if line.strip())[-400:]


def mark(job, name):
    os.close(safely.open_to_append(os.path.join(job, name)))
