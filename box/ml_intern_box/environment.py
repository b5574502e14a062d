"""Builds a Python environment once: ROOT/envs/<hash>/, from environment.json.

That is {name, requirements, constraints: the lines of the lock, python: the oldest that will do, accelerator: "cuda"
for what is of no use without a GPU, cuda: requirements more where there is one}; all but the first two may be absent.
Run as a job step by the box's own python3; writes artifacts/result.json {hash, path, python, seconds, packages}.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

from . import card, gpus, hashing, installers, interpreters, wheelhouse
from .building import BuildFailed, Progress, say

CPU_INDEX = "https://download.pytorch.org/whl/cpu/"
PROBE_SECONDS = 3
READY_SECONDS = 60


def main(arguments):
    with open(arguments[0], encoding="utf-8") as file:
        wanted = json.load(file)
    began = time.monotonic()
    try:
        result = build(os.environ["ML_INTERN_ROOT"], wanted, Progress(os.environ["ML_INTERN_JOB_DIR"]))
    except BuildFailed as error:
        print("EnvironmentError: %s" % error, file=sys.stderr)
        return 1
    result["seconds"] = round(time.monotonic() - began, 1)
    _write_json(os.path.join(os.environ["ML_INTERN_JOB_DIR"], "artifacts", "result.json"), result)
    say("Environment %s is ready (%s, %d packages)." % (wanted["name"], result["hash"], len(result["packages"])))
    return 0


def environment_hash(name, requirements, constraints, python, accelerator):
    """The same requirements give another environment under another lock, on another Python, or with a GPU."""
    facts = {"name": name, "requirements": requirements, "python": python, "accelerator": accelerator}
    if constraints:
        facts["constraints"] = constraints
    return hashing.content_hash(facts)[:16]


def build(root, wanted, progress):
    """Builds unless it is there. Concurrent builds of the same environment wait for each other."""
    name, requirements, constraints = wanted["name"], wanted["requirements"], wanted.get("constraints", [])
    accelerator = "cuda" if gpus.list_gpus() else "cpu"
    if accelerator == "cuda" and wanted.get("cuda"):
        requirements = requirements + wanted["cuda"]
        wanted = dict(wanted, requirements=requirements)
    _check(requirements + constraints)
    if wanted.get("accelerator", accelerator) != accelerator:
        raise BuildFailed("Environment %s needs an NVIDIA GPU, and this box has none that works." % name)
    interpreter = interpreters.find(wanted.get("python"), card.find_uv(), name)
    key = environment_hash(name, requirements, constraints, interpreter.version, accelerator)
    folder = os.path.join(root, "envs", key)
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with open(folder + ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another job is building environment %s; waiting for it." % name)
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_ready(folder):
            _build_anew(root, folder, wanted, interpreter, accelerator, progress)
    with open(os.path.join(folder, "packages.txt"), encoding="utf-8") as file:
        packages = file.read().split()
    return {"hash": key, "path": folder, "python": os.path.join(folder, "bin", "python"), "packages": packages}


def _build_anew(root, folder, wanted, interpreter, accelerator, progress):
    name = wanted["name"]
    if os.path.exists(folder):
        say("Removing an unfinished build of environment %s." % name)
        shutil.rmtree(folder)
    progress.step("looking for where packages come from")
    house = wheelhouse.in_place_of_the_index(root)
    installer = installers.choose(card.find_uv(), folder, interpreter, house)
    progress.step("environment %s with %s for Python %s (%s)" % (name, installer.name, interpreter.version, accelerator))
    _run(installer.create(), "The virtual environment could not be created. Mend it with: %s" % card.mend_venv())
    progress.step("installing %s" % (", ".join(wanted["requirements"]) or "nothing more"))
    _install(folder, wanted, installer, [] if house or accelerator != "cpu" else cpu_index())
    progress.step("noting what was installed")
    packages = subprocess.run(installer.freeze(), stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    _write(os.path.join(folder, "packages.txt"), [each.replace(" ", "") for each in packages])
    facts = dict(wanted, python=interpreter.version, accelerator=accelerator)
    _write_json(os.path.join(folder, "ready.json"), facts)


def _install(folder, wanted, installer, extra_indexes):
    listing = os.path.join(folder, "requirements.txt")
    _write(listing, wanted["requirements"])
    lock = os.path.join(folder, "constraints.txt")
    _write(lock, wanted.get("constraints", []))
    if wanted["requirements"]:
        problem = "The packages of environment %s could not be installed; see the log." % wanted["name"]
        _run(installer.install(listing, lock, extra_indexes), problem)


def _check(lines):
    unsafe = [each for each in lines if each.lstrip().startswith("-") or "\n" in each]
    if unsafe:
        raise BuildFailed("%r is not a plain requirement." % unsafe[0])


def _is_ready(folder):
    """The marker, written last, is there, and the Python still runs: the box's own may have been replaced since."""
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "ready.json")):
        return False
    try:
        return subprocess.run([python, "-c", ""], timeout=READY_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        # A busy machine or disk: what jobs may be using right now is not removed for that.
        return True
    except (OSError, subprocess.SubprocessError):
        return False


def cpu_index():
    """A torch without CUDA is a tenth as large; it lies on an index of its own."""
    try:
        with urllib.request.urlopen(CPU_INDEX, timeout=PROBE_SECONDS):
            return [CPU_INDEX]
    except (urllib.error.URLError, OSError, ValueError):
        say("%s cannot be reached; torch comes from the machine's own package index." % CPU_INDEX)
        return []


def _run(command, problem):
    done = subprocess.run(command)
    if done.returncode:
        raise BuildFailed(problem)


def _write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(each + "\n" for each in lines))


def _write_json(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
    os.replace(path + ".tmp", path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
