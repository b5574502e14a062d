"""The folders of this machine that a person opened to a run: what lies below them may be looked at, and nothing that lies or leads outside."""

from __future__ import annotations

import os
import re
from typing import Any, Dict, Iterator, List

from ml_intern_box.errors import BoxError

DATA_FILE = re.compile(r"\.(jsonl|ndjson|json|csv|tsv|parquet|arrow|feather)(\.gz)?$", re.IGNORECASE)
MOST_TOLD = 500
MOST_LOOKED_AT = 200_000


def opened(asked: Dict[str, Any], allowed: List[str]) -> Dict[str, Any]:
    """The source that is asked for, by real paths: {files} or {folder}."""
    if "source" in asked:
        return {"files": [_file(path, allowed) for path in asked["source"]["files"]]}
    path = within(asked["place"], allowed)
    return {"folder": path} if os.path.isdir(path) else {"files": [_file(path, allowed)]}


def within(path: str, allowed: List[str]) -> str:
    """The real path. Relative ones count from the home folder; all links are followed before it is judged."""
    real = _real(path)
    if not any(_opens(_real(folder), real) for folder in allowed):
        raise BoxError(
            "bad-input",
            "%s lies outside of the folders that are open to this run." % path,
            "Name a data file below %s." % " or ".join(allowed),
        )
    return real


def listing(folder: str, allowed: List[str], name: str = "") -> Dict[str, Any]:
    """The data files in it whose path holds `name`: {folder, files: [{path, bytes}], leftOut, complete}."""
    real = within(folder, allowed)
    told: List[Dict[str, Any]] = []
    left_out = looked_at = 0
    for path in _below(real):
        looked_at += 1
        if looked_at > MOST_LOOKED_AT:
            break
        if not DATA_FILE.search(path) or name.lower() not in path.lower():
            continue
        try:
            size = os.path.getsize(_file(os.path.join(real, path), allowed))
        except (BoxError, OSError):
            left_out += 1
            continue
        if len(told) < MOST_TOLD:
            told.append({"path": path, "bytes": size})
        else:
            left_out += 1
    return {"folder": real, "files": told, "leftOut": left_out, "complete": looked_at <= MOST_LOOKED_AT}


def _below(folder: str) -> Iterator[str]:
    """Relative paths, folder by folder, in order of their names; what is hidden is left out, folders that are links too."""
    for inner, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each != "node_modules")
        for each in sorted(names):
            if not each.startswith("."):
                yield os.path.relpath(os.path.join(inner, each), folder)


def _file(path: str, allowed: List[str]) -> str:
    real = within(path, allowed)
    if os.path.isfile(real):
        return real
    what = "%s is no plain file." if os.path.exists(real) else "There is no file %s."
    raise BoxError("bad-input", what % path, "Name a data file; find_data_files lists them.")


def _real(path: str) -> str:
    try:
        return os.path.realpath(os.path.join(os.path.expanduser("~"), os.path.expanduser(path)))
    except ValueError as error:
        raise BoxError("bad-input", "%r is not a path: %s." % (path, error), "Name a data file.") from None


def _opens(folder: str, path: str) -> bool:
    """Our own folder holds the evaluations of all runs: opening the home folder around it does not open it."""
    own = os.environ.get("ML_INTERN_ROOT")
    ours = _real(own) if own else None
    return _holds(folder, path) and (ours is None or _holds(ours, folder) or not _holds(ours, path))


def _holds(folder: str, path: str) -> bool:
    return os.path.commonpath([folder, path]) == folder
