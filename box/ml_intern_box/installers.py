"""The commands of uv and of pip for the same acts: create an environment, install a listing, list what is there."""

import ast
import os
import subprocess
import sys


class Pip:
    """`python -m venv` and pip, which reads the machine's own pip configuration by itself."""

    def __init__(self, folder):
        self.folder = folder
        self.python = os.path.join(folder, "bin", "python")

    def create(self):
        return [sys.executable, "-m", "venv", self.folder]

    def install(self, listing, extra_indexes):
        extra = [word for index in extra_indexes for word in ("--extra-index-url", index)]
        quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
        return [self.python, "-m", "pip", "install"] + quiet + extra + ["-r", listing]

    def freeze(self):
        return [self.python, "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check"]


class Uv:
    """uv, told what the machine's pip configuration says, which it does not read itself."""

    def __init__(self, uv, folder):
        self.uv = uv
        self.folder = folder
        self.python = os.path.join(folder, "bin", "python")

    def create(self):
        return [self.uv, "venv", "--python", sys.executable, self.folder]

    def install(self, listing, extra_indexes):
        extra = [word for index in extra_indexes for word in ("--index", index)]
        # Like pip: the best version of all indexes, not the first index that has the name.
        start = [self.uv, "pip", "install", "--python", self.python, "--index-strategy", "unsafe-best-match"]
        return start + uv_options(pip_configuration()) + extra + ["-r", listing]

    def freeze(self):
        return [self.uv, "pip", "freeze", "--python", self.python]


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
