"""What a `**kwargs` hides, as far as the source tells without running it.

Those of the parent when a constructor hands its keywords on, and those that the body takes out by name.
"""

from __future__ import annotations

import ast
import inspect
from typing import Any, Iterator

from . import signature_docs

_NAMED = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.KEYWORD_ONLY,
)


def hidden(found: Any) -> Iterator[tuple[Any, Any]]:
    """(class, the name of a key that is taken out | a parameter of the parent's constructor)."""
    chain = _chain(found)
    for position, (owner, body) in enumerate(chain):
        tree, name = signature_docs.source_tree(body), _keywords_name(body)
        if name is None:
            return
        for key in _taken_out(tree, name):
            yield owner, key
        if not _hands_on(tree, name):
            return
        for parent, constructor in chain[position + 1 : position + 2]:
            every = list(inspect.signature(constructor).parameters.values())[1:]
            yield from ((parent, each) for each in every if each.kind in _NAMED)


def _chain(found: Any) -> list[tuple[Any, Any]]:
    """(class, its constructor) from the most derived to the base; a function alone."""
    if not inspect.isclass(found):
        return [(None, found)]
    own = [(each, vars(each).get("__init__")) for each in found.__mro__]
    return [(each, body) for each, body in own if inspect.isfunction(body)]


def _keywords_name(body: Any) -> str | None:
    try:
        every = inspect.signature(body).parameters.values()
    except (ValueError, TypeError):
        return None
    return next((each.name for each in every if each.kind is inspect.Parameter.VAR_KEYWORD), None)


def _taken_out(tree: ast.AST | None, name: str) -> list[str]:
    """Keys of `kwargs.pop("key", ...)` and `kwargs.get("key")`."""
    keys = []
    for node in ast.walk(tree) if tree else ():
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        source, key = node.func.value, node.args[0]
        if isinstance(source, ast.Name) and source.id == name and node.func.attr in ("pop", "get"):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and not key.value.startswith("_"):
                keys.append(key.value)
    return list(dict.fromkeys(keys))


def _hands_on(tree: ast.AST | None, name: str) -> bool:
    """Whether the body calls `super().__init__(..., **kwargs)`."""
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__init__":
            handed = [each.value for each in node.keywords if each.arg is None and isinstance(each.value, ast.Name)]
            if any(each.id == name for each in handed):
                return True
    return False
