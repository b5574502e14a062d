"""Where what config.json holds goes in a script: through variables, parameters and functions of the same file.

Followed as far as its text tells. What is said of keys that are read is never too little: where the script may read any
key, or hands the configuration to something that is not followed, that is told as well.
"""

from __future__ import annotations

import ast
from typing import Any, List, Optional, Set

from .lint_tree import FUNCTIONS, MOST_STEPS, Script, arguments_of, index_of, text_of

FILE = "config.json"
_BESIDE = (FILE, "./" + FILE, ".", "utf-8", "utf8", "r", "rt", "rb")
"""The only texts of a path that leads to the file beside the script: with another it may be a model's config.json."""
_COPIES = ("builtins.dict", "copy.copy", "copy.deepcopy")
_GOES_OVER = ("builtins.list", "builtins.set", "builtins.tuple", "builtins.sorted", "builtins.iter")
_LOOKS = ("print", "len", "str", "repr", "isinstance", "json.dumps", "json.dump", "pprint.pprint")


def loaded_from(script: Script, node: ast.Call) -> Set[ast.AST]:
    """The texts that name config.json, where the call reads that file beside the script by json; else none."""
    if script.dotted(node.func) not in ("json.loads", "json.load") or not node.args:
        return set()
    return _named(script, node.args[0], MOST_STEPS) or set()


def _named(script: Script, node: ast.AST, steps: int) -> Optional[Set[ast.AST]]:
    """The texts of a path that name the file; None where the path may lead elsewhere."""
    found: Set[ast.AST] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            if each.value not in _BESIDE:
                return None
            found.update([each] if each.value.endswith(FILE) else [])
        elif isinstance(each, ast.Name) and each.id != "__file__" and script.dotted(each) is None:
            value = _opened(script, each)
            here = _named(script, value, steps - 1) if value is not None and steps else None
            if here is None:
                return None
            found |= here
    return found


def _opened(script: Script, name: ast.Name) -> Optional[ast.AST]:
    """What a variable was given, or what `with ... as` it opens."""
    binding = script.binding(name)
    if binding is None:
        return None
    above = script.parents.get(binding.statement)
    opened = above.context_expr if isinstance(above, ast.withitem) else None
    return binding.value if binding.kind == "assign" else opened


class ConfigUse:
    """`read` and `put`: keys that are read or set; `any`: every key may be read; `lost`: it goes where it is not
    followed; `mixed`: it may hold other keys than the file does."""

    def __init__(self, script: Script) -> None:
        self.script = script
        paths = {node: loaded_from(script, node) for node in script.of_kind(ast.Call)}
        self.loads: List[ast.Call] = [node for node, named in paths.items() if named]
        self.paths: Set[ast.AST] = set().union(*paths.values())
        self.read: Set[str] = set()
        self.put: Set[str] = set()
        self.any = self.lost = self.mixed = False
        self.nodes: Set[ast.AST] = set()
        """Every expression that may be what the file holds."""
        left: List[ast.AST] = list(self.loads)
        while left:
            node = left.pop()
            if node not in self.nodes:
                self.nodes.add(node)
                left.extend(self._goes(node))

    def _goes(self, node: ast.AST) -> List[ast.AST]:
        """The expressions that are it as well because this one is."""
        parent = self.script.parents.get(node)
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            return self._assigned(parent)
        if isinstance(parent, ast.Subscript) and parent.value is node:
            self._indexed(parent)
            return []
        if isinstance(parent, ast.Attribute):
            return self._method(parent)
        if isinstance(parent, ast.Call):
            return self._argument(parent, node)
        if isinstance(parent, ast.keyword):
            return self._keyword(parent, node)
        if isinstance(parent, ast.Return):
            return self._returned(parent)
        return self._within(parent, node)

    def _within(self, parent: Optional[ast.AST], node: ast.AST) -> List[ast.AST]:
        unpacked = isinstance(parent, ast.Dict) and any(
            value is node and key is None for key, value in zip(parent.keys, parent.values)
        )
        chosen = isinstance(parent, ast.IfExp) and node is not parent.test
        if unpacked or chosen or isinstance(parent, (ast.BoolOp, ast.BinOp)):
            self.mixed = True
            return [parent] if parent is not None else []
        if isinstance(parent, ast.Compare):
            key = text_of(parent.left)
            self.read.update([key] if key is not None else [])
        elif isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension, ast.Starred)):
            self.any = True
        elif not isinstance(parent, (ast.Expr, ast.FormattedValue, ast.If, ast.IfExp, ast.UnaryOp, ast.Assert)):
            self.lost = True
        return []

    def _assigned(self, parent: Any) -> List[ast.AST]:
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        named = [each for each in targets if isinstance(each, ast.Name)]
        self.lost = self.lost or len(named) < len(targets)
        uses = [use for each in named for use in self.script.uses(each.id, each)]
        return [*uses, parent] if isinstance(parent, ast.NamedExpr) else uses

    def _indexed(self, place: ast.Subscript) -> None:
        key = text_of(index_of(place))
        if isinstance(place.ctx, ast.Store):
            self.mixed = self.mixed or key is None
            self.put.update([key] if key is not None else [])
        if not isinstance(place.ctx, ast.Store) or isinstance(self.script.parents.get(place), ast.AugAssign):
            self.any = self.any or key is None
            self.read.update([key] if key is not None else [])

    def _method(self, method: ast.Attribute) -> List[ast.AST]:
        call = self.script.parents.get(method)
        if not isinstance(call, ast.Call) or call.func is not method:
            self.lost = True
        elif method.attr == "copy":
            return [call]
        elif method.attr in ("get", "pop", "setdefault", "__getitem__", "__contains__"):
            key = text_of(call.args[0]) if call.args else None
            self.any = self.any or key is None
            self.read.update([key] if key is not None else [])
            self.mixed = self.mixed or method.attr == "setdefault"
        elif method.attr == "update":
            self.mixed = True
        else:  # items, values, keys: all of it
            self.any = True
        return []

    def _argument(self, call: ast.Call, node: ast.AST) -> List[ast.AST]:
        name = self.script.dotted(call.func)
        if name in _COPIES:
            return [call]
        if name in _GOES_OVER:
            self.any = True
            return []
        if name is not None and name.replace("builtins.", "") in _LOOKS:
            return []
        return self._handed(call, node)

    def _keyword(self, keyword: ast.keyword, node: ast.AST) -> List[ast.AST]:
        call = self.script.parents.get(keyword)
        if keyword.arg is None:
            if isinstance(call, ast.Call) and self.script.dotted(call.func) == "builtins.dict":
                self.mixed = True
                return [call]
            self.any = True
            return []
        return self._handed(call, node) if isinstance(call, ast.Call) else []

    def _handed(self, call: ast.Call, node: ast.AST) -> List[ast.AST]:
        function = self.script.local(call.func)
        given = arguments_of(function, call) if isinstance(function, FUNCTIONS) else None
        names = [parameter for parameter, value in (given or {}).items() if value is node]
        self.lost = self.lost or not names
        return [use for parameter in names for use in self.script.uses(parameter.arg, parameter)]

    def _returned(self, statement: ast.Return) -> List[ast.AST]:
        function = self.script.function_of(statement)
        calls = self.script.calls_of(function) if function is not None else [None]
        self.lost = self.lost or None in calls
        return [each for each in calls if each is not None]
