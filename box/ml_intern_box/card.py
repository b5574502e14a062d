"""What the box is and what it lacks, with the command that mends it. All is asked at once: it is there in seconds."""

import os
import platform
import shutil
import sys
import time

from . import gpus, lacks, memory, network, parallel

LONGEST_SECONDS = 3
# A driver that sleeps is given the time to wake up: a card without its GPUs is of no use.
DRIVER_SECONDS = gpus.SECONDS + 1


def describe(root, hub):
    began = time.time()
    uv = find_uv()
    parts = parallel.gather(_slow_parts(root, hub), LONGEST_SECONDS)
    disk = parts["disk"]
    reach = [each for each in (parts["hub"], parts["index"]) if each is not None]
    return {
        "host": platform.node(),
        "os": _os_name(),
        "python": platform.python_version(),
        "cpus": _cpus(),
        "memoryMiB": memory.total_mib(),
        "memoryFreeMiB": memory.free_mib(),
        "root": root,
        "diskTotalMiB": disk[0] >> 20,
        "diskFreeMiB": disk[2] >> 20,
        "cache": os.path.join(root, "cache"),
        "gpus": parts["gpus"],
        "uv": uv,
        "network": reach,
        "scheduler": "slurm" if shutil.which("sbatch") else None,
        "missing": list(lacks.missing(root, uv, mend_venv(), parts["driver"], reach)),
        # The middle of our work: its counterpart is the middle of the round trip that asked for it.
        "time": (began + time.time()) / 2,
    }


def _slow_parts(root, hub):
    return {
        "gpus": (gpus.list_gpus, [], DRIVER_SECONDS),
        "driver": (lacks.driver_problem, lacks.HUNG_DRIVER, DRIVER_SECONDS),
        "disk": (lambda: tuple(shutil.disk_usage(root)), (0, 0, 0)),
        "hub": (lambda: network.hub(hub), network.unknown("Hub", hub)),
        "index": (network.package_index, network.unknown("package index", network.USUAL_INDEX)),
    }


def find_uv():
    """uv's path; a non-interactive SSH session often lacks the folders where its installer puts it."""
    home = os.path.expanduser("~")
    usual = os.pathsep.join([os.path.join(home, ".local", "bin"), os.path.join(home, ".cargo", "bin")])
    return shutil.which("uv") or shutil.which("uv", path=usual)


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
