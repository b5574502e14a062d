"""Builds a Python environment once: ROOT/envs/<hash>/, from environment.json {name, requirements}.

Run as a job step by the box's own python3; writes artifacts/result.json {hash, path, python, seconds, packages}.
"""

import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

from . import card, gpus, hashing, installers

CPU_INDEX = "https://download.pytorch.org/whl/cpu/"
PROBE_SECONDS = 3


class BuildFailed(Exception):
    """What a person reads; printed as the last line."""


def main(arguments):
    with open(arguments[0], encoding="utf-8") as file:
        wanted = json.load(file)
    began = time.monotonic()
    try:
        result = build(os.environ["ML_INTERN_ROOT"], wanted["name"], wanted["requirements"])
    except BuildFailed as error:
        print("EnvironmentError: %s" % error, file=sys.stderr)
        return 1
    result["seconds"] = round(time.monotonic() - began, 1)
    _write_json(os.path.join(os.environ["ML_INTERN_JOB_DIR"], "artifacts", "result.json"), result)
    say("Environment %s is ready (%s, %d packages)." % (wanted["name"], result["hash"], len(result["packages"])))
    return 0


def environment_hash(name, requirements, accelerator):
    """The same requirements give another environment on another Python, or with a GPU."""
    python = "%d.%d" % sys.version_info[:2]
    facts = {"name": name, "requirements": requirements, "python": python, "accelerator": accelerator}
    return hashing.content_hash(facts)[:16]


def build(root, name, requirements):
    """Builds unless it is there. Concurrent builds of the same environment wait for each other."""
    unsafe = [each for each in requirements if each.lstrip().startswith("-") or "\n" in each]
    if unsafe:
        raise BuildFailed("%r is not a plain requirement." % unsafe[0])
    accelerator = "cuda" if gpus.list_gpus() else "cpu"
    key = environment_hash(name, requirements, accelerator)
    folder = os.path.join(root, "envs", key)
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with open(folder + ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another job is building environment %s; waiting for it." % name)
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_ready(folder):
            _build_anew(folder, name, requirements, accelerator)
    with open(os.path.join(folder, "packages.txt"), encoding="utf-8") as file:
        packages = file.read().split()
    return {"hash": key, "path": folder, "python": os.path.join(folder, "bin", "python"), "packages": packages}


def _build_anew(folder, name, requirements, accelerator):
    if os.path.exists(folder):
        say("Removing an unfinished build of environment %s." % name)
        shutil.rmtree(folder)
    uv = card.find_uv()
    say(
        "Building environment %s with %s for Python %s (%s)."
        % (name, "uv" if uv else "venv and pip", platform.python_version(), accelerator)
    )
    installer = installers.Uv(uv, folder) if uv else installers.Pip(folder)
    _run(installer.create(), "The virtual environment could not be created. Mend it with: %s" % card.mend_venv())
    extra = [CPU_INDEX] if accelerator == "cpu" and _is_reachable(CPU_INDEX) else []
    listing = os.path.join(folder, "requirements.txt")
    with open(listing, "w", encoding="utf-8") as file:
        file.write("\n".join(requirements) + "\n")
    if requirements:
        _run(
            installer.install(listing, extra),
            "The packages of environment %s could not be installed; see the log." % name,
        )
    packages = subprocess.run(installer.freeze(), stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    with open(os.path.join(folder, "packages.txt"), "w", encoding="utf-8") as file:
        file.write("".join(each.replace(" ", "") + "\n" for each in packages))
    facts = {
        "name": name,
        "requirements": requirements,
        "python": platform.python_version(),
        "accelerator": accelerator,
    }
    _write_json(os.path.join(folder, "ready.json"), facts)


def _is_ready(folder):
    """The marker, written last, is there, and the Python still runs: the box's own may have been replaced since."""
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "ready.json")):
        return False
    try:
        return subprocess.run([python, "-c", ""], timeout=60).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _is_reachable(url):
    try:
        with urllib.request.urlopen(url, timeout=PROBE_SECONDS):
            return True
    except (urllib.error.URLError, OSError, ValueError):
        say("%s cannot be reached; torch comes from the machine's own package index." % url)
        return False


def _run(command, problem):
    done = subprocess.run(command)
    if done.returncode:
        raise BuildFailed(problem)


def _write_json(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
    os.replace(path + ".tmp", path)


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
