"""The recipe's columns against what the trainer and the script's own functions take of a row."""

from __future__ import annotations

import ast
from typing import Any, Dict, FrozenSet, Iterator, List, Optional, Tuple

from .lint_calls import Call, Calls
from .lint_columns import Columns
from .lint_found import Findings
from .lint_tree import FUNCTIONS, Script, index_of, parameters, text_of
from .lint_values import UNKNOWN

TAKES: Dict[str, Tuple[Tuple[str, ...], ...]] = {
    "SFTTrainer": (("messages",), ("prompt", "completion"), ("text",), ("input_ids",)),
    "DPOTrainer": (("chosen", "rejected"),),
    "RewardTrainer": (
        ("chosen", "rejected"),
        ("chosen_ids", "rejected_ids"),
        ("chosen_input_ids", "rejected_input_ids"),
    ),
    "KTOTrainer": (("prompt", "completion", "label"), ("chosen", "rejected")),
    "GRPOTrainer": (("prompt",),),
    "RLOOTrainer": (("prompt",),),
}
"""Trainer -> the sets of columns each of which will do (TRL's dataset formats)."""
GIVEN_TO_REWARDS = (
    "prompts",
    "completions",
    "completion_ids",
    "completions_ids",
    "trainer_state",
    "log_extra",
    "log_metric",
    "environments",
)


def check(script: Script, calls: Calls, columns: Columns, findings: Findings) -> None:
    for call in calls.of(*TAKES):
        rows = columns.of(calls.argument(call, "train_dataset", 3 if call.name.endswith("SFTTrainer") else 99))
        if rows is None or rows.splits or call.soft:
            continue
        _trainer(calls, call, rows.columns, findings)
        if call.name.rsplit(".", 1)[-1] in ("GRPOTrainer", "RLOOTrainer"):
            _rewards(script, calls, call, rows.columns, findings)
    for call in calls.of("Trainer"):
        _plain(call, calls, columns, findings)
    for node in script.of_kind(ast.Call):
        _functions(script, node, columns, findings)


def _trainer(calls: Calls, call: Call, columns: FrozenSet[str], findings: Findings) -> None:
    name = call.name.rsplit(".", 1)[-1]
    wanted = list(TAKES[name])
    if name == "SFTTrainer":
        if "formatting_func" in call.keywords:
            return
        args = calls.at(calls.argument(call, "args", 1))
        field = calls.value(args, "dataset_text_field")
        if args is None or args.open or (field is UNKNOWN and "dataset_text_field" in args.keywords):
            wanted.append(("text",))
        elif isinstance(field, str):
            wanted.append((field,))
    if any(set(each) <= columns for each in wanted) or call.open:
        return
    forms = " or ".join(" + ".join(each) for each in wanted if "ids" not in each[0])
    message = "%s takes rows with %s; these have %s." % (name, forms, ", ".join(sorted(columns)))
    at = call.keywords["train_dataset"].at if "train_dataset" in call.keywords else call.node
    findings.error("wrong-column", at, message, _way(name, columns))


def _way(name: str, columns: FrozenSet[str]) -> str:
    fitting = [each for each, forms in TAKES.items() if any(set(form) <= columns for form in forms)]
    if name == "SFTTrainer" and "chosen" in columns:
        return "Use DPOTrainer, or map the rows to prompt and completion in the recipe."
    if name in ("DPOTrainer", "RewardTrainer", "KTOTrainer"):
        return (
            'Map the sources to preference rows in the recipe ("to": "preference"), or use %s.'
            % (fitting or ["SFTTrainer"])[0]
        )
    return "Map the rows to these columns in the recipe, or with map before the trainer."


def _plain(call: Call, calls: Calls, columns: Columns, findings: Findings) -> None:
    """transformers' own trainer takes rows of numbers, unless something makes them on the way."""
    rows = columns.of(calls.argument(call, "train_dataset", 3))
    if rows is None or rows.splits or call.open or not call.name.startswith("transformers"):
        return
    texts = {"messages", "prompt", "completion", "text", "chosen", "rejected", "tools"}
    if rows.columns <= texts and "data_collator" not in call.keywords:
        what = "Trainer takes tokenised rows (input_ids, labels); these have %s." % ", ".join(sorted(rows.columns))
        findings.error("wrong-column", call.node, what, "Tokenise the rows with map first, or use SFTTrainer.")


def _functions(script: Script, node: ast.Call, columns: Columns, findings: Findings) -> None:
    """`rows.map(f)`: the columns that f reads must be there; the same of rename_column and the like."""
    if not isinstance(node.func, ast.Attribute):
        return
    method = node.func.attr
    if method not in ("map", "filter", "rename_column", "remove_columns", "select_columns"):
        return
    if script.is_conditional(node):
        # It asks first what rows it has.
        return
    rows = columns.of(node.func.value)
    if rows is None:
        return
    if method in ("map", "filter"):
        named = {each.arg for each in node.keywords}
        function = script.local(node.args[0]) if node.args and not named & {"input_columns", None} else None
        reads = list(_reads(script, function)) if isinstance(function, FUNCTIONS) else []
    else:
        value = columns.values.of(node.args[0]) if node.args else None
        values = value if isinstance(value, list) else [value]
        reads = [(each, node) for each in values if isinstance(each, str)]
    for name, at in reads:
        if name not in rows.columns and not script.is_guarded(at):
            message = "The rows have no column %s: they have %s." % (name, ", ".join(sorted(rows.columns)))
            findings.error("wrong-column", at, message, "Use one of these columns, or change the recipe's mapping.")


def _reads(script: Script, function: Any) -> Iterator[Tuple[str, ast.AST]]:
    """(column, where it is read) of a function's row, unless it asks first or sets it itself."""
    first = parameters(function)[:1]
    if not first:
        return
    row = first[0].arg
    uses = [each for each in ast.walk(function) if isinstance(each, ast.Name) and each.id == row]
    if any(isinstance(each.ctx, ast.Store) for each in uses) or any(_asks(script, each) for each in uses):
        return
    stored = set()
    found: List[Tuple[str, ast.AST]] = []
    for use in uses:
        parent = script.parents.get(use)
        key = text_of(index_of(parent)) if isinstance(parent, ast.Subscript) and parent.value is use else None
        if key is not None and isinstance(parent, ast.Subscript):
            if isinstance(parent.ctx, ast.Load):
                found.append((key, parent))
            else:
                stored.add(key)
    yield from (each for each in found if each[0] not in stored)


def _asks(script: Script, use: ast.Name) -> bool:
    """`"x" in row`, or the row as a whole handed on: what is read then is not certain."""
    parent = script.parents.get(use)
    return isinstance(parent, ast.Compare) and use in parent.comparators


def _rewards(script: Script, calls: Calls, call: Call, columns: FrozenSet[str], findings: Findings) -> None:
    """Reward functions are called with keywords: the columns beside the prompt, and what the trainer adds."""
    given = calls.argument(call, "reward_funcs", 1)
    for each in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]:
        function: Optional[Any] = script.local(each) if each is not None else None
        if not isinstance(function, FUNCTIONS):
            continue
        args = function.args
        positional = [*getattr(args, "posonlyargs", []), *args.args]
        required = positional[: len(positional) - len(args.defaults)]
        required += [name for name, default in zip(args.kwonlyargs, args.kw_defaults) if default is None]
        absent = [each.arg for each in required if each.arg not in columns and each.arg not in GIVEN_TO_REWARDS]
        for name in absent:
            what = "The reward function takes %s, but the rows have no such column: they have %s." % (
                name,
                ", ".join(sorted(columns)),
            )
            at = next(each for each in required if each.arg == name)
            findings.error("wrong-column", at, what, "Keep the column in the recipe, or give the argument a default.")
