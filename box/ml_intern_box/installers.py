"""The commands of uv and of pip for the same acts: create an environment, install a listing, list what is there."""

import ast
import glob
import os
import subprocess
import sys


def choose(uv, folder, interpreter, house):
    """`house` is the folder of wheels to install from instead of an index, or None."""
    if uv is not None:
        return Uv(uv, folder, interpreter.python, house)
    return Pip(folder, interpreter.python, house)


class Pip:
    """`python -m venv` and pip, which reads the machine's own pip configuration by itself."""

    name = "venv and pip"

    def __init__(self, folder, base, house=None):
        self.folder = folder
        self.base = base
        self.house = house
        self.python = os.path.join(folder, "bin", "python")
        # Where Python was installed in parts, it has no pip to give: a wheel of pip does without.
        self.wheel = pip_wheel(house) if house else None

    def create(self):
        return [self.base, "-m", "venv"] + (["--without-pip"] if self.wheel else []) + [self.folder]

    def install(self, listing, lock, extra_indexes):
        extra = [word for index in extra_indexes for word in ("--extra-index-url", index)]
        quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
        return self._pip("install") + quiet + _from(self.house) + extra + ["-c", lock, "-r", listing]

    def freeze(self):
        return self._pip("list") + ["--format", "freeze", "--disable-pip-version-check"]

    def _pip(self, act):
        return [self.python] + ([os.path.join(self.wheel, "pip")] if self.wheel else ["-m", "pip"]) + [act]


class Uv:
    """uv, told what the machine's pip configuration says, which it does not read itself."""

    name = "uv"

    def __init__(self, uv, folder, base, house=None):
        self.uv = uv
        self.folder = folder
        self.base = base
        self.house = house
        self.python = os.path.join(folder, "bin", "python")

    def create(self):
        return [self.uv, "venv", "--python", self.base, self.folder]

    def install(self, listing, lock, extra_indexes):
        extra = [word for index in extra_indexes for word in ("--index", index)]
        # Like pip: the best version of all indexes, not the first index that has the name.
        start = [self.uv, "pip", "install", "--python", self.python, "--index-strategy", "unsafe-best-match"]
        places = _from(self.house) if self.house else uv_options(pip_configuration()) + extra
        return start + places + ["-c", lock, "-r", listing]

    def freeze(self):
        return [self.uv, "pip", "freeze", "--python", self.python]


def _from(house):
    return ["--no-index", "--find-links", house] if house else []


_UV_OPTIONS = {
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "constraint": "--constraint",
    "trusted-host": "--allow-insecure-host",
}


def uv_options(configuration):
    """pip's settings as uv's options; settings that hold several values separate them by white space."""
    words = []
    for name, option in _UV_OPTIONS.items():
        for value in configuration.get(name, "").split():
            words += [option, value]
    return words


def pip_configuration():
    """{name: value} of the `global`, `install` and environment sections, later ones winning as in pip."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ).stdout.decode("utf-8", "replace")
    found = {}
    for section in ("global.", "install.", ":env:."):
        for line in listing.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(section):
                found[name[len(section) :].replace("_", "-")] = str(ast.literal_eval(value))
    return found


def pip_wheel(house):
    """A wheel of pip runs as it is; its newest, by the time of its coming. None where there is none."""
    found = glob.glob(os.path.join(glob.escape(house), "pip-*.whl"))
    return max(found, key=os.path.getmtime) if found else None
