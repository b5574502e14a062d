"""Lints a script with what a job's environment has: its Python reads it, its signatures are looked up and kept.

Without an environment, and without another Python that is named, arguments cannot be checked; the answer says so.
"""

import json
import os
import subprocess
import sys
import tempfile

from . import folders, hashing, signature_ask
from .errors import BoxError

SECONDS = 60
MOST_BYTES = 16 << 20


def lint(root, order):
    """{errors, warnings, environment, checked: whether arguments were, note?}"""
    if not isinstance(order.get("script"), str):
        raise BoxError("bad-input", "There is no script to check.", "Give its text.")
    python, kept, environment = _place(root, order)
    note, signatures, asked = None, [], {"names": [], "absent": []}
    if python is None:
        note = "No environment for training is on this box yet, so packages and arguments were not checked."
    else:
        asked = _run(python, "names", order, root)
    if asked["names"]:
        try:
            signatures = signature_ask.of_python(root, python, kept, asked["names"])
        except BoxError as error:
            note = "Arguments were not checked. %s" % error
    # What is not known says nothing: no rule that needs it applies.
    whole = dict(order, root=root, signatures=signatures, absent=asked["absent"])
    answer = _run(python, "check", whole, root)
    answer.update(environment=environment, checked=python is not None and note is None)
    if note is not None:
        answer["note"] = note
    return answer


def _place(root, order):
    """(the Python to ask, where its signatures are kept, the environment's hash); all None where there is none."""
    environment = order.get("environment") or (None if order.get("python") else _newest(root))
    if environment:
        folder = folders.environment_folder(root, environment)
        python = os.path.join(folder, "bin", "python")
        if not os.path.exists(os.path.join(folder, "ready.json")) or not os.path.exists(python):
            raise BoxError("bad-input", "The environment %s is not on this box." % environment, "Build it first.")
        return python, os.path.join(folder, "signatures"), environment
    python = order.get("python")
    if not python:
        return None, None, None
    python = os.path.abspath(os.path.expanduser(python))
    if not os.access(python, os.X_OK):
        raise BoxError("bad-input", "There is no Python at %s." % python, "Name the file, e.g. venv/bin/python.")
    return python, os.path.join(root, "cache", "signatures", _installed(python)), None


def _newest(root):
    """The hash of the newest environment for training that is ready."""
    found = []
    for name in _listed(os.path.join(root, "envs")):
        ready = os.path.join(root, "envs", name, "ready.json")
        try:
            with open(ready, encoding="utf-8") as file:
                if json.load(file).get("name") == "train":
                    found.append((os.path.getmtime(ready), name))
        except (OSError, ValueError, AttributeError):
            continue
    return max(found)[1] if found else None


def _listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _installed(python):
    """Stands for the packages that a Python has now: another version is another folder."""
    command = [python, "-c", "import json, sysconfig; print(json.dumps(sysconfig.get_paths()))"]
    try:
        told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS)
        places = json.loads(told.stdout.decode("utf-8"))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        message = "%s does not answer as a Python does: %s" % (python, error)
        raise BoxError("bad-input", message, "Name another Python.") from error
    sites = sorted({places["purelib"], places["platlib"]})
    packages = sorted(name for site in sites for name in _listed(site) if name.endswith(".dist-info"))
    return hashing.content_hash([python, packages])[:16]


def _run(python, step, order, root):
    """One step of the lint by the environment's Python, or by ours where there is none."""
    with tempfile.TemporaryDirectory(prefix="ml-intern-lint-") as work:
        source, out = os.path.join(work, "order.json"), os.path.join(work, "out.json")
        with open(source, "w", encoding="utf-8") as file:
            json.dump(order, file)
        command = [python or sys.executable, "-m", "ml_intern_box.lint", step, source, out]
        failure = signature_ask.run(command, signature_ask.environment(root), work, SECONDS)
        if failure is None:
            try:
                with open(out, encoding="utf-8") as file:
                    return json.loads(file.read(MOST_BYTES))
            except (OSError, ValueError):
                failure = "it wrote nothing that can be read"
    raise BoxError(
        "box-command", "The script could not be checked: %s." % failure, "Report this: it is a fault of ours."
    )
