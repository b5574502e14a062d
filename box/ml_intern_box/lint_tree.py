"""A script as a tree: which name means what where, told from the text alone. Nothing of the script is run."""

from __future__ import annotations

import ast
import builtins
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPES = FUNCTIONS + (ast.Module, ast.ClassDef)
_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.ExceptHandler, ast.IfExp)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
MOST_STEPS = 20
"""Names that stand for names that stand for names: further than this is not followed."""
VERSION_WORDS = ("version", "hasattr", "signature", "fields", "is_available", "find_spec", "inspect", "parameters")


class Binding(NamedTuple):
    """`kind` is one of: import (value is the dotted name), assign (value is a node), def, class, parameter, other."""

    kind: str
    value: Any
    statement: ast.AST


class Script:
    def __init__(self, text: str) -> None:
        """Raises SyntaxError, also for what Python itself refuses without one (null bytes, far too deep)."""
        try:
            self.tree: ast.Module = ast.parse(text)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error) or type(error).__name__) from error
        self.parents: Dict[ast.AST, ast.AST] = {}
        self.nodes: List[ast.AST] = list(ast.walk(self.tree))
        for node in self.nodes:
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
        self.bindings: Dict[ast.AST, Dict[str, List[Binding]]] = {}
        for node in self.nodes:
            for name, binding in _bound(node):
                scope = self.tree if self._is_global(node, name) else self.scope(node)
                self.bindings.setdefault(scope, {}).setdefault(name, []).append(binding)

    def of_kind(self, *kinds: type) -> Iterator[Any]:
        return (node for node in self.nodes if isinstance(node, kinds))

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while node in self.parents:
            node = self.parents[node]
            yield node

    def scope(self, node: ast.AST) -> ast.AST:
        """Where a name bound by `node` lives. A function's own name and its decorators lie outside of it."""
        if isinstance(node, ast.arg):
            return next(each for each in self.ancestors(node) if isinstance(each, FUNCTIONS))
        return next((each for each in self.ancestors(node) if isinstance(each, _SCOPES)), self.tree)

    def function_of(self, node: ast.AST) -> Optional[ast.AST]:
        return next((each for each in self.ancestors(node) if isinstance(each, FUNCTIONS)), None)

    def found(self, name: str, at: ast.AST) -> Tuple[Optional[ast.AST], List[Binding]]:
        """(the scope that binds the name, all that bind it there)."""
        scope: Optional[ast.AST] = self.scope(at)
        while scope is not None:
            known = self.bindings.get(scope, {}).get(name)
            if known:
                return scope, known
            above = (each for each in self.ancestors(scope) if isinstance(each, FUNCTIONS + (ast.Module,)))
            scope = next(above, None)
        return None, []

    def binding(self, name: ast.Name) -> Optional[Binding]:
        """The one that reaches this use; None where it cannot be told, or where the name is a builtin."""
        scope, known = self.found(name.id, name)
        if len(known) == 1:
            return known[0]
        if not known or scope is not self.scope(name):
            return None
        before = [each for each in known if _ended_before(each.statement, name)]
        later = [each for each in known if each not in before]
        if not before or any(self._in_one_loop(each.statement, name) for each in later):
            return None
        last = max(before, key=lambda each: (each.statement.lineno, each.statement.col_offset))
        return last if self.is_certain(last.statement, name) else None

    def is_certain(self, statement: ast.AST, use: ast.AST) -> bool:
        """Whether the statement ran whenever the use is reached."""
        around = set(self.ancestors(use))
        branches = (each for each in self.ancestors(statement) if isinstance(each, _BRANCHES))
        return all(each in around and self._same_branch(each, statement, use) for each in branches)

    def _same_branch(self, branch: ast.AST, one: ast.AST, other: ast.AST) -> bool:
        return self._field(branch, one) == self._field(branch, other)

    def _field(self, branch: ast.AST, node: ast.AST) -> Optional[str]:
        below = node
        for each in self.ancestors(node):
            if each is branch:
                break
            below = each
        for field, value in ast.iter_fields(branch):
            if value is below or (isinstance(value, list) and any(each is below for each in value)):
                return field
        return None

    def _in_one_loop(self, one: ast.AST, other: ast.AST) -> bool:
        return any(isinstance(each, _LOOPS) and each in set(self.ancestors(other)) for each in self.ancestors(one))

    def _is_global(self, node: ast.AST, name: str) -> bool:
        scope = self.scope(node)
        return isinstance(scope, FUNCTIONS[:2]) and any(
            isinstance(each, (ast.Global, ast.Nonlocal)) and name in each.names for each in scope.body
        )

    def dotted(self, node: ast.AST, steps: int = MOST_STEPS) -> Optional[str]:
        """`SFTConfig` -> `trl.SFTConfig` by its import; `open` -> `builtins.open`; None where it cannot be told."""
        if steps == 0:
            return None
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value, steps - 1)
            return None if base is None or base.startswith("builtins.") else "%s.%s" % (base, node.attr)
        if not isinstance(node, ast.Name):
            return None
        _, known = self.found(node.id, node)
        if not known:
            return "builtins.%s" % node.id if hasattr(builtins, node.id) else None
        imported = {each.value for each in known if each.kind == "import"}
        if len(imported) == 1 and all(each.kind == "import" for each in known):
            return imported.pop()
        if len(known) == 1 and known[0].kind == "assign" and isinstance(known[0].value, (ast.Name, ast.Attribute)):
            return self.dotted(known[0].value, steps - 1)
        return None

    def local(self, node: ast.AST) -> Optional[ast.AST]:
        """The function, lambda or class of the script that a name means."""
        if isinstance(node, ast.Lambda):
            return node
        if not isinstance(node, ast.Name):
            return None
        _, known = self.found(node.id, node)
        if len(known) != 1:
            return None
        if known[0].kind == "assign" and isinstance(known[0].value, ast.Lambda):
            return known[0].value
        return known[0].value if known[0].kind in ("def", "class") else None

    def uses(self, name: str, at: ast.AST) -> Iterator[ast.Name]:
        """Every place that reads the name which is bound at `at`."""
        scope = self.found(name, at)[0]
        for each in self.of_kind(ast.Name):
            if each.id == name and isinstance(each.ctx, ast.Load) and self.found(name, each)[0] is scope:
                yield each

    def calls_of(self, function: ast.AST) -> List[Optional[ast.Call]]:
        """The calls of a function of the script; None for each other use of it, from where it may be called too."""
        if not isinstance(function, ast.FunctionDef) or isinstance(self.parents.get(function), ast.ClassDef):
            return [None]
        if function.decorator_list or len(self.found(function.name, self.parents[function])[1]) != 1:
            return [None]
        uses = [(use, self.parents.get(use)) for use in self.uses(function.name, self.parents[function])]
        return [call if isinstance(call, ast.Call) and call.func is use else None for use, call in uses]

    def is_guarded(self, node: ast.AST) -> bool:
        """Whether the script itself provides for the failure of this place, or asks for the version first."""
        below = node
        for each in self.ancestors(node):
            if isinstance(each, ast.ExceptHandler):
                return True
            if isinstance(each, ast.Try) and below in each.body and each.handlers:
                return True
            if isinstance(each, (ast.If, ast.IfExp)) and below is not each.test and _asks_version(each.test):
                return True
            if isinstance(each, FUNCTIONS):
                return False
            below = each
        return False

    def is_conditional(self, node: ast.AST) -> bool:
        return any(isinstance(each, (ast.If, ast.IfExp)) and not is_main(each) for each in self.ancestors(node))


def is_main(node: ast.AST) -> bool:
    """`if __name__ == "__main__":`"""
    test = node.test if isinstance(node, (ast.If, ast.IfExp)) else None
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def index_of(node: ast.Subscript) -> ast.AST:
    """What stands between the brackets; Python 3.8 wraps it."""
    inner: Any = node.slice
    return inner.value if type(inner).__name__ == "Index" else inner


def text_of(node: Optional[ast.AST]) -> Optional[str]:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def parameters(function: Any) -> List[ast.arg]:
    every = function.args
    return [*getattr(every, "posonlyargs", []), *every.args, *every.kwonlyargs]


def arguments_of(function: Any, call: ast.Call) -> Optional[Dict[ast.arg, ast.AST]]:
    """What each parameter is given by a call; None where `*` or `**` hides it."""
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        return None
    every = function.args
    given: Dict[ast.arg, ast.AST] = dict(zip([*getattr(every, "posonlyargs", []), *every.args], call.args))
    named = {each.arg: each for each in parameters(function)}
    given.update({named[each.arg]: each.value for each in call.keywords if each.arg in named})
    return given


def _asks_version(test: ast.AST) -> bool:
    words = [getattr(each, "id", None) or getattr(each, "attr", None) or "" for each in ast.walk(test)]
    return any(mark in str(word).lower() for word in words for mark in VERSION_WORDS)


def _ended_before(statement: ast.AST, use: ast.AST) -> bool:
    end = (getattr(statement, "end_lineno", None) or 0, getattr(statement, "end_col_offset", None) or 0)
    return end <= (getattr(use, "lineno", 0), getattr(use, "col_offset", 0))


def _bound(node: ast.AST) -> Iterator[Tuple[str, Binding]]:
    if isinstance(node, ast.Import):
        for each in node.names:
            name = each.asname or each.name.split(".")[0]
            yield name, Binding("import", each.name if each.asname else name, node)
    elif isinstance(node, ast.ImportFrom):
        for each in node.names:
            dotted = "%s.%s" % (node.module, each.name) if not node.level and node.module else ".%s" % each.name
            yield each.asname or each.name, Binding("import", dotted, node)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node.name, Binding("def", node, node)
    elif isinstance(node, ast.ClassDef):
        yield node.name, Binding("class", node, node)
    elif isinstance(node, ast.arg):
        yield node.arg, Binding("parameter", None, node)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target, node.value, node)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and isinstance(node.target, ast.Name):
        if node.value is not None:
            yield node.target.id, Binding("assign", node.value, node)
    elif isinstance(node, (ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension)):
        yield from _targets(node.target, None, node.target)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield from _targets(node.optional_vars, None, node.optional_vars)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name, Binding("other", None, node)


def _targets(target: ast.AST, value: Optional[ast.AST], statement: ast.AST) -> Iterator[Tuple[str, Binding]]:
    if isinstance(target, ast.Name):
        yield target.id, Binding("other" if value is None else "assign", value, statement)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value, None, statement)
    elif isinstance(target, (ast.Tuple, ast.List)):
        paired = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
        starred = any(isinstance(each, ast.Starred) for each in target.elts)
        for position, each in enumerate(target.elts):
            yield from _targets(each, value.elts[position] if paired and not starred else None, statement)
