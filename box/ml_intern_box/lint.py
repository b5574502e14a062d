"""Reads a training script before it is launched and tells what will not work, or not do what it seems to.

The script is parsed, never run; what cannot be told from its text is no finding. Errors block a launch, warnings do
not. Run by the Python of the job's environment, in two steps, so that signatures are read and kept by one program:
`python -m ml_intern_box.lint names ORDER OUT` and then, with the signatures in the order, `check ORDER OUT`.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from typing import Any, Dict, List, Optional

from . import (
    lint_arguments,
    lint_columns,
    lint_generation,
    lint_hooks,
    lint_imports,
    lint_keys,
    lint_model,
    lint_paths,
    lint_reads,
    lint_rows,
    lint_secrets,
)
from .lint_arguments import Installed
from .lint_calls import Calls
from .lint_columns import Columns
from .lint_found import Findings
from .lint_outside import Outside
from .lint_training import Training
from .lint_tree import Script
from .lint_truncation import Truncation
from .lint_values import Values

MOST_CHARACTERS = 1_000_000


def names(order: Dict[str, Any]) -> Dict[str, Any]:
    """{names: what must be looked up, absent: packages that this Python lacks}. A script that is none has neither."""
    try:
        script = Script(order["script"])
    except SyntaxError:
        return {"names": [], "absent": []}
    config = order.get("config")
    wanted = Calls(script, Values(script, config)).names()
    beside = set(order.get("beside") or ())
    absent = [each for each in lint_imports.missing(lint_imports.modules(script)) if each not in beside]
    return {"names": wanted, "absent": absent}


def check(order: Dict[str, Any]) -> Dict[str, List[Dict[str, Any]]]:
    """{errors, warnings: [{line, column, rule, message, fix}]}, lines and columns counted from 1.

    `order`: script, config? (what config.json holds), columns? or recipe?, model? (facts of the base model), gpus?,
    protected? (names of evaluation files), allow? (rules that shall not block), launch? (this is about to run as a
    job), signatures?, absent?, templates?.
    """
    findings = Findings(order.get("allow") or ())
    if len(order["script"]) > MOST_CHARACTERS:
        findings.error("syntax", None, "The script is longer than a million characters.", "Take data out of it.")
        return findings.answer()
    try:
        script = Script(order["script"])
    except SyntaxError as error:
        _syntax(error, findings)
        return findings.answer()
    _whole(script, order, findings)
    return findings.answer()


def _whole(script: Script, order: Dict[str, Any], findings: Findings) -> None:
    values = Values(script, order.get("config"))
    calls = Calls(script, values)
    installed = Installed(order.get("signatures") or [])
    columns = Columns(script, values, calls, order.get("columns") or lint_columns.of_recipe(order.get("recipe")))
    recipe = order.get("recipe") or {}
    facts = {
        **order,
        "maxTokens": order.get("maxTokens") or (recipe.get("maxTokens") if isinstance(recipe, dict) else None),
    }
    lint_imports.check(script, set(order.get("absent") or ()), installed, findings)
    lint_arguments.check(calls, installed, findings)
    lint_rows.check(script, calls, columns, findings)
    lint_hooks.check(script, calls, installed, findings)
    lint_generation.check(script, calls, installed, findings)
    Training(script, calls, columns, installed, facts).check(findings)
    Truncation(script, calls, installed, facts).check(findings)
    lint_paths.check(script, values, calls, findings)
    lint_reads.check(script, values, order, findings)
    lint_secrets.check(script, findings)
    Outside(script, values, calls, facts).check(findings)
    lint_keys.check(script, values, findings)


def _syntax(error: SyntaxError, findings: Findings) -> None:
    at = ast.Constant(value=None)
    at.lineno, at.col_offset = error.lineno or 1, max(0, (error.offset or 1) - 1)
    line = (error.text or "").strip()
    fix = "Leave notebook commands out: this is a Python file." if re.match(r"[!%]", line) else "Mend this line."
    findings.error("syntax", at, "Python cannot read this line: %s." % (error.msg or "invalid syntax"), fix)


def main(arguments: List[str]) -> int:
    step, source, out = arguments
    with open(source, encoding="utf-8") as file:
        order = json.load(file)
    answer = names(order) if step == "names" else check(_with_model(order))
    with open(out + ".part", "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace(out + ".part", out)
    return 0


def _with_model(order: Dict[str, Any]) -> Dict[str, Any]:
    place: Optional[str] = order.get("baseModel")
    return {**order, "model": lint_model.read(place, order.get("root")), "templates": lint_model.known_templates()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
