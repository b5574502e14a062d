"""Answers what callables of an environment's packages take: from its folder if asked before, else by its Python.

Kept in envs/<hash>/signatures/<version of the program>/<name>.json: an environment never changes once it is built.
"""

import json
import os
import re
import signal
import subprocess
import tempfile

from . import folders, hashing
from .errors import BoxError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
MOST_NAMES = 20
SECONDS = 240
"""A first import of torch from a slow network file system takes minutes."""
MOST_BYTES = 16 << 20
PROGRAM = ("signatures.py", "signature_parts.py", "signature_keywords.py", "signature_docs.py")


def look_up(root, wanted, names, seconds=SECONDS):
    """{"signatures": [...]} in the order of the names."""
    names = _checked(names)
    folder = folders.environment_folder(root, wanted)
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "ready.json")) or not os.path.exists(python):
        raise BoxError("bad-input", "The environment %s is not on this box." % wanted, "Build it first.")
    return {"signatures": of_python(root, python, os.path.join(folder, "signatures"), names, seconds)}


def of_python(root, python, kept, names, seconds=SECONDS):
    """Signatures as a Python has them, from the folder `kept` where they are there; in the order of the names."""
    kept = os.path.join(kept, _program())
    answers = {name: _kept(kept, name) for name in names}
    missing = [name for name, answer in answers.items() if answer is None]
    for answer in _asked(root, python, missing, seconds) if missing else ():
        answers[answer.get("name")] = answer
        # What could not be imported today may be tomorrow: a full disk, a busy GPU.
        if answer.get("found") or answer.get("problem") == "no-member":
            _keep(kept, answer)
    return [answers[name] for name in names if answers[name] is not None]


def _checked(names):
    if not isinstance(names, list) or not 0 < len(names) <= MOST_NAMES:
        raise BoxError("bad-input", "Between 1 and %d names can be looked up at once." % MOST_NAMES, "Ask for fewer.")
    return [name for name in dict.fromkeys(names) if isinstance(name, str) and len(name) <= 200]


def _asked(root, python, names, seconds):
    with tempfile.TemporaryDirectory(prefix="ml-intern-signatures-") as work:
        out = os.path.join(work, "out.json")
        command = [python, "-m", "ml_intern_box.signatures", out] + names
        failure = run(command, environment(root), work, seconds)
        if failure is None:
            try:
                with open(out, encoding="utf-8") as file:
                    return json.loads(file.read(MOST_BYTES))["signatures"]
            except (OSError, ValueError, KeyError):
                failure = "it wrote nothing that can be read"
    message = "The signatures could not be read on the box: %s." % failure
    raise BoxError("box-command", message, "Look in the documentation (read_docs) or the source (find_code) instead.")


def run(command, environment, work, seconds):
    """None, or why it failed. What it prints goes to a file: a package may print without end."""
    with open(os.path.join(work, "log"), "wb") as log:
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        child = subprocess.Popen(command, env=environment, cwd=work, start_new_session=True, **streams)
        try:
            code = child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return "importing the packages took longer than %d seconds" % seconds
        finally:
            _end(child)
    if code == 0:
        return None
    with open(os.path.join(work, "log"), "rb") as log:
        lines = log.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
    return "its Python ended with code %d (%s)" % (code, lines[-1][:300] if lines else "it said nothing")


def _end(child):
    """The whole group: an import may have started others."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    child.wait()


def environment(root):
    """No secrets, no network of the Hub, no GPU: an import needs none."""
    secret = re.compile("KEY|TOKEN|SECRET|PASSWORD", re.I)
    mine = {name: value for name, value in os.environ.items() if not secret.search(name)}
    mine.update(
        PYTHONPATH=folders.package_parent(),
        PYTHONUTF8="1",
        CUDA_VISIBLE_DEVICES="",
        HF_HOME=os.path.join(root, "cache", "hf"),
        HF_HUB_OFFLINE="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        DO_NOT_TRACK="1",
        WANDB_MODE="disabled",
        TOKENIZERS_PARALLELISM="false",
        OMP_NUM_THREADS="1",
    )
    return mine


def _program():
    here = os.path.dirname(os.path.abspath(__file__))
    return hashing.content_hash([hashing.file_hash(os.path.join(here, name)) for name in PROGRAM])[:12]


def _path(kept, name):
    # Some file systems cannot tell `trl.sft` from `trl.SFT`.
    return os.path.join(kept, "%s-%s.json" % (name[:100], hashing.content_hash(name)[:8]))


def _kept(kept, name):
    if not NAME.fullmatch(name):
        return None
    try:
        with open(_path(kept, name), encoding="utf-8") as file:
            answer = json.load(file)
    except (OSError, ValueError):
        return None
    return answer if isinstance(answer, dict) and answer.get("name") == name else None


def _keep(kept, answer):
    """Keeping is a convenience: a full disk must not lose the answer."""
    path = _path(kept, answer["name"])
    partial = "%s.%d.part" % (path, os.getpid())
    try:
        os.makedirs(kept, exist_ok=True)
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(answer, file)
        os.replace(partial, path)
    except OSError:
        return
