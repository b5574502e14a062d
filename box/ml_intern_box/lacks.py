"""What a box lacks to train, each with the exact command that mends it."""

import glob
import importlib.util
import os
import shlex
import shutil
import subprocess
import time

from . import gpus

NVIDIA = "0x10de"
DISPLAY = "0x03"
SMI_SECONDS = 10.0
"""Without the driver's persistence mode nvidia-smi wakes up every GPU first, which takes seconds: that is no hung driver."""
SLOW_SECONDS = 2.5
HUNG_DRIVER = {"what": "an answer from the GPU driver (nvidia-smi hangs)", "mend": "sudo reboot"}


def missing(root, uv, mend_venv, driver, reach):
    if importlib.util.find_spec("ensurepip") is None and uv is None and not glob.glob(_wheels_of_pip(root)):
        yield {"what": "Python's venv module (ensurepip), needed to build environments", "mend": mend_venv}
    for folder in [root] + [os.path.join(root, name) for name in ("jobs", "envs", "cache")]:
        if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield {"what": "permission to write to %s" % folder, "mend": _mend_permission(folder)}
    if driver is not None:
        yield driver
    for place in reach:
        if not place["reachable"]:
            yield _unreachable(place)


def _wheels_of_pip(root):
    return os.path.join(glob.escape(root), "wheelhouse", "pip-*.whl")


def driver_problem():
    """Why an NVIDIA card in the machine cannot be used, or None."""
    if shutil.which("nvidia-smi") is None:
        return {"what": "the driver of the NVIDIA GPU", "mend": _mend_driver()} if has_nvidia_card() else None
    command = ["nvidia-smi", "-L"]
    began = time.monotonic()
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SMI_SECONDS)
    except subprocess.TimeoutExpired:
        return HUNG_DRIVER
    except OSError as error:
        return {"what": "a working nvidia-smi (%s)" % error, "mend": _mend_driver()}
    said = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode == 0 or gpus.NO_DEVICES in said:
        return _slowness(time.monotonic() - began)
    # After an update of the driver the kernel still runs the old one.
    mend = "sudo reboot" if "mismatch" in said else "sudo modprobe nvidia && nvidia-smi"
    return {"what": "a working GPU driver (nvidia-smi says: %s)" % " ".join(said.split())[:300], "mend": mend}


def _slowness(seconds):
    if seconds <= SLOW_SECONDS:
        return None
    what = "a quick answer from the GPU driver (nvidia-smi took %.1f seconds)" % seconds
    return {"what": what, "mend": "sudo nvidia-smi -pm 1"}


def has_nvidia_card(devices="/sys/bus/pci/devices"):
    return any(
        _read(path + "/vendor") == NVIDIA and _read(path + "/class").startswith(DISPLAY)
        for path in glob.glob(devices + "/*")
    )


def _mend_driver():
    for tool, command in (
        ("ubuntu-drivers", "sudo ubuntu-drivers install && sudo reboot"),
        ("apt-get", "sudo apt-get install -y nvidia-driver && sudo reboot"),
        ("dnf", "sudo dnf install -y nvidia-driver && sudo reboot"),
    ):
        if shutil.which(tool):
            return command
    return "Install the driver from https://www.nvidia.com/drivers, then: sudo reboot"


def _mend_permission(folder):
    name = shlex.quote(folder)
    ours = os.stat(folder).st_uid == os.geteuid()
    return "chmod u+rwx %s" % name if ours else "sudo chown -R %d %s" % (os.geteuid(), name)


def _unreachable(place):
    what = "a way to the %s (%s: %s)" % (place["name"], place["url"], place["detail"])
    if place["name"] == "Hub":
        return {
            "what": what,
            "mend": "export HF_ENDPOINT=https://a-mirror-that-the-box-reaches (in the editor: mlIntern.hub.endpoint)",
        }
    return {
        "what": what,
        "mend": "python3 -m pip config set global.index-url https://a-mirror-that-the-box-reaches/simple/",
    }


def _read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""
