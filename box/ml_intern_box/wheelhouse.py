"""ROOT/wheelhouse/: wheels that a person brought to a box that reaches no package index.

`ml-intern box wheelhouse HOST` fills it. By hand, on a machine with internet and for the box's Python:
`python3 -m pip download --only-binary=:all: --python-version 3.11 --platform manylinux_2_28_x86_64 -c train.lock.txt
-d wheels PACKAGES pip`, then `scp wheels/*.whl HOST:.ml-intern/wheelhouse/`.
"""

import glob
import os
import platform
import re

from . import card, files, gpus, interpreters, network, parallel
from .building import BuildFailed, say
from .errors import BoxError

# A probe waits two seconds for its answer; a busy box may need many more to ask pip which index is meant.
SECONDS = 30
_WHEEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}\.whl")


def folder(root):
    return os.path.join(root, "wheelhouse")


def in_place_of_the_index(root):
    """The wheelhouse, where it has wheels and the package index does not answer; else None."""
    if not glob.glob(os.path.join(glob.escape(folder(root)), "*.whl")):
        return None
    unknown = network.unknown("package index", network.USUAL_INDEX)
    index = parallel.gather({"index": (network.package_index, unknown)}, SECONDS)["index"]
    if index is not None and index["reachable"]:
        return None
    say("No package index answers: packages come from %s." % folder(root))
    return folder(root)


def take(root, wheels, oldest):
    """Puts [[name, hash], ...] of the file store into the wheelhouse; tells for what wheels are wanted here."""
    house = folder(root)
    os.makedirs(house, mode=0o700, exist_ok=True)
    for name, digest in _named(wheels):
        new = os.path.join(house, "%s.%d.new" % (name, os.getpid()))
        _link(root, digest, new)
        os.replace(new, os.path.join(house, name))
    return dict(_target(oldest), folder=house, wheels=len(glob.glob(os.path.join(glob.escape(house), "*.whl"))))


def _link(root, digest, new):
    """Wheels are large, and nothing writes to them: they lie on the disk once."""
    try:
        os.link(files.stored(root, digest), new)
    except OSError:
        files.place(root, digest, new)


def _target(oldest):
    try:
        python = interpreters.find(oldest, card.find_uv(), "for jobs").version
    except BuildFailed as error:
        raise BoxError("bad-input", str(error), "Install such a Python on the box, then try again.") from error
    library, glibc = platform.libc_ver()
    if library != "glibc":
        raise BoxError("bad-input", "The box has no glibc, which most wheels need.", "Use a box with glibc.")
    accelerator = "cuda" if gpus.list_gpus() else "cpu"
    return {"python": python, "machine": platform.machine(), "glibc": glibc, "accelerator": accelerator}


def _named(wheels):
    sound = isinstance(wheels, list) and all(isinstance(each, list) and len(each) == 2 for each in wheels)
    if not sound or not all(isinstance(name, str) and _WHEEL.fullmatch(name) for name, _ in wheels):
        raise BoxError("bad-input", "The list of wheels is not one.", "Report this: it is a fault of the client.")
    return wheels
