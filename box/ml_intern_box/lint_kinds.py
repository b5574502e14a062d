"""Whether a value that stands in a script can be what an argument takes: its type, its choices, its range."""

from __future__ import annotations

import ast
import re
from typing import Any, Dict, List, Optional, Tuple

from .lint_values import UNKNOWN

_AT_LEAST: Dict[str, float] = {
    **{"per_device_train_batch_size": 1, "per_device_eval_batch_size": 1, "gradient_accumulation_steps": 1},
    **{"max_length": 1, "max_completion_length": 1, "num_generations": 2, "num_iterations": 1, "r": 1},
    **{"weight_decay": 0, "max_grad_norm": 0, "warmup_steps": 0, "lora_dropout": 0, "dataset_num_proc": 1},
    **{"dataloader_num_workers": 0, "save_total_limit": 1, "lora_alpha": 0, "logging_steps": 0, "num_proc": 1},
}
_ABOVE: Dict[str, float] = {"learning_rate": 0, "num_train_epochs": 0, "temperature": 0}
_AT_MOST: Dict[str, float] = {"lora_dropout": 1, "learning_rate": 1, "label_smoothing_factor": 1, "top_p": 1}
MOST_CHOICES = 60
"""A list as long as this was cut."""
_LISTED = (
    "packing_strategy",
    "loss_type",
    "importance_sampling_level",
    "truncation_mode",
    "vllm_mode",
    "f_divergence_type",
)
_LISTED += ("train_sampling_strategy", "multi_objective_aggregation")
"""Strings whose permitted values stand in the argument's own help text, between quotes."""


def problem(parameter: Dict[str, Any], value: Any) -> Optional[Tuple[bool, str, str]]:
    """(whether it blocks, what is wrong, how to mend it); None where nothing is, or where it cannot be told."""
    if value is UNKNOWN or value is None:
        return None
    name = parameter["name"]
    found = _type(parameter, value) or _range(name, value)
    return found or _choice(parameter, value) or _listed(parameter, value)


def _type(parameter: Dict[str, Any], value: Any) -> Optional[Tuple[bool, str, str]]:
    kinds = alternatives(parameter.get("type") or "")
    if not kinds or not kinds <= {"int", "float", "bool", "None"}:
        return None
    name, numbers = parameter["name"], kinds & {"int", "float"}
    if isinstance(value, (list, dict)):
        return True, "%s takes one %s, not %s." % (name, _words(kinds), _shown(value)), "Give one value."
    if isinstance(value, str):
        plain = value if _is_number(value) else None
        if numbers:
            how = "Write it without quotes: %s=%s." % (name, plain) if plain else "Give a number."
            return True, "%s takes a number, not the text %r." % (name, value[:40]), how
        is_false = value.lower() in ("false", "no", "0", "off", "none", "")
        return (
            is_false,
            "%s takes True or False; the text %r counts as True." % (name, value[:40]),
            "Leave the quotes out.",
        )
    if isinstance(value, float) and numbers == {"int"} and not isinstance(value, bool):
        whole = value.is_integer()
        how = "Write %s=%d." % (name, int(value)) if whole else "Give a whole number."
        return False, "%s takes a whole number, not %r." % (name, value), how
    return None


def _range(name: str, value: Any) -> Optional[Tuple[bool, str, str]]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if name in _AT_LEAST and value < _AT_LEAST[name]:
        return True, "%s is %r." % (name, value), "Give at least %g." % _AT_LEAST[name]
    if name in _ABOVE and value <= _ABOVE[name]:
        return True, "%s is %r." % (name, value), "Give a number above %g." % _ABOVE[name]
    if name in _AT_MOST and value > _AT_MOST[name]:
        return True, "%s is %r." % (name, value), "Give at most %g." % _AT_MOST[name]
    return None


def _choice(parameter: Dict[str, Any], value: Any) -> Optional[Tuple[bool, str, str]]:
    text = parameter.get("type") or ""
    choices = parameter.get("choices") or _written(text)
    # "Literal[...] | str" takes any text; an enum of Hugging Face takes its own values only, also where str is named.
    if (
        not 0 < len(choices) < MOST_CHOICES
        or not isinstance(value, str)
        or "Literal" in text
        and "str" in alternatives(text)
    ):
        return None
    allowed = _evaluated(choices)
    if not all(isinstance(each, str) and "[" not in each for each in allowed) or value in allowed:
        return None
    return True, "%s has no value %r." % (parameter["name"], value[:60]), "Use one of %s." % _joined(allowed)


def _listed(parameter: Dict[str, Any], value: Any) -> Optional[Tuple[bool, str, str]]:
    if parameter["name"] not in _LISTED:
        return None
    allowed = list(dict.fromkeys(re.findall(r"[`\"']+([a-z0-9_+\-]+)[\"'`]+", parameter.get("help") or "")))
    values = value if isinstance(value, list) else [value]
    wrong = [each for each in values if isinstance(each, str) and each not in allowed]
    if len(allowed) < 2 or not wrong:
        return None
    quoted = [each for each in allowed if '"%s"' % each in parameter["help"] or "'%s'" % each in parameter["help"]]
    return (
        True,
        "%s has no value %r." % (parameter["name"], wrong[0][:60]),
        "Use one of %s." % _joined(quoted or allowed),
    )


def alternatives(text: str) -> "set[str]":
    """`Optional[Union[str, int]]` -> {"str", "int", "None"}; what is inside of lists and dicts is left out."""
    found = set()
    for part in _split(text.strip(), "|"):
        inner = re.fullmatch(r"(Optional|Union)\[(.*)\]", part, re.S)
        if inner:
            found |= {"None"} if inner.group(1) == "Optional" else set()
            found |= {kind for each in _split(inner.group(2), ",") for kind in alternatives(each)}
        elif part:
            found.add({"NoneType": "None"}.get(part, part.split("[")[0]))
    return found


def _split(text: str, by: str) -> List[str]:
    parts, depth, begin = [], 0, 0
    for place, letter in enumerate(text):
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(letter, 0)
        if letter == by and depth == 0:
            parts.append(text[begin:place].strip())
            begin = place + 1
    return [*parts, text[begin:].strip()]


def _written(text: str) -> List[str]:
    """The values of a Literal that was only written down: `Literal['none', 'all']`."""
    found = re.fullmatch(r"Literal\[(.*)\]", text)
    return _split(found.group(1), ",") if found else []


def _evaluated(choices: List[str]) -> List[Any]:
    try:
        return [ast.literal_eval(each) for each in choices]
    except (ValueError, SyntaxError):
        return [None]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _words(kinds: "set[str]") -> str:
    return "number" if kinds & {"int", "float"} else "True or False"


def _shown(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a dict"


def _joined(values: List[Any]) -> str:
    shown = ", ".join(str(each) for each in values[:20])
    return shown + (" and others" if len(values) > 20 else "")
