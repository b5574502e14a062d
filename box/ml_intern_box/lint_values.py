"""What an expression of a script is, as far as its text and the run's configuration tell. Nothing is run."""

from __future__ import annotations

import ast
from typing import Any, Dict, List, NamedTuple, Optional

from .lint_config import ConfigUse
from .lint_tree import MOST_STEPS, Script, arguments_of, index_of, text_of


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN = _Unknown()
"""Cannot be told: no rule may conclude anything from it."""
_HARMLESS = ("print", "len", "str", "repr", "dict", "json.dumps", "json.dump", "pprint.pprint", "isinstance", "sorted")


class Entry(NamedTuple):
    """`at` is where the key stands; `maybe`: set only in some branch, or taken back somewhere."""

    value: ast.AST
    at: ast.AST
    maybe: bool


class Entries(NamedTuple):
    """`open`: there may be other keys."""

    known: Dict[str, Entry]
    open: bool


class Values:
    def __init__(self, script: Script, config: Optional[Dict[str, Any]]) -> None:
        self.script = script
        self.config = config
        self.use = ConfigUse(script)
        self._given: Dict[ast.AST, bool] = {}

    def of(self, node: Optional[ast.AST], steps: int = MOST_STEPS) -> Any:
        """A constant, a list or a dict of such, or UNKNOWN."""
        if node is None or steps == 0:
            return UNKNOWN
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.UnaryOp):
            return self._signed(node, steps)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return [self.of(each, steps - 1) for each in node.elts]
        if isinstance(node, (ast.JoinedStr, ast.BinOp)):
            return self._joined(node, steps)
        if isinstance(node, ast.Name):
            binding = self.script.binding(node)
            assigned = binding is not None and binding.kind == "assign"
            return self.of(binding.value, steps - 1) if binding is not None and assigned else UNKNOWN
        return self._configured(node, steps)

    def _signed(self, node: ast.UnaryOp, steps: int) -> Any:
        value = self.of(node.operand, steps - 1)
        if isinstance(node.op, ast.Not):
            return not value if isinstance(value, bool) else UNKNOWN
        if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
            return -value
        return UNKNOWN

    def _joined(self, node: ast.AST, steps: int) -> Any:
        if isinstance(node, ast.JoinedStr):
            inner = [each.value if isinstance(each, ast.FormattedValue) else each for each in node.values]
            parts = [self.of(each, steps - 1) for each in inner]
            return UNKNOWN if any(part is UNKNOWN for part in parts) else "".join(str(part) for part in parts)
        assert isinstance(node, ast.BinOp)
        left, right = self.of(node.left, steps - 1), self.of(node.right, steps - 1)
        if isinstance(left, str) and isinstance(right, str) and isinstance(node.op, ast.Add):
            return left + right
        if not all(isinstance(each, (int, float)) and abs(each) < 1e12 for each in (left, right)):
            return UNKNOWN
        if isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
            return {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}[type(node.op)]
        return left / right if isinstance(node.op, ast.Div) and right else UNKNOWN

    def config_key(self, node: Optional[ast.AST]) -> Optional[str]:
        """`learning_rate` for `config["learning_rate"]` and `config.get("learning_rate", ...)`."""
        if isinstance(node, ast.Subscript) and self.is_config(node.value):
            return text_of(index_of(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            return text_of(node.args[0]) if node.args and self.is_config(node.func.value) else None
        return None

    def is_config(self, node: Optional[ast.AST], steps: int = MOST_STEPS) -> bool:
        """Whether it is what config.json holds, and nothing else: read from there, or handed on by every call."""
        if steps == 0:
            return False
        if isinstance(node, ast.Call):
            return node in self.use.loads or self._is_returned(self.script.local(node.func), steps)
        binding = self.script.binding(node) if isinstance(node, ast.Name) else None
        if binding is not None and binding.kind == "parameter":
            if binding.statement not in self._given:
                self._given[binding.statement] = False  # a function that hands it to itself tells nothing
                self._given[binding.statement] = self._is_given(binding.statement, steps)
            return self._given[binding.statement]
        return binding is not None and binding.kind == "assign" and self.is_config(binding.value, steps - 1)

    def _is_given(self, parameter: ast.AST, steps: int) -> bool:
        function = self.script.scope(parameter)
        calls = self.script.calls_of(function)
        given = [arguments_of(function, each) if each is not None else None for each in calls]
        arguments = [each.get(parameter) if each is not None else None for each in given]  # type: ignore[call-overload]
        return bool(arguments) and all(self.is_config(each, steps - 1) for each in arguments)

    def _is_returned(self, function: Optional[ast.AST], steps: int) -> bool:
        if not isinstance(function, ast.FunctionDef):
            return False
        returns = [each for each in self.script.of_kind(ast.Return) if self.script.function_of(each) is function]
        return bool(returns) and all(self.is_config(each.value, steps - 1) for each in returns)

    def _configured(self, node: ast.AST, steps: int) -> Any:
        key = self.config_key(node)
        if key is None or self.config is None or self.use.mixed or key in self.use.put:
            return UNKNOWN
        if key in self.config:
            return self.config[key]
        isget = isinstance(node, ast.Call) and len(node.args) > 1
        return self.of(node.args[1], steps - 1) if isget and isinstance(node, ast.Call) else UNKNOWN

    def entries(self, node: Optional[ast.AST], before: ast.AST, steps: int = MOST_STEPS) -> Entries:
        """The keys of a dict that is handed over with `**` at `before`."""
        if isinstance(node, ast.Dict) and steps:
            return self._literal(node, before, steps)
        if isinstance(node, ast.Call) and self.script.dotted(node.func) == "builtins.dict" and steps:
            parts = [self.entries(each, before, steps - 1) for each in node.args]
            parts += [self.entries(each.value, before, steps - 1) for each in node.keywords if each.arg is None]
            named = {each.arg: Entry(each.value, each.value, False) for each in node.keywords if each.arg is not None}
            return _merged([*parts, Entries(named, False)])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and steps:
            return _merged([self.entries(each, before, steps - 1) for each in (node.left, node.right)])
        if isinstance(node, ast.Name) and steps:
            return self._variable(node, before, steps)
        value = self.of(node)
        if node is not None and isinstance(value, dict):
            return Entries({str(key): Entry(_as_node(each, node), node, False) for key, each in value.items()}, False)
        return Entries({}, True)

    def _literal(self, node: ast.Dict, before: ast.AST, steps: int) -> Entries:
        parts: List[Entries] = []
        for key, value in zip(node.keys, node.values):
            text = text_of(key)
            if key is None:
                parts.append(self.entries(value, before, steps - 1))
            else:
                parts.append(Entries({}, True) if text is None else Entries({text: Entry(value, key, False)}, False))
        return _merged(parts)

    def _variable(self, node: ast.Name, before: ast.AST, steps: int) -> Entries:
        scope, known = self.script.found(node.id, node)
        binding = self.script.binding(node)
        if binding is None or binding.kind != "assign" or scope is None or len(known) != 1:
            return Entries({}, True)
        found = self.entries(binding.value, before, steps - 1)
        for use in self.script.of_kind(ast.Name):
            if use.id == node.id and use is not node and self.script.found(use.id, use)[0] is scope:
                if (use.lineno, use.col_offset) < (before.lineno, before.col_offset):  # type: ignore[attr-defined]
                    found = self._changed(found, use, before, steps)
        return found

    def _changed(self, found: Entries, use: ast.Name, before: ast.AST, steps: int) -> Entries:
        """What a use of the variable before the call does to it."""
        parent = self.script.parents.get(use)
        maybe = not self.script.is_certain(use, before)
        if isinstance(parent, ast.Subscript) and parent.value is use:
            key, outer = text_of(index_of(parent)), self.script.parents.get(parent)
            if isinstance(parent.ctx, ast.Del):
                return _without(found, key)
            if isinstance(parent.ctx, ast.Load):
                return found
            if key is None or not isinstance(outer, ast.Assign):
                return found._replace(open=True)
            return _merged([found, Entries({key: Entry(outer.value, parent, maybe)}, False)])
        if isinstance(parent, ast.Attribute):
            return self._called(found, parent, before, maybe, steps)
        if isinstance(parent, ast.Call) and use in parent.args:
            if self.script.dotted(parent.func) not in [*_HARMLESS, *("builtins.%s" % each for each in _HARMLESS)]:
                return _all_maybe(found)
        return found

    def _called(self, found: Entries, method: ast.Attribute, before: ast.AST, maybe: bool, steps: int) -> Entries:
        call = self.script.parents.get(method)
        if not isinstance(call, ast.Call) or method.attr in ("get", "keys", "items", "values", "copy"):
            return found
        if method.attr == "update":
            more = [self.entries(each, before, steps - 1) for each in call.args]
            more += [self.entries(each.value, before, steps - 1) for each in call.keywords if each.arg is None]
            named = {each.arg: Entry(each.value, each.value, False) for each in call.keywords if each.arg is not None}
            added = _merged([*more, Entries(named, False)])
            return _merged([found, _all_maybe(added, added.open) if maybe else added])
        if method.attr == "pop" and call.args:
            return _without(found, text_of(call.args[0]))
        return _all_maybe(found)


def _merged(parts: List[Entries]) -> Entries:
    known: Dict[str, Entry] = {}
    for part in parts:
        known.update(part.known)
    return Entries(known, any(part.open for part in parts))


def _without(found: Entries, key: Optional[str]) -> Entries:
    if key is None:
        return _all_maybe(found)
    return Entries({name: each for name, each in found.known.items() if name != key}, found.open)


def _all_maybe(found: Entries, is_open: bool = True) -> Entries:
    return Entries({name: each._replace(maybe=True) for name, each in found.known.items()}, is_open)


def _as_node(value: Any, at: ast.AST) -> ast.AST:
    """A value of the configuration as if it stood in the script."""
    node = ast.parse(repr(value), mode="eval").body
    for each in ast.walk(node):
        ast.copy_location(each, at)
    return node
