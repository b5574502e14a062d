"""ROOT/wheelhouse/: wheels that a person brought to a box that reaches no package index.

`ml-intern box wheelhouse HOST` fills it. By hand, on a machine with internet and for the box's Python:
`python3 -m pip download --only-binary=:all: --python-version 3.11 --platform manylinux_2_28_x86_64 -c train.lock.txt
-d wheels PACKAGES pip`, then `scp wheels/*.whl HOST:.ml-intern/wheelhouse/`.
"""

import glob
import os

from . import network, parallel
from .building import say

# A probe waits two seconds for its answer; a busy box may need many more to ask pip which index is meant.
SECONDS = 30


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
