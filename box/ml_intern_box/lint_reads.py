"""Where a script reads: in its job's folder, and in the models and rows that its configuration names.

Other jobs lie beside its own, with what they were given and what came of them; so do the person's files on a box that
is their own machine. What cannot be told from the text is no finding: this refuses a look around, it is no wall.
"""

from __future__ import annotations

import ast
import posixpath
import re
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .lint_calls import last
from .lint_found import Findings
from .lint_paths import HOME, JOB, TEMP, Place, Places, is_writing, under
from .lint_tree import Script
from .lint_values import Values

_FUNCTIONS = (
    *("glob.glob", "glob.iglob", "os.listdir", "os.scandir", "os.walk", "os.fwalk", "shutil.copy", "shutil.copy2"),
    *("shutil.copyfile", "shutil.copytree", "shutil.move", "numpy.load", "numpy.loadtxt", "torch.load", "joblib.load"),
    *("datasets.load_from_disk", "safetensors.torch.load_file", "linecache.getlines"),
)
"""They read from the place in their first argument; pandas.read_* and Dataset.from_* do so too."""
_OF_PATHS = ("read_text", "read_bytes", "iterdir", "glob", "rglob", "walk")
_SYSTEM = ("/usr/", "/etc/", "/sys/", "/dev/", "/proc/meminfo", "/proc/cpuinfo", "/proc/self/status", "/tmp/")
"""Nothing of the person's or of other jobs lies there; what lies in /tmp is for everybody."""
_NAMED = ("base_model", "teacher", "data", "resume_from")
_FIX = "Read config's data, base_model and teacher; nothing else on the box is for the job."


def check(script: Script, values: Values, facts: Dict[str, Any], findings: Findings) -> None:
    places = Places(script, values)
    named = _named(values.config or {}, facts.get("baseModel"))
    for node, found in _reads(script, places):
        why = _outside(found) if found is not None and not _is_named(found, named) else None
        if why is not None and found is not None:
            findings.error("path-outside", node, "Reads from %s: %s." % (found.text[:100], why), _FIX)


def _named(config: Dict[str, Any], model: Any) -> List[str]:
    """A pattern names nothing in particular, and another job's work folder is no model."""
    texts = [config.get(key) for key in _NAMED] + [model]
    return [
        posixpath.normpath(each)
        for each in texts
        if isinstance(each, str) and each and not re.search(r"[*?\[]", each) and "work" not in each.split("/")
    ]


def _is_named(place: Place, named: List[str]) -> bool:
    text = posixpath.normpath(place.text)
    return any(text == each or text.startswith(each + "/") for each in named)


def _outside(place: Place) -> Optional[str]:
    text = place.text
    if text.startswith((JOB, TEMP)) or "://" in text:
        return None
    if text.startswith(HOME):
        return "the home folder is not the job's"
    if text.startswith("/"):
        return None if text.startswith(_SYSTEM) else "an absolute path leads out of the job"
    if posixpath.normpath(text).startswith("../.."):
        return "it leads out of the job's folder"
    return None


def _reads(script: Script, places: Places) -> Iterator[Tuple[ast.AST, Optional[Place]]]:
    for node in script.of_kind(ast.Call):
        name = script.dotted(node.func) or ""
        named: Dict[Optional[str], ast.AST] = {each.arg: each.value for each in node.keywords}
        first = node.args[0] if node.args else None
        if name in ("builtins.open", "io.open", "gzip.open"):
            if not is_writing(node.args[1] if len(node.args) > 1 else named.get("mode")):
                yield node, places.of(first)
        elif name in _FUNCTIONS or re.match(r"pandas\.read_\w+$|datasets\.Dataset\.from_(json|csv|parquet|text)$", name):
            root = named.get("root_dir")
            yield node, under([places.of(root), places.of(first)]) if root is not None else places.of(first)
        elif last(name) == "load_dataset" and name.startswith("datasets."):
            for each in (named.get("data_files"), named.get("data_dir")):
                yield from ((node, places.of(one)) for one in _elements(each))
            if first is not None:
                yield node, places.of(first)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in (*_OF_PATHS, "open"):
            yield from _of_path(node, node.func, places, named)


def _of_path(
    node: ast.Call, method: ast.Attribute, places: Places, named: Dict[Optional[str], ast.AST]
) -> Iterator[Tuple[ast.AST, Optional[Place]]]:
    first = node.args[0] if node.args else None
    if method.attr == "open" and is_writing(first or named.get("mode")):
        return
    place = places.of(method.value)
    yield node, under([place, places.of(first)]) if method.attr in ("glob", "rglob") and first is not None else place


def _elements(node: Optional[ast.AST]) -> List[ast.AST]:
    if isinstance(node, (ast.List, ast.Tuple)):
        return list(node.elts)
    if isinstance(node, ast.Dict):
        return [one for each in node.values for one in _elements(each)]
    return [] if node is None else [node]
