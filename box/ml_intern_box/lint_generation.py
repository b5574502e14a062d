"""Templates, pipelines and generation: what transformers 5 returns or refuses differently from before."""

from __future__ import annotations

import ast
from typing import Optional

from . import lint_known
from .lint_arguments import Installed
from .lint_calls import Calls
from .lint_found import Findings
from .lint_tree import Script


def check(script: Script, calls: Calls, installed: Installed, findings: Findings) -> None:
    if installed.version("transformers") < 5:
        return
    for node in script.of_kind(ast.Call):
        _template(script, calls, node, findings)
    for call in calls.of("pipeline"):
        task = calls.argument(call, "task", 0)
        value = calls.values.of(task)
        if (
            call.name.startswith("transformers")
            and isinstance(value, str)
            and value in lint_known.PIPELINES
            and not call.soft
        ):
            what = "transformers has no pipeline for %s any more." % value
            findings.error("removed", task, what, lint_known.PIPELINES[value])


def _template(script: Script, calls: Calls, node: ast.Call, findings: Findings) -> None:
    """generate(it) and len(it), where `it` is what apply_chat_template returned: a dict of tensors, not the tokens."""
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name not in ("generate", "len") or not node.args or script.is_guarded(node):
        return
    made = _made(script, node.args[0])
    if made is None or not _is_encoding(calls, made):
        return
    if name == "len":
        what = "len() of what apply_chat_template returns is the number of its fields, not of tokens."
        findings.error("chat-template-result", node, what, 'Take ["input_ids"] of it, or give return_dict=False.')
    else:
        what = "apply_chat_template returns a dict of tensors: generate does not take it by position."
        findings.error("chat-template-result", node, what, "Write generate(**inputs), or give return_dict=False.")


def _made(script: Script, node: ast.AST) -> Optional[ast.Call]:
    if isinstance(node, ast.Name):
        binding = script.binding(node)
        return _made(script, binding.value) if binding is not None and binding.kind == "assign" else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if node.func.attr in ("to", "cuda", "cpu"):
        return _made(script, node.func.value)
    return node if node.func.attr == "apply_chat_template" else None


def _is_encoding(calls: Calls, made: ast.Call) -> bool:
    """Unless it gives text, or a bare list or tensor; a keyword that cannot be told may ask for either."""
    given = {each.arg: each.value for each in made.keywords}
    if None in given:
        return False
    tokenizes = "tokenize" not in given or calls.values.of(given["tokenize"]) is True
    return tokenizes and ("return_dict" not in given or calls.values.of(given["return_dict"]) is True)
