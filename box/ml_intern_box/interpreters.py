"""Which Python an environment gets: the box's own, a newer one beside it, or one that uv brings."""

import collections
import os
import shutil
import subprocess
import sys

from .building import BuildFailed

NEWEST_MINOR = 14
SECONDS = 20
MEND = "curl -LsSf https://astral.sh/uv/install.sh | sh"

# `python` is a path, or what uv is asked for.
Interpreter = collections.namedtuple("Interpreter", ["python", "version", "brought_by_uv"])


def find(oldest, uv, name):
    """`oldest` is e.g. "3.11", or None where any will do. Ours is preferred: it is the one that is looked after."""
    own = "%d.%d" % sys.version_info[:2]
    if oldest is None or numbers(own) >= numbers(oldest):
        return Interpreter(sys.executable, own, False)
    for minor in range(numbers(oldest)[1], NEWEST_MINOR + 1):
        python = shutil.which("python3.%d" % minor)
        if python is not None and _works(python, minor):
            return Interpreter(python, "3.%d" % minor, False)
    if uv is not None:
        return Interpreter(oldest, oldest, True)
    raise BuildFailed(
        "Environment %s needs Python %s or newer; the box has %s. Get uv, which brings it without root: %s"
        % (name, oldest, own, MEND)
    )


def numbers(version):
    return tuple(int(each) for each in version.split(".")[:2])


def _works(python, minor):
    """What a version manager such as pyenv puts on the PATH may be a name and nothing behind it."""
    try:
        done = subprocess.run(
            [python, "-c", "import sys, venv; print(sys.version_info[1])"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0 and done.stdout.split() == [b"%d" % minor]
