"""Which columns a dataset of the script has, where it is made of the recipe's rows."""

from __future__ import annotations

import ast
from typing import Any, Dict, FrozenSet, List, NamedTuple, Optional

from .lint_calls import Calls, last
from .lint_tree import FUNCTIONS, MOST_STEPS, Script, index_of, parameters, text_of
from .lint_values import UNKNOWN, Values

DATA = "data/train.jsonl"
_SAME = ("filter", "shuffle", "select", "sort", "skip", "take", "shard", "with_format", "flatten_indices", "repeat")


class Rows(NamedTuple):
    """`splits`: a dict of datasets, all with these columns. `whole`: none was added or renamed by the script."""

    columns: FrozenSet[str]
    splits: bool


def of_recipe(recipe: Any) -> Optional[List[str]]:
    """The columns that a recipe's rows have, by the form that its mappings give them; None where they differ."""
    sources = recipe.get("sources") if isinstance(recipe, dict) else None
    forms = [_of_mapping(each.get("mapping")) for each in sources or [] if isinstance(each, dict)]
    return list(forms[0]) if forms and forms[0] and all(each == forms[0] for each in forms) else None


def _of_mapping(mapping: Any) -> Optional[List[str]]:
    if not isinstance(mapping, dict):
        return None
    to = mapping.get("to", "prompt-completion")
    if to == "messages":
        return ["messages", "tools"] if mapping.get("tools") else ["messages"]
    if to == "preference":
        return ["chosen", "rejected"] if mapping.get("prompt") is None else ["prompt", "chosen", "rejected"]
    return {"prompt-completion": ["prompt", "completion"], "text": ["text"]}.get(to)


class Columns:
    def __init__(self, script: Script, values: Values, calls: Calls, columns: Optional[List[str]]) -> None:
        self.script, self.values, self.calls = script, values, calls
        self.recipe = frozenset(columns) if columns else None

    def of(
        self, node: Optional[ast.AST], given: Optional[Dict[str, Rows]] = None, steps: int = MOST_STEPS
    ) -> Optional[Rows]:
        """None where it cannot be told. `given`: what the parameters of the function around it are."""
        if self.recipe is None or node is None or steps == 0:
            return None
        if isinstance(node, ast.Name):
            binding = self.script.binding(node)
            if binding is not None and binding.kind == "parameter":
                return (given or {}).get(node.id)
            assigned = binding is not None and binding.kind == "assign"
            return self.of(binding.value, given, steps - 1) if binding is not None and assigned else None
        if isinstance(node, ast.Subscript):
            inner, key = self.of(node.value, given, steps - 1), text_of(index_of(node))
            return inner._replace(splits=False) if inner and inner.splits and key is not None else None
        if not isinstance(node, ast.Call):
            return None
        name = self.script.dotted(node.func)
        if name is not None:
            return self._read(name, node)
        local = self.script.local(node.func)
        if isinstance(local, FUNCTIONS):
            return self._through(local, node, given, steps)
        if isinstance(node.func, ast.Attribute):
            return self._changed(self.of(node.func.value, given, steps - 1), node, node.func.attr)
        return None

    def _read(self, name: str, node: ast.Call) -> Optional[Rows]:
        if not name.startswith("datasets."):
            return None
        files: Optional[ast.AST] = None
        if last(name) == "load_dataset" and node.args and text_of(node.args[0]) == "json":
            files = next((each.value for each in node.keywords if each.arg == "data_files"), None)
        elif name.endswith("Dataset.from_json") and node.args:
            files = node.args[0]
        if not self._is_data(files):
            return None
        given = {each.arg for each in node.keywords}
        return Rows(self.recipe or frozenset(), last(name) == "load_dataset" and "split" not in given)

    def _is_data(self, node: Optional[ast.AST]) -> bool:
        if self.values.config_key(node) == "data":
            return True
        if isinstance(node, ast.Dict):
            return any(self._is_data(each) for each in node.values)
        value = self.values.of(node)
        return isinstance(value, str) and value.replace("./", "") == DATA

    def _through(self, function: Any, call: ast.Call, given: Optional[Dict[str, Rows]], steps: int) -> Optional[Rows]:
        """A function of the script that is handed rows and gives rows back."""
        if isinstance(function, ast.Lambda) or any(isinstance(each, ast.Starred) for each in call.args):
            return None
        inside = [each for each in ast.walk(function) if isinstance(each, ast.Return)]
        results = [each for each in inside if self.script.function_of(each) is function]
        if len(results) != 1:
            return None
        names = [each.arg for each in parameters(function)]
        pairs = list(zip(names, call.args)) + [(each.arg or "", each.value) for each in call.keywords]
        known = {name: self.of(value, given, steps - 1) for name, value in pairs}
        return self.of(results[0].value, {name: each for name, each in known.items() if each}, steps - 1)

    def _changed(self, rows: Optional[Rows], node: ast.Call, method: str) -> Optional[Rows]:
        if rows is None:
            return None
        first = self.values.of(node.args[0]) if node.args else UNKNOWN
        named = {each.arg: each.value for each in node.keywords}
        if method in _SAME:
            return rows
        if method == "train_test_split":
            return rows._replace(splits=True)
        if method == "map":
            return self._mapped(rows, node, named)
        if method == "rename_column" and len(node.args) == 2:
            new = self.values.of(node.args[1])
            known = isinstance(first, str) and isinstance(new, str)
            return rows._replace(columns=rows.columns - {first} | {new}) if known else None
        if method in ("remove_columns", "select_columns"):
            gone = _texts(first)
            if gone is None:
                return None
            return rows._replace(columns=rows.columns - gone if method == "remove_columns" else rows.columns & gone)
        return (
            rows._replace(columns=rows.columns | {first})
            if method == "add_column" and isinstance(first, str)
            else None
        )

    def _mapped(self, rows: Rows, node: ast.Call, named: Dict[Optional[str], ast.AST]) -> Optional[Rows]:
        function = self.script.local(node.args[0] if node.args else named.get("function"))  # type: ignore[arg-type]
        added = self._keys_of(function)
        removed: Optional[FrozenSet[str]] = frozenset()
        if "remove_columns" in named:
            every = (
                isinstance(named["remove_columns"], ast.Attribute) and named["remove_columns"].attr == "column_names"
            )
            removed = rows.columns if every else _texts(self.values.of(named["remove_columns"]))
        return None if added is None or removed is None else rows._replace(columns=rows.columns - removed | added)

    def _keys_of(self, function: Optional[ast.AST]) -> Optional[FrozenSet[str]]:
        """The columns that a mapped function's result has."""
        if isinstance(function, ast.Lambda):
            results: List[Optional[ast.AST]] = [function.body]
        elif isinstance(function, FUNCTIONS):
            inside = [each for each in ast.walk(function) if isinstance(each, ast.Return)]
            results = [each.value for each in inside if self.script.function_of(each) is function]
        else:
            return None
        keys = [_literal_keys(each) for each in results]
        if not keys or any(each is None for each in keys):
            return None
        return frozenset().union(*(each for each in keys if each is not None))


def _literal_keys(node: Optional[ast.AST]) -> Optional[FrozenSet[str]]:
    if not isinstance(node, ast.Dict):
        return None
    texts = [text_of(each) for each in node.keys]
    return None if any(each is None for each in texts) else frozenset(each for each in texts if each is not None)


def _texts(value: Any) -> Optional[FrozenSet[str]]:
    values = value if isinstance(value, list) else [value]
    return frozenset(values) if all(isinstance(each, str) for each in values) else None
