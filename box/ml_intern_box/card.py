"""What the box is and what it lacks, with the command that mends it."""

import importlib.util
import os
import platform
import shutil
import sys

from . import gpus, memory


def describe(root):
    return {
        "os": _os_name(),
        "python": platform.python_version(),
        "cpus": _cpus(),
        "memoryMiB": memory.total_mib(),
        "diskFreeMiB": shutil.disk_usage(root).free >> 20,
        "gpus": gpus.list_gpus(),
        "uv": find_uv(),
        "missing": list(_missing(root)),
    }


def find_uv():
    """uv's path; a non-interactive SSH session often lacks the folders where its installer puts it."""
    home = os.path.expanduser("~")
    usual = os.pathsep.join([os.path.join(home, ".local", "bin"), os.path.join(home, ".cargo", "bin")])
    return shutil.which("uv") or shutil.which("uv", path=usual)


def _missing(root):
    if importlib.util.find_spec("ensurepip") is None and find_uv() is None:
        yield {"what": "Python's venv module (ensurepip), needed to build environments", "mend": mend_venv()}
    if not os.access(root, os.W_OK):
        yield {"what": "permission to write to %s" % root, "mend": "chmod u+rwx %s" % root}
    if shutil.disk_usage(root).free < 1 << 30:
        yield {"what": "disk space (less than 1 GiB is free)", "mend": "du -sh %s/* | sort -h" % root}


def mend_venv():
    if shutil.which("apt-get"):
        return "sudo apt-get install -y python%d.%d-venv" % sys.version_info[:2]
    return "curl -LsSf https://astral.sh/uv/install.sh | sh"


def _cpus():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _os_name():
    try:
        with open("/etc/os-release") as file:
            facts = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
        return facts["PRETTY_NAME"].strip('"')
    except (OSError, KeyError, ValueError):
        return "%s %s" % (platform.system(), platform.release())
