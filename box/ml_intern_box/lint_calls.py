"""The calls of a script into packages whose signatures are known: what is called, with which arguments, on what."""

from __future__ import annotations

import ast
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from .lint_tree import MOST_STEPS, Script, index_of, text_of
from .lint_values import UNKNOWN, Entry, Values

PACKAGES = ("trl", "transformers", "peft", "datasets", "accelerate", "torch", "bitsandbytes", "evaluate")
MOST_NAMES = 200
TOKENIZER = "transformers.PreTrainedTokenizerBase"
MODEL = "transformers.PreTrainedModel"
DATASET, DATASETS = "datasets.Dataset", "datasets.DatasetDict"
_SAME = (
    "map",
    "filter",
    "shuffle",
    "select",
    "sort",
    "rename_column",
    "rename_columns",
    "remove_columns",
    "skip",
    "take",
)
_SAME += ("select_columns", "add_column", "with_format", "shard", "flatten", "cast", "cast_column")


class Call(NamedTuple):
    """`positional` is None where a `*` hides how many; `open` where a `**` may bring more keywords; `soft` where the
    script provides for the failure; `whole` is false where only some of the arguments are given here."""

    node: ast.Call
    name: str
    keywords: Dict[str, Entry]
    open: bool
    positional: Optional[List[ast.AST]]
    soft: bool
    whole: bool
    own: List[str]
    """Keywords that a class of the script adds to those of its base."""


class Calls:
    def __init__(self, script: Script, values: Values) -> None:
        self.script = script
        self.values = values
        self.all: List[Call] = [each for node in script.of_kind(ast.Call) for each in self._made(node)]

    def of(self, *names: str) -> Iterator[Call]:
        """Calls of something by the last part of its name, e.g. `SFTConfig`."""
        return (each for each in self.all if last(each.name) in names)

    def at(self, node: Optional[ast.AST], steps: int = MOST_STEPS) -> Optional[Call]:
        """The call that made what an expression is."""
        if isinstance(node, ast.Name) and steps:
            binding = self.script.binding(node)
            return self.at(binding.value, steps - 1) if binding is not None and binding.kind == "assign" else None
        return next((each for each in self.all if each.node is node), None)

    def value(self, call: Optional[Call], keyword: str) -> Any:
        return (
            self.values.of(call.keywords[keyword].value) if call is not None and keyword in call.keywords else UNKNOWN
        )

    def argument(self, call: Call, keyword: str, position: int) -> Optional[ast.AST]:
        if keyword in call.keywords:
            return call.keywords[keyword].value
        return call.positional[position] if call.positional is not None and len(call.positional) > position else None

    def _made(self, node: ast.Call) -> Iterator[Call]:
        name = self.script.dotted(node.func)
        if name == "functools.partial" and node.args:
            inner = self.script.dotted(node.args[0])
            if inner is not None and known_package(inner):
                yield self._call(node, inner, node.args[1:], False)
        elif name == "dataclasses.replace" and node.args:
            kind = self.type_of(node.args[0])
            if kind is not None:
                yield self._call(node, kind, [], False)
        elif name is not None:
            if known_package(name):
                yield self._call(node, name, node.args, True)
        elif isinstance(self.script.local(node.func), ast.ClassDef):
            yield from self._of_subclass(node, self.script.local(node.func))
        elif isinstance(node.func, ast.Attribute):
            kind = self.type_of(node.func.value)
            if kind is not None and not node.func.attr.startswith("_"):
                yield self._call(node, "%s.%s" % (kind, node.func.attr), node.args, True)

    def _of_subclass(self, node: ast.Call, found: Any) -> Iterator[Call]:
        base = self.base_of(found)
        methods = [each.name for each in found.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
        if base is None or "__init__" in methods or "__new__" in methods:
            return
        fields = [each.target.id for each in found.body if isinstance(each, ast.AnnAssign) and _is_name(each.target)]
        yield self._call(node, base, node.args, not fields)._replace(own=fields)

    def base_of(self, found: Any) -> Optional[str]:
        """The one class of a package that a class of the script derives from, through others of the script."""
        for _ in range(MOST_STEPS):
            if len(found.bases) != 1:
                return None
            name = self.script.dotted(found.bases[0])
            if name is not None:
                return name if known_package(name) else None
            above = self.script.local(found.bases[0])
            if not isinstance(above, ast.ClassDef) or any(isinstance(each, ast.FunctionDef) for each in above.body):
                return None
            found = above
        return None

    def _call(self, node: ast.Call, name: str, positional: List[ast.AST], whole: bool) -> Call:
        keywords: Dict[str, Entry] = {}
        is_open = False
        for each in node.keywords:
            if each.arg is not None:
                keywords[each.arg] = Entry(each.value, each if hasattr(each, "lineno") else each.value, False)
                continue
            entries = self.values.entries(each.value, node)
            keywords.update(entries.known)
            is_open = is_open or entries.open
        starred = any(isinstance(each, ast.Starred) for each in positional)
        soft = self.script.is_guarded(node)
        return Call(node, name, keywords, is_open, None if starred else list(positional), soft, whole, [])

    def type_of(self, node: Optional[ast.AST], steps: int = MOST_STEPS) -> Optional[str]:
        """The class of what an expression is, by the call that made it."""
        if steps == 0 or node is None:
            return None
        if isinstance(node, ast.Name):
            binding = self.script.binding(node)
            if binding is None or binding.kind != "assign":
                return None
            return self.type_of(binding.value, steps - 1)
        if isinstance(node, ast.Subscript):
            inside = self.type_of(node.value, steps - 1) == DATASETS and text_of(index_of(node)) is not None
            return DATASET if inside else None
        if not isinstance(node, ast.Call):
            return None
        name = self.script.dotted(node.func)
        if name is not None:
            return self._made_by(name, node)
        local = self.script.local(node.func)
        if isinstance(local, ast.ClassDef):
            return None  # its own methods may shadow those of its base
        if isinstance(node.func, ast.Attribute):
            owner = self.type_of(node.func.value, steps - 1)
            if owner in (DATASET, DATASETS):
                return DATASETS if node.func.attr == "train_test_split" else owner if node.func.attr in _SAME else None
        return None

    def _made_by(self, name: str, node: ast.Call) -> Optional[str]:
        package, tail = name.split(".")[0], last(name)
        if package not in PACKAGES:
            return None
        owner = last(name.rsplit(".", 1)[0])
        if tail == "load_dataset" and package == "datasets":
            given = {each.arg for each in node.keywords}
            if None in given or "streaming" in given:
                return None
            return DATASET if "split" in given else DATASETS
        if tail == "get_peft_model":
            return "peft.PeftModel"
        if tail in ("from_pretrained", "from_config"):
            if owner == "AutoTokenizer":
                return TOKENIZER
            return MODEL if owner.startswith("AutoModel") and package == "transformers" else None
        if owner == "Dataset" and tail.startswith("from_") and tail != "from_generator":
            return DATASET
        return name if tail[:1].isupper() and tail != tail.upper() and package != "torch" else None

    def names(self) -> List[str]:
        """All that must be looked up to judge the calls and the imports."""
        wanted: Dict[str, None] = {}
        for call in self.all:
            if call.keywords or not call.name.startswith("torch."):
                wanted[call.name] = None
            for name in relatives(call.name):
                wanted[name] = None
        for node in self.script.of_kind(ast.ImportFrom):
            if node.module and not node.level and node.module.split(".")[0] in PACKAGES:
                for each in node.names:
                    wanted["%s.%s" % (node.module, each.name)] = None
        return [each for each in wanted if "*" not in each and "__" not in each][:MOST_NAMES]


def relatives(name: str) -> List[str]:
    """A trainer's configuration and a configuration's trainer: arguments are often given to the wrong one of them."""
    if not name.startswith("trl.") and name not in ("transformers.Trainer", "transformers.TrainingArguments"):
        return []
    if name.startswith("transformers."):
        return ["transformers.TrainingArguments", "transformers.Trainer"]
    for one, other in (("Trainer", "Config"), ("Config", "Trainer")):
        if name.endswith(one):
            return [name[: -len(one)] + other]
    return []


def last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def known_package(name: str) -> bool:
    return name.split(".")[0] in PACKAGES and "." in name


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)
