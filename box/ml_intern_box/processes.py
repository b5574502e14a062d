"""Which process is which: a recycled process id is never mistaken for a job, and a job's stray children are found."""

import os
import re
import signal
import subprocess
import time

JOB_VARIABLE = "ML_INTERN_JOB_DIR"
OPEN_SECONDS = 60


def boot_id():
    """Tells one start of the machine from the next."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return _output(["sysctl", "-n", "kern.boottime"]) or "unknown"


def start_time(pid):
    """When a process started, as an opaque word; None when there is no such process (a zombie counts as gone)."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            fields = file.read().rsplit(b")", 1)[1].split()
        return None if fields[0] in (b"Z", b"X", b"x") else fields[19].decode()
    except (OSError, IndexError):
        if os.path.isdir("/proc/self"):
            return None
        return _output(["ps", "-o", "lstart=", "-p", str(pid)])


def is_alive(pid, boot, started):
    return type(pid) is int and pid > 0 and boot == boot_id() and started is not None and start_time(pid) == started


def strays(job):
    """Processes that carry this job's folder, or one in it, in their environment: its steps and all that they started."""
    mark = os.fsencode("%s=%s" % (JOB_VARIABLE, job))
    found = []
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open("/proc/%s/environ" % name, "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        marked = any(word == mark or word.startswith(mark + b"/") for word in words)
        if marked and start_time(int(name)) is not None:
            found.append(int(name))
    return found


def job_of(pid):
    """The id of the job that a process belongs to, None when it is no job's or not ours to look into."""
    try:
        with open("/proc/%d/environ" % pid, "rb") as file:
            words = file.read().split(b"\0")
    except OSError:
        return None
    folders = [word.partition(b"=")[2] for word in words if word.startswith(JOB_VARIABLE.encode() + b"=")]
    if not folders:
        return None
    folder = folders[0].decode("utf-8", "replace")
    # A trial gives its script a folder within the job's.
    below = re.match(r".*/jobs/([^/]+)", folder, re.DOTALL)
    return below.group(1) if below else os.path.basename(folder) or None


def is_open(path):
    """Whether a process of ours has the file open; where that cannot be seen, whether it was written a moment ago."""
    if not os.path.isdir("/proc/self/fd"):
        return time.time() - os.stat(path).st_mtime < OPEN_SECONDS
    path = os.path.realpath(path)
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if any(os.readlink(each.path) == path for each in os.scandir("/proc/%s/fd" % pid)):
                return True
        except OSError:
            continue  # gone, another user's, or closing files right now
    return False


def signal_group(pgid, number):
    """Signals a process group; False when nobody is left in it."""
    try:
        os.killpg(pgid, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False


def end_strays(job, grace):
    """SIGTERM, `grace` seconds, SIGKILL for what a job left behind; returns how many there were."""
    first = strays(job)
    _signal_all(first, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while strays(job) and time.monotonic() < deadline:
        time.sleep(0.1)
    _signal_all(strays(job), signal.SIGKILL)
    return len(first)


def _signal_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def _output(command):
    try:
        return (
            subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=5)
            .stdout.decode()
            .strip()
        )
    except (OSError, subprocess.SubprocessError):
        return None
