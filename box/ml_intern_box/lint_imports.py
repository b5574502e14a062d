"""Imports against what the job's environment has."""

from __future__ import annotations

import ast
import importlib.util
import sys
from typing import Any, Dict, List, Set

from . import lint_known
from .lint_arguments import Installed
from .lint_calls import PACKAGES
from .lint_found import Findings
from .lint_tree import Script


def modules(script: Script) -> List[str]:
    """The packages that a script imports, by their first name."""
    found = [each.name for node in script.of_kind(ast.Import) for each in node.names]
    found += [node.module for node in script.of_kind(ast.ImportFrom) if node.module and not node.level]
    return sorted({each.split(".")[0] for each in found})


def missing(names: List[str]) -> List[str]:
    """Those that the running Python would not find. Nothing is imported: the first part of a name never needs it."""
    return [name for name in names if not _is_there(name)]


def _is_there(name: str) -> bool:
    if name in sys.builtin_module_names or name in sys.modules:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def check(script: Script, absent: Set[str], installed: Installed, findings: Findings) -> None:
    for node in script.of_kind(ast.Import, ast.ImportFrom):
        if isinstance(node, ast.ImportFrom) and node.level:
            findings.error("import-missing", node, "A script has no package to import from.", "Leave the dots out.")
            continue
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for name in names:
            if name.split(".")[0] in absent:
                _absent(script, node, name.split(".")[0], findings)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES:
            _members(script, node, installed, findings)


def _absent(script: Script, node: ast.AST, name: str, findings: Findings) -> None:
    if script.is_guarded(node):
        return
    blocks = not script.is_conditional(node)
    message = "The job's environment has no package %s." % name
    fix = "Do without it, or ask the person to add it to the environment."
    (findings.error if blocks else findings.warn)("import-missing", node, message, fix)


def _members(script: Script, node: Any, installed: Installed, findings: Findings) -> None:
    for each in node.names:
        name = "%s.%s" % (node.module, each.name)
        facts: Dict[str, Any] = installed.all.get(name, {})
        blocks = not script.is_guarded(node) and not script.is_conditional(node)
        add = findings.error if blocks else findings.warn
        if facts.get("problem") == "no-member":
            near = [part.rsplit(".", 1)[-1] for part in facts["suggestions"][:1]]
            fix = lint_known.NAMES.get(each.name) or ("Did you mean %s?" % near[0] if near else "Look it up first.")
            add("import-missing", node, "%s has no %s." % (node.module, each.name), fix)
        elif facts.get("problem") == "import-failed":
            findings.warn("import-missing", node, facts["message"], "Look at the environment of the box.")
        elif facts.get("needs"):
            what = "%s needs %s, which the job's environment lacks." % (name, ", ".join(facts["needs"]))
            add("import-missing", node, what, "Do without it, or ask the person to add it to the environment.")
