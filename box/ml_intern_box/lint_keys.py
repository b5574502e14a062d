"""The keys of config.json against those that the script reads: what it needs and lacks, what is there in vain."""

from __future__ import annotations

import ast
import difflib
from typing import Any, Dict, FrozenSet, Optional

from . import lint_known
from .lint_config import FILE
from .lint_found import Findings
from .lint_tree import FUNCTIONS, Script, arguments_of, index_of, is_main, text_of
from .lint_values import Values

OF_THE_SERVICE = ("base_model", "data", "output", "seed")
"""Written into every config.json, whether the script reads them or not."""
_SHORT = {"lr": "learning_rate", "wd": "weight_decay", "lora_rank": "lora_r"}
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def check(script: Script, values: Values, findings: Findings) -> None:
    if values.config is None:
        return
    _missing(script, values, values.config, findings)
    _unread(script, values, values.config, findings)


def _missing(script: Script, values: Values, config: Dict[str, Any], findings: Findings) -> None:
    """`config["x"]` without a default, where config.json has no x and the script always comes by."""
    use = values.use
    if use.mixed:
        return
    for node in script.of_kind(ast.Subscript):
        key = text_of(index_of(node)) if isinstance(node.ctx, ast.Load) and node.value in use.nodes else None
        if key is None or key in config or key in use.put or not _always(script, node):
            continue
        if _is_config_here(script, values, node.value, frozenset()):
            how = 'Add it to config, or write config.get("%s", ...).' % key
            findings.error("config-key", node, "config.json has no %s." % key, how)


def _is_config_here(script: Script, values: Values, node: ast.AST, seen: FrozenSet[ast.AST]) -> bool:
    """Whether it is the configuration at least in one call that surely comes; the function around it is run then."""
    function = script.function_of(node)
    if not isinstance(node, ast.Name) or values.is_config(node):
        return values.is_config(node) and _is_run(script, function, seen)
    binding = script.binding(node)
    parameter = binding.statement if binding is not None and binding.kind == "parameter" else None
    if parameter is None or parameter in seen:
        return False
    for call in script.calls_of(script.scope(parameter)):
        given = arguments_of(script.scope(parameter), call) if call is not None and _always(script, call) else None
        argument = (given or {}).get(parameter)  # type: ignore[call-overload]
        if argument is not None and _is_config_here(script, values, argument, seen | {parameter}):
            return True
    return False


def _is_run(script: Script, function: Optional[ast.AST], seen: FrozenSet[ast.AST]) -> bool:
    """Whether it surely is: called, or handed on to be called. A lambda or a method is taken to be where it stands."""
    if function is None or function in seen:
        return function is None
    is_named = isinstance(function, ast.FunctionDef) and not isinstance(script.parents[function], ast.ClassDef)
    places = [function]
    if is_named and not function.decorator_list:  # type: ignore[attr-defined]
        places = list(script.uses(function.name, script.parents[function]))  # type: ignore[attr-defined]
    return any(_always(script, each) and _is_run(script, script.function_of(each), seen | {function}) for each in places)


def _always(script: Script, node: ast.AST) -> bool:
    """Whether the function around a place cannot do without it: no branch, no loop, no way out before."""
    below = node
    for each in script.ancestors(node):
        if isinstance(each, (ast.If, ast.IfExp)) and not is_main(each) and below is not each.test:
            return False
        if isinstance(each, ast.BoolOp) and below is not each.values[0]:
            return False
        if isinstance(each, (ast.Try, ast.ExceptHandler)) or type(each).__name__ in ("TryStar", "match_case"):
            return False
        if isinstance(each, _LOOPS) and below in each.body:
            return False
        if isinstance(each, FUNCTIONS):
            return not _leaves_before(script, each, node)
        below = each
    return True


def _leaves_before(script: Script, function: ast.AST, node: ast.AST) -> bool:
    for each in script.of_kind(ast.Return):
        ended = (each.end_lineno or 0) < getattr(node, "lineno", 0)
        if ended and script.function_of(each) is function and not _is_without_package(script, each):
            return True
    return False


def _is_without_package(script: Script, leaving: ast.Return) -> bool:
    """`if train is None: return`, where `train` is imported: what is not installed has a finding of its own."""
    above = script.parents.get(leaving)
    test = above.test if isinstance(above, ast.If) and leaving in above.body else None
    if not isinstance(test, ast.Compare) or not isinstance(test.left, ast.Name) or not isinstance(test.ops[0], ast.Is):
        return False
    return any(each.kind == "import" for each in script.found(test.left.id, test.left)[1])


def _unread(script: Script, values: Values, config: Dict[str, Any], findings: Findings) -> None:
    """Keys of config.json that the script never reads: it would train on other values than were meant."""
    use = values.use
    vain = [key for key in config if key not in OF_THE_SERVICE and key not in use.read]
    if use.any or not vain:
        return
    texts = {each.value for each in script.of_kind(ast.Constant) if isinstance(each.value, str)}
    if not use.loads:
        if not any(FILE in text for text in texts):
            what = "The script does not read config.json: nothing that it sets (%s) has an effect." % ", ".join(vain)
            findings.warn("config-unread", None, what, "Read it, or leave these keys out.")
        return
    elsewhere = any(each.value == FILE and each not in use.paths for each in script.of_kind(ast.Constant))
    for key in vain:
        if not use.lost and not elsewhere:
            what = "The script never reads %s of config.json." % key
            findings.error("config-unread", use.loads[0], what, _fix(key, use.read))
        elif key not in texts:
            what = "Nothing in the script names %s of config.json." % key
            findings.warn("config-unread", use.loads[0], what, _fix(key, use.read))


def _fix(key: str, read: Any) -> str:
    near = _nearest(key, sorted(read))
    return "Did you mean %s?" % near if near else "Have the script read it, or leave it out."


def _nearest(key: str, read: Any) -> Optional[str]:
    named = [_SHORT.get(key), lint_known.ARGUMENTS.get(key, (None, ""))[0]]
    inside = sorted((each for each in read if each in key), key=len, reverse=True)
    alike = difflib.get_close_matches(key, read, n=1, cutoff=0.6)
    return next((each for each in [*named, *alike, *inside] if each in read), None)
