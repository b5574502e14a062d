"""What nvidia-smi says about the GPUs and about who uses them; a hung driver must not hang the box."""

import os
import pwd
import shutil
import subprocess
import time

from . import processes

SECONDS = 10
LONGEST_COMMAND = 200
NO_DEVICES = "No devices"
"""What nvidia-smi says, and fails, where the driver is well but has no GPU to drive."""
_GPU = ("index", "uuid", "name", "memory.total", "memory.used", "utilization.gpu", "driver_version")
# The name comes last: it is the only one that may have a comma in it.
_PROCESS = ("gpu_uuid", "pid", "used_gpu_memory", "process_name")


def list_gpus():
    """The GPUs as people are told of them, empty without an answering NVIDIA driver."""
    return [{name: value for name, value in gpu.items() if name != "uuid"} for gpu in find() or []]


def find(seconds=SECONDS):
    """The GPUs with their uuids; empty on a box without any, None when the driver fails or gives no answer in time."""
    asked = Query("gpu", _GPU), Query("compute-apps", _PROCESS)
    deadline = time.monotonic() + seconds
    found, used = [query.wait(deadline - time.monotonic()) for query in asked]
    if found is None:
        return None
    return [_gpu(fields, [row for row in used or [] if row[0] == fields[1]]) for fields in found]


def visible(environ, seconds=SECONDS):
    """The GPUs that a process with this environment can use, with their uuids; None when the driver gives no answer."""
    known = find(seconds)
    chosen = environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is None or not known:
        return known
    picked = []
    for word in (part.strip() for part in chosen.split(",")):
        gpu = next((each for each in known if word and _is_meant(each, word)), None)
        if gpu is None:
            break  # CUDA itself ignores whatever follows a device that does not exist
        picked.append(gpu)
    return picked


def environment(indices):
    """What makes a process see exactly these GPUs, or none: what is not counted must not be used.
    CUDA numbers them by speed unless told to do as nvidia-smi does."""
    if not indices:
        return {"CUDA_VISIBLE_DEVICES": ""}
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": ",".join(str(index) for index in indices)}


class Query:
    """One question to nvidia-smi that is under way; it can be waited for, or looked at now and then."""

    def __init__(self, kind, fields):
        self.count = len(fields)
        self.process = None
        program = shutil.which("nvidia-smi")
        if program is None:
            return
        command = [program, "--query-%s=%s" % (kind, ",".join(fields)), "--format=csv,noheader,nounits"]
        try:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError:
            return

    def wait(self, seconds):
        """The answer's rows of text; empty where there is no driver or no device, None when it fails or does not answer
        in time: GPUs that cannot be seen at the moment are not gone."""
        if self.process is None:
            return []
        try:
            out, _ = self.process.communicate(timeout=max(0, seconds))
        except subprocess.TimeoutExpired:
            # Not waited for: a process that hangs inside the driver cannot even be killed.
            self.process.kill()
            return None
        said = out.decode("utf-8", "replace")
        if self.process.returncode:
            return [] if NO_DEVICES in said else None
        return list(self._rows(said))

    def is_answered(self):
        return self.process is None or self.process.poll() is not None

    def _rows(self, text):
        for line in text.splitlines():
            fields = [field.strip() for field in line.split(",", self.count - 1)]
            if len(fields) == self.count:
                yield fields


def number(text):
    """A figure, or None for what nvidia-smi writes where there is none: [N/A], [Not Supported], [Unknown Error]."""
    try:
        return float(text)
    except ValueError:
        return None


def _gpu(fields, used):
    index, uuid, name, total, taken, busy, driver = fields
    return {
        "index": _whole(index),
        "uuid": uuid,
        "name": name,
        "memoryMiB": _whole(total),
        "usedMiB": _whole(taken),
        "utilisation": _whole(busy),
        "driver": driver,
        "users": [_user(row) for row in used if row[1].isdigit()],
    }


def _user(fields):
    _, pid, memory, name = fields
    facts = {"pid": int(pid), "memoryMiB": _whole(memory)}
    return dict(facts, user=_owner(int(pid)), command=_command(int(pid)) or name, job=processes.job_of(int(pid)))


def _owner(pid):
    try:
        uid = os.stat("/proc/%d" % pid).st_uid
    except OSError:
        return "unknown"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _command(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            words = file.read(4 * LONGEST_COMMAND).decode("utf-8", "replace").replace("\0", " ")
    except OSError:
        return ""
    return "".join(char if char.isprintable() else " " for char in words).strip()[:LONGEST_COMMAND]


def _is_meant(gpu, word):
    return word == str(gpu["index"]) if word.isdigit() else word.startswith("GPU-") and gpu["uuid"].startswith(word)


def _whole(text):
    return int(number(text) or 0)
