"""Where a script writes: everything must stay in the job's work folder, or in ../artifacts beside it."""

from __future__ import annotations

import ast
import posixpath
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from .lint_calls import Calls, last
from .lint_found import Findings
from .lint_tree import MOST_STEPS, Script, text_of
from .lint_values import Values

JOB, TEMP, HOME = "<job>", "<temp>", "~"
_METHODS = (
    "save_pretrained",
    "save_model",
    "save_to_disk",
    "to_json",
    "to_csv",
    "to_parquet",
    "save_state",
    "save_checkpoint",
)
_OF_PATHS = ("write_text", "write_bytes", "mkdir", "unlink", "touch", "rmdir", "rename", "replace", "symlink_to")
_FUNCTIONS = {
    **{
        "os.makedirs": 0,
        "os.mkdir": 0,
        "os.remove": 0,
        "os.unlink": 0,
        "os.rmdir": 0,
        "os.removedirs": 0,
        "os.chdir": 0,
    },
    **{"os.rename": 1, "os.replace": 1, "os.symlink": 1, "shutil.rmtree": 0, "shutil.copy": 1, "shutil.copy2": 1},
    **{
        "shutil.copyfile": 1,
        "shutil.copytree": 1,
        "shutil.move": 1,
        "torch.save": 1,
        "numpy.save": 0,
        "numpy.savez": 0,
    },
    **{"safetensors.torch.save_file": 1, "safetensors.torch.save_model": 1, "joblib.dump": 1},
}
"""Function -> which of its arguments is the place it writes to."""
_KEYWORDS = ("output_dir", "logging_dir", "default_root_dir")


class Place(NamedTuple):
    """The beginning of a path as far as it is known, and whether that is all of it."""

    text: str
    whole: bool


class Places:
    def __init__(self, script: Script, values: Values) -> None:
        self.script, self.values = script, values

    def of(self, node: Optional[ast.AST], steps: int = MOST_STEPS) -> Optional[Place]:
        if node is None or steps == 0:
            return None
        value = self.values.of(node)
        if isinstance(value, str):
            return Place(value, True)
        if isinstance(node, ast.Name):
            binding = self.script.binding(node)
            if binding is None:
                return Place("", True) if node.id == "__file__" else None
            return self.of(binding.value, steps - 1) if binding.kind == "assign" else None
        if isinstance(node, ast.JoinedStr):
            return self._joined(
                [each.value if isinstance(each, ast.FormattedValue) else each for each in node.values], steps
            )
        if isinstance(node, ast.BinOp):
            return self._operated(node, steps)
        if isinstance(node, ast.Attribute):
            inner = self.of(node.value, steps - 1) if node.attr in ("parent", "absolute") else None
            if inner is None or not inner.whole:
                return None
            return Place(posixpath.dirname(inner.text.rstrip("/")) if inner.text not in ("", ".") else "", True)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            found = [self.of(each, steps - 1) for each in node.values]
            return found[-1]
        return self._environment(node) or (self._called(node, steps) if isinstance(node, ast.Call) else None)

    def _operated(self, node: ast.BinOp, steps: int) -> Optional[Place]:
        if isinstance(node.op, ast.Add):
            return self._joined([node.left, node.right], steps)
        if not isinstance(node.op, ast.Div):
            return None
        return under([self.of(node.left, steps - 1), self.of(node.right, steps - 1)])

    def _joined(self, parts: List[ast.AST], steps: int) -> Optional[Place]:
        text = ""
        for each in parts:
            found = self.of(each, steps - 1)
            if found is None:
                return Place(text, False) if text else None
            text += found.text
            if not found.whole:
                return Place(text, False)
        return Place(text, True)

    def _environment(self, node: ast.AST) -> Optional[Place]:
        name = environment_variable(self.script, node)
        return {"HOME": Place(HOME, True), "ML_INTERN_JOB_DIR": Place(JOB, True), "TMPDIR": Place(TEMP, True)}.get(
            name or ""
        )

    def _called(self, node: ast.Call, steps: int) -> Optional[Place]:
        name = self.script.dotted(node.func) or ""
        if name in ("pathlib.Path", "pathlib.PurePath", "os.path.join"):
            return under([self.of(each, steps - 1) for each in node.args]) if node.args else Place("", True)
        if name in ("builtins.str", "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.fspath"):
            return self.of(node.args[0], steps - 1) if node.args else None
        if name == "os.path.expanduser":
            return self.of(node.args[0], steps - 1) if node.args else None
        if name == "os.path.dirname" and node.args:
            inner = self.of(node.args[0], steps - 1)
            return Place(posixpath.dirname(inner.text), True) if inner is not None and inner.whole else None
        if name == "pathlib.Path.home":
            return Place(HOME, True)
        if name in ("pathlib.Path.cwd", "os.getcwd"):
            return Place("", True)
        if name.startswith("tempfile."):
            return Place(TEMP, True)
        if isinstance(node.func, ast.Attribute) and node.func.attr in (
            "resolve",
            "absolute",
            "expanduser",
            "as_posix",
        ):
            return self.of(node.func.value, steps - 1)
        return None


def under(parts: List[Optional[Place]]) -> Optional[Place]:
    """One path below another; an absolute one begins anew. What follows an unknown part is left out."""
    if not parts or parts[0] is None:
        return None
    found = parts[0]
    for each in parts[1:]:
        if each is None or not found.whole:
            return Place(found.text.rstrip("/") + "/" if found.text else "", False)
        anew = each.text.startswith("/") or not found.text
        found = each if anew else Place(posixpath.join(found.text, each.text), each.whole)
    return found


def environment_variable(script: Script, node: ast.AST) -> Optional[str]:
    """The name in os.environ["X"], os.environ.get("X") and os.getenv("X")."""
    if isinstance(node, ast.Subscript) and script.dotted(node.value) == "os.environ":
        inner: Any = node.slice
        return text_of(inner.value if type(inner).__name__ == "Index" else inner)
    if isinstance(node, ast.Call) and node.args:
        name = script.dotted(node.func)
        return text_of(node.args[0]) if name in ("os.environ.get", "os.getenv", "os.environ.pop") else None
    return None


def check(script: Script, values: Values, calls: Calls, findings: Findings) -> None:
    places = Places(script, values)
    for node, target in _writes(script, calls, places):
        found = places.of(target)
        problem = _outside(found) if found is not None else None
        if problem is not None:
            blocks, why = problem
            message = "Writes to %s: %s." % (found.text[:100] if found else "", why)
            fix = "Write to the work folder, or to ../artifacts what must be kept (the model: config's output)."
            (findings.error if blocks else findings.warn)("path-outside", node, message, fix)


def _outside(place: Place) -> Optional[Tuple[bool, str]]:
    text = place.text
    if text.startswith((JOB, TEMP)) or text in ("/dev/null", "/dev/stdout", "/dev/stderr"):
        return None
    if text.startswith(HOME):
        return True, "the home folder is not the job's"
    if text.startswith(("/tmp/", "/var/tmp/", "/dev/shm/")):
        return False, "it is shared with others and does not come back"
    if text.startswith("/") or re.match(r"[A-Za-z]:[\\/]", text):
        return True, "an absolute path leads out of the job"
    if "://" in text:
        return True, "it is no place on the box"
    parts = posixpath.normpath(text).split("/")
    if parts[0] != ".." or (parts[:2] == ["..", "artifacts"]) or (not place.whole and len(parts) == 1):
        return None
    if not place.whole and len(parts) == 2 and "artifacts".startswith(parts[1]):
        return None
    return True, "it leads out of the job's folder"


def _writes(script: Script, calls: Calls, places: Places) -> Iterator[Tuple[ast.AST, Optional[ast.AST]]]:
    for node in script.of_kind(ast.Call):
        name = script.dotted(node.func) or ""
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        named: Dict[Optional[str], ast.AST] = {each.arg: each.value for each in node.keywords}
        if name in ("builtins.open", "io.open", "gzip.open") and node.args:
            if is_writing(node.args[1] if len(node.args) > 1 else named.get("mode")):
                yield node, node.args[0]
        elif name in _FUNCTIONS:
            position = _FUNCTIONS[name]
            if len(node.args) > position:
                yield node, node.args[position]
        elif attribute in _METHODS and (node.args or named.keys() & {"output_dir", "save_directory"}):
            yield node, node.args[0] if node.args else named.get("output_dir", named.get("save_directory"))
        elif (
            attribute in _OF_PATHS
            or attribute == "open"
            and is_writing(node.args[0] if node.args else named.get("mode"))
        ):
            if isinstance(node.func, ast.Attribute) and _is_path(script, places, node.func.value):
                yield node, node.func.value
    for call in calls.all:
        for key in _KEYWORDS:
            if key in call.keywords and last(call.name)[:1].isupper():
                yield call.keywords[key].at, call.keywords[key].value


def is_writing(mode: Optional[ast.AST]) -> bool:
    return bool(set(text_of(mode) or "") & set("wax+"))


def _is_path(script: Script, places: Places, node: ast.AST) -> bool:
    """`"a".replace(...)` is no file."""
    value = places.values.of(node)
    return not isinstance(value, str)
