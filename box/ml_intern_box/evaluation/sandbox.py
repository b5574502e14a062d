"""Runs a program that a model wrote: limits on time, memory, files and processes, its own folder, a bare environment.

No network where the kernel allows a network of its own (`unshare`); where it does not, the result says so. This
keeps a careless program from doing harm. It is no wall against a hostile one: it still reads files of the same user.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import lru_cache
from typing import Dict, List, NamedTuple

_FILE_BYTES = 16 * 2**20
_SHOWN = 2000
"""Characters of its output that are kept, from the end."""

_LIMITED = """
import resource, runpy, sys
seconds, memory, size = (int(each) for each in sys.argv[1:4])
for what, most in (("CPU", seconds), ("AS", memory), ("FSIZE", size), ("NPROC", 64), ("NOFILE", 64), ("CORE", 0)):
    try:
        resource.setrlimit(getattr(resource, "RLIMIT_" + what), (most, most))
    except (ValueError, OSError):
        pass
sys.argv = sys.argv[4:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Ran(NamedTuple):
    code: int
    """The exit code; negative: the signal that ended it."""
    timed_out: bool
    output: str
    """Standard output and error together, its end."""


@lru_cache(maxsize=None)
def without_network() -> List[str]:
    """What to put before a command so that it has no network; empty where that is not possible."""
    tool = shutil.which("unshare")
    prefix = [tool, "--map-root-user", "--net"] if tool else []
    tried = subprocess.run([*prefix, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False) if prefix else None
    return prefix if tried is not None and tried.returncode == 0 else []


def network() -> str:
    return "none" if without_network() else "not isolated"


def run(program: str, seconds: int, memory_mib: int) -> Ran:
    folder = tempfile.mkdtemp(prefix="ml-intern-code-")
    try:
        path = os.path.join(folder, "program.py")
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(program)
        return _run(path, folder, seconds, memory_mib)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(path: str, folder: str, seconds: int, memory_mib: int) -> Ran:
    limits = [str(seconds), str(memory_mib * 2**20), str(_FILE_BYTES)]
    command = [*without_network(), sys.executable, "-I", "-B", "-c", _LIMITED, *limits, path]
    with open(os.path.join(folder, ".output"), "w+b") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            code = process.wait(timeout=seconds)
            timed_out = False
        except subprocess.TimeoutExpired:
            code, timed_out = -signal.SIGKILL, True
        finally:
            _end(process)
        size = output.seek(0, os.SEEK_END)
        output.seek(max(0, size - 4 * _SHOWN))
        return Ran(code, timed_out, output.read().decode("utf-8", "replace")[-_SHOWN:])


def _end(process: "subprocess.Popen[bytes]") -> None:
    """All that it started in its session, too."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def _environment(folder: str) -> Dict[str, str]:
    """No keys, no paths of ours; one thread, because threads count as processes."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
