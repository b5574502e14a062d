"""What nvidia-smi says, with a short timeout: a hung driver must not hang the box."""

import shutil
import subprocess


def list_gpus():
    """[{name, memoryMiB, usedMiB, driver}], empty without an NVIDIA GPU."""
    if shutil.which("nvidia-smi") is None:
        return []
    query = ["nvidia-smi", "--query-gpu=name,memory.total,memory.used,driver_version", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=8)
    except (OSError, subprocess.SubprocessError):
        return []
    return (
        []
        if done.returncode
        else [gpu for gpu in map(_parse, done.stdout.decode("utf-8", "replace").splitlines()) if gpu]
    )


def visible_gpus(environ):
    """How many GPUs a job with this environment can use."""
    chosen = environ.get("CUDA_VISIBLE_DEVICES")
    installed = len(list_gpus())
    if chosen is None:
        return installed
    named = [part.strip() for part in chosen.split(",")]
    if "-1" in named:
        named = named[: named.index("-1")]
    return min(installed, len([part for part in named if part]))


def _parse(line):
    fields = [field.strip() for field in line.split(",")]
    if len(fields) < 4:
        return None
    return {"name": fields[0], "memoryMiB": _whole(fields[1]), "usedMiB": _whole(fields[2]), "driver": fields[3]}


def _whole(text):
    return int(text) if text.isdigit() else 0
