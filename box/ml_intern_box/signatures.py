"""What things of the installed packages take: `python -m ml_intern_box.signatures OUT trl.SFTConfig peft.LoraConfig`.

Run by the Python of an environment. Writes {"signatures": [...]} to OUT: what is imported may print to stdout.
Nothing runs beyond the import of the packages that are named; only packages of the environment are imported.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.metadata
import importlib.util
import inspect
import json
import os
import re
import sys
import sysconfig
from pathlib import Path
from typing import Any

from . import signature_docs, signature_parts

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
MOST_NAMES = 200
MOST_MEMBERS = 2000
LONGEST_DOC = 20_000
USUAL = ("trl", "transformers", "peft", "datasets", "accelerate", "torch")
"""Where a name without a package is looked for."""


class NotFound(Exception):
    """`problem` is one of: bad-name, no-package, no-member, import-failed."""

    def __init__(self, problem: str, message: str, suggestions: list[str] | None = None) -> None:
        super().__init__(message)
        self.problem = problem
        self.suggestions = suggestions or []


def look_up(name: str) -> dict[str, Any]:
    """Facts about one name; one that is not there has `found: false`, the `problem` in a word and in a sentence."""
    try:
        found, owner, parameter = _resolve(name)
        facts = describe(found, owner)
        if parameter is not None:
            only = [each for each in facts["parameters"] or [] if each["name"] == parameter]
            facts.update(kind="parameter", parameters=only, members=[], doc="")
        return {"name": name, "found": True, **facts}
    except NotFound as error:
        gone = {"problem": error.problem, "message": str(error)[:500], "suggestions": error.suggestions}
        return {"name": name, "found": False, **gone}


def describe(found: Any, owner: Any) -> dict[str, Any]:
    """`owner` is the module or class that `found` was taken from."""
    module = found.__name__ if inspect.ismodule(found) else getattr(found, "__module__", None)
    module = module or getattr(owner, "__module__", None) or getattr(owner, "__name__", "")
    package = str(module).split(".", 1)[0]
    qualname = getattr(found, "__qualname__", "")
    doc = inspect.cleandoc(found.__doc__) if isinstance(getattr(found, "__doc__", None), str) else ""
    kind = _kind(found, owner)
    facts = {
        "kind": kind,
        "path": f"{module}.{qualname}" if qualname else str(module),
        "package": package,
        "version": _version(package),
        "bases": _bases(found),
        "doc": doc[:LONGEST_DOC] if kind != "value" else "",
        "members": _members(found),
        "deprecated": signature_docs.deprecation(found, doc),
        "needs": _missing_packages(found),
    }
    if kind == "value":
        return {**facts, "value": signature_parts.shown(found), "parameters": None, "anyKeyword": False}
    return {**facts, **signature_parts.parameters_of(found, doc)}


def _resolve(name: str) -> tuple[Any, Any, str | None]:
    """(the thing, what it was taken from, the parameter of it that the last part of the name means)."""
    if not NAME.fullmatch(name) or len(name) > 200 or "__" in name:
        raise NotFound("bad-name", f"{name[:80]!r} is not a dotted name such as trl.SFTConfig.")
    parts = name.split(".")
    found: Any = _package(parts[0], name)
    owner: Any = found
    for position, part in enumerate(parts[1:], start=1):
        if position == len(parts) - 1 and signature_parts.has_field(found, part):
            return found, owner, part
        owner, found = found, _member(found, part, ".".join(parts[:position]))
    return found, owner, None


def _package(top: str, name: str) -> Any:
    if not _is_installed(top):
        raise NotFound("no-package", f"The environment has no package {top}.", _elsewhere(name))
    return _imported(top)


def _imported(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except BaseException as error:  # what a package does when it is imported is its own affair: even SystemExit
        raise NotFound("import-failed", f"{module} cannot be imported: {_words(error)}") from error


def _member(owner: Any, part: str, path: str) -> Any:
    try:
        return getattr(owner, part)
    except AttributeError:
        pass
    except BaseException as error:  # packages that load their parts late fail here
        raise NotFound("import-failed", f"{path}.{part} cannot be imported: {_words(error)}") from error
    if inspect.ismodule(owner) and hasattr(owner, "__path__"):
        if importlib.util.find_spec(f"{owner.__name__}.{part}") is not None:
            return _imported(f"{owner.__name__}.{part}")
    near = _near(part, [*(each for each in dir(owner) if not each.startswith("__")), *signature_parts.fields(owner)])
    raise NotFound("no-member", f"{path} has no {part}.", [f"{path}.{each}" for each in near])


def _near(part: str, known: list[str]) -> list[str]:
    """Names that were probably meant: other letters' case first, then few letters apart."""
    lower = {each.lower(): each for each in known}
    close = difflib.get_close_matches(part.lower(), lower, n=5, cutoff=0.6)
    return [lower[each] for each in close]


def _elsewhere(name: str) -> list[str]:
    """`SFTConfig` -> `trl.SFTConfig`; `tlr.SFTConfig` -> the same; a package with a near name."""
    last = name.rsplit(".", 1)[-1]
    found = []
    for package in USUAL:
        if _is_installed(package) and package not in name.split(".")[:1]:
            try:
                if last in dir(importlib.import_module(package)):
                    found.append(f"{package}.{last}")
            except Exception:  # one that cannot be imported holds no suggestion
                continue
    installed = sorted({each.name for each in _places() if each.is_dir()})
    return (found + difflib.get_close_matches(name.split(".", 1)[0], installed, n=3))[:5]


def _is_installed(top: str) -> bool:
    if top == "ml_intern_box":
        return True
    return any((place / top).is_dir() or any(place.glob(f"{top}.*")) for place in _folders())


def _folders() -> list[Path]:
    return [Path(each) for each in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")} if each]


def _places() -> list[Path]:
    return [each for folder in _folders() if folder.is_dir() for each in folder.iterdir() if each.name.isidentifier()]


def _kind(found: Any, owner: Any) -> str:
    if inspect.ismodule(found):
        return "module"
    if inspect.isclass(found):
        return signature_parts.class_kind(found)
    if not callable(found):
        return "value"
    return "method" if inspect.isclass(owner) else "function"


def _bases(found: Any) -> list[str]:
    if not inspect.isclass(found):
        return []
    return [f"{each.__module__}.{each.__qualname__}" for each in found.__mro__[1:] if each is not object]


def _members(found: Any) -> list[str]:
    if not inspect.ismodule(found) and not inspect.isclass(found):
        return []
    listed = getattr(found, "__all__", None) if inspect.ismodule(found) else None
    names = [str(each) for each in listed] if isinstance(listed, (list, tuple)) else dir(found)
    return sorted({each for each in names if not each.startswith("_")})[:MOST_MEMBERS]


def _missing_packages(found: Any) -> list[str]:
    """Packages whose absence made transformers put a stand-in in the place of the real thing."""
    wanted = vars(found).get("_backends") if inspect.isclass(found) else None
    return [str(each) for each in wanted] if isinstance(wanted, (list, tuple)) else []


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        version = getattr(sys.modules.get(package), "__version__", None)
        return version if isinstance(version, str) else None


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def main(arguments: list[str]) -> int:
    out, names = Path(arguments[0]), arguments[1 : MOST_NAMES + 1]
    signatures = [look_up(name) for name in names]
    partial = out.with_name(out.name + ".part")
    partial.write_text(json.dumps({"signatures": signatures}), encoding="utf-8")
    os.replace(partial, out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
