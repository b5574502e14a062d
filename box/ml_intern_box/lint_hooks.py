"""Functions of the script that a trainer calls with more than they take."""

from __future__ import annotations

import ast
from typing import Any, List, Optional

from .lint_arguments import Installed
from .lint_calls import Calls, last
from .lint_found import Findings
from .lint_tree import FUNCTIONS, Script, parameters

_EVENTS = (
    "init_end",
    "train_begin",
    "train_end",
    "epoch_begin",
    "epoch_end",
    "step_begin",
    "optimizer_step",
    "substep_end",
)
_EVENTS += ("pre_optimizer_step", "step_end", "evaluate", "predict", "save", "log", "prediction_step", "push_begin")


def check(script: Script, calls: Calls, installed: Installed, findings: Findings) -> None:
    for each in script.of_kind(ast.ClassDef):
        base = calls.base_of(each) or ""
        for method in each.body:
            if not isinstance(method, ast.FunctionDef):
                continue
            if last(base).endswith("Trainer") and method.name == "compute_loss":
                _loss(method, findings)
            if last(base) == "TrainerCallback" and method.name in ["on_%s" % event for event in _EVENTS]:
                _event(method, findings)
    for call in calls.of("GRPOTrainer", "RLOOTrainer"):
        given = calls.argument(call, "reward_funcs", 1)
        for each in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]:
            _reward(script.local(each) if each is not None else None, findings)


def _loss(method: Any, findings: Findings) -> None:
    names = [each.arg for each in parameters(method)]
    if "num_items_in_batch" not in names and method.args.kwarg is None and method.args.vararg is None:
        what = "compute_loss is also given num_items_in_batch, which this one does not take."
        findings.error("num-items-in-batch", method, what, "Add num_items_in_batch=None to its parameters.")


def _event(method: Any, findings: Findings) -> None:
    if method.args.kwarg is None:
        what = "%s is also given the model, the optimizer and more as keywords." % method.name
        findings.error("callback", method, what, "Add **kwargs to its parameters.")


def _reward(function: Optional[ast.AST], findings: Findings) -> None:
    if not isinstance(function, FUNCTIONS) or function.args.kwarg is not None:
        return
    names: List[str] = [each.arg for each in parameters(function)]
    what = (
        "The reward function takes only %s, but is also given completion_ids, trainer_state and others."
        % ", ".join(names)
    )
    findings.error("reward-function", function, what, "Add **kwargs to its parameters.")
