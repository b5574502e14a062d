"""Turns a step's end into a class of failure and one sentence for a person."""

import json
import re
import signal

from . import logs, rules

TAIL = 64 * 1024

_SIGNS = [
    (
        "oom-gpu",
        r"CUDA out of memory|OutOfMemoryError|HIP out of memory|CUDA error: out of memory|CUBLAS_STATUS_ALLOC_FAILED",
    ),
    ("disk-full", r"No space left on device|\[Errno 28\]|Disk quota exceeded|\[Errno 122\]"),
    ("oom-host", r"^MemoryError|Cannot allocate memory|std::bad_alloc|DefaultCPUAllocator: (can't|not enough)"),
    ("import-error", r"^(ModuleNotFoundError|ImportError)\b|: No module named "),
    (
        "nan",
        r"\b(loss|gradients?|logits|probability tensor|values?)\b.{0,60}\b(nan|NaN|inf|non-finite)\b|\bnon-finite\b",
    ),
]
_SENTENCES = {
    "oom-gpu": "The job ran out of GPU memory",
    "oom-host": "The job ran out of the machine's memory",
    "disk-full": "The disk of the box is full",
    "import-error": "A Python package is missing or broken",
    "nan": "Training diverged (NaN or infinite values)",
    "killed": "The job was killed from outside",
    "environment": "The environment could not be built",
    "exit": "The job failed",
}
# A process of several, or a worker that loads data: who started it lives on, and leaves with a code of its own.
_CHILD_KILLED = re.compile(
    r"exitcode\s*: -9\b|Signal 9 \(SIGKILL\)|DataLoader worker .*(killed by signal: Killed|exited unexpectedly)"
)
_LAUNCHER = "torch.distributed.elastic"
_TRACEBACK = "Traceback (most recent call last)"
_LINKED = ("During handling of the above exception", "direct cause of the following exception", "Exception ignored in")
_EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit)(: .*)?$")


def classify(code, job, kind, oom_killed, disk_full, hidden=()):
    """{class, message} for a step that ended with `code` (negative: the signal that ended it)."""
    tail = _tail(job, "stderr.log") or _tail(job, "stdout.log")
    found = _class_of(code, tail, kind, oom_killed, disk_full, job)
    how = "signal %d" % -code if code < 0 else "exit code %d" % code
    said = "" if disk_full and found == "disk-full" else _last_words(tail)
    message = "%s (%s)%s" % (_SENTENCES[found], how, ": " + said if said else ".")
    for secret in hidden:
        if len(secret) >= 4:
            message = message.replace(secret, "***")
    return {"class": found, "message": message}


def _class_of(code, tail, kind, oom_killed, disk_full, job):
    if code in (-signal.SIGKILL, 128 + signal.SIGKILL):
        return "oom-host" if oom_killed else "killed"
    if oom_killed and _CHILD_KILLED.search(tail):
        return "oom-host"
    if disk_full:
        return "disk-full"
    end = _end_of(tail)
    for name, pattern in _SIGNS:
        if name == "import-error" and kind == "environment":
            continue
        if re.search(pattern, end, re.MULTILINE):
            return name
    if _metrics_are_nan(job):
        return "nan"
    if code in (-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP):
        return "killed"
    return "environment" if kind == "environment" else "exit"


def _end_of(tail):
    """The last failure and what led to it: one that was caught before, and gone on from, is not what ended the job. Of
    several processes any may have failed first."""
    if _LAUNCHER in tail:
        return tail
    starts = [found.start() for found in re.finditer(re.escape(_TRACEBACK), tail)]
    while len(starts) > 1 and any(words in tail[starts[-2] : starts[-1]] for words in _LINKED):
        starts.pop()
    return tail[starts[-1] :] if starts else tail


def _last_words(tail):
    """The last exception's line, else the last line that says something."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", tail) if line.strip()]
    # The launcher of several processes ends with an error of its own, which only says that one of them failed.
    lines = [line for line in lines if not line.startswith(_LAUNCHER + ".")]
    spoken = [line for line in lines[-200:] if _EXCEPTION.match(line)]
    last = spoken[-1] if spoken else lines[-1] if lines else ""
    return last if len(last) <= 300 else last[:299] + "…"


def _metrics_are_nan(job):
    lines = _tail(job, "metrics.jsonl", 4096).splitlines()
    for line in lines[-1:]:
        try:
            return "loss" in rules.non_finite(json.loads(line))
        except (ValueError, AttributeError):
            return False
    return False


def _tail(job, name, size=TAIL):
    try:
        return logs.last_bytes(job, name, size).decode("utf-8", "replace")
    except OSError:
        return ""
