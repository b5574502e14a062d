"""Runs a program again under a Python of the box that has the packages it needs: the box's own python3 often has none."""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys
from typing import Any, Dict, Optional, Sequence

from ml_intern_box.errors import BoxError

_TRIED = "ML_INTERN_OTHER_PYTHON"


def hand_over(
    module: str, order: Dict[str, Any], packages: Sequence[str], why: str, otherwise: str = ""
) -> Optional[int]:
    """The exit code of `python -m MODULE --order` run with the order by another Python; None when this one has all packages.

    Raises BoxError with `why` (e.g. "Reading parquet") when no Python of the box has them; `otherwise` is another way out.
    """
    missing = [name for name in packages if not has(sys.executable, name)]
    if not missing:
        return None
    for python in environments(order.get("root")):
        if os.environ.get(_TRIED) != python and all(has(python, name) for name in packages):
            package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
            environment = dict(os.environ, PYTHONPATH=package, **{_TRIED: python})
            told = (json.dumps(order) + "\n").encode("ascii")
            return subprocess.run([python, "-m", module, "--order"], input=told, env=environment).returncode
    raise BoxError(
        "bad-input",
        "%s needs the Python package %s, and neither %s nor an environment on the box has it."
        % (why, missing[0], sys.executable),
        "Build the training environment once: ml-intern box envs HOST --build train%s."
        % (", or " + otherwise if otherwise else ""),
    )


def environments(root: Optional[str]) -> Sequence[str]:
    return sorted(glob.glob(os.path.join(os.path.expanduser(root or "~/.ml-intern"), "envs", "*", "bin", "python")))


def has(python: str, package: str) -> bool:
    probe = "import importlib.util as u, sys; sys.exit(u.find_spec(%r) is None)" % package
    try:
        return subprocess.run([python, "-c", probe], timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
