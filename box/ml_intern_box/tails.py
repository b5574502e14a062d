"""Where the last lines of a job's logs begin, for those who come late to a long log."""

from . import folders, logs, safely
from .errors import BoxError

LOGS = ("stdout.log", "stderr.log", "metrics.jsonl")
TELEMETRY = "telemetry.jsonl"
MOST_BYTES = 1 << 20


def tail(root, job_id, lines):
    """{log: offset from which it has its last `lines` lines}; nearer to the end where the lines are very long."""
    job = folders.job_folder(root, job_id)
    if not safely.is_own_folder(job):
        raise BoxError("bad-input", "There is no job %s on this box." % job_id, "List the jobs of the box.")
    # Of telemetry, only what comes is of interest.
    return dict({name: _offset(job, name, lines) for name in LOGS}, **{TELEMETRY: logs.extent(job, TELEMETRY)[1]})


def _offset(job, name, lines):
    first, end = logs.extent(job, name)
    last = logs.last_bytes(job, name, MOST_BYTES)
    # A last line that has no end yet is a line all the same.
    parts = last.splitlines(True)
    kept = sum(len(part) for part in parts[len(parts) - lines :]) if lines < len(parts) else len(last)
    return max(first, end - kept)
