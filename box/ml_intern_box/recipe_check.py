"""Checks a recipe before anything is read, and says in one sentence what is wrong with which source."""

from __future__ import annotations

import math
import re
from typing import Any, Dict, List, NoReturn

from ml_intern_box import languages, quality
from ml_intern_box.errors import BoxError

_NUMBER = (int, float)
_SOURCE_KEYS = {"dataset", "mapping", "weight", "maxRows", "excludeRows", "filters", "share"}
_RECIPE_KEYS = {"seed", "sources", "maxTokens", "tokenizer", "dedup", "caps"}
_FILTER_KEYS = {
    "length": {"column", "unit", "min", "max"},
    "language": {"column", "keep"},
    "range": {"column", "min", "max"},
    "value": {"column", "keep", "drop"},
    "regex": {"column", "keep", "drop", "ignoreCase"},
    "quality": {"column", "rules"},
}
UNITS = ("characters", "words", "tokens")


def bad(message: str, next_step: str) -> NoReturn:
    raise BoxError("bad-input", message, next_step)


def source_name(index: int, source: Dict[str, Any]) -> str:
    """How a source is called in errors, e.g. `Source 2 (lab/qa)`."""
    dataset = source.get("dataset") if isinstance(source, dict) else None
    name = (dataset.get("file") or dataset.get("id")) if isinstance(dataset, dict) else None
    return "Source %d (%s)" % (index + 1, name or "no dataset")


def check(recipe: Any) -> None:
    """Raises BoxError for the first thing that is wrong."""
    if not isinstance(recipe, dict):
        bad("The recipe is no JSON object.", 'Write {"seed": 1, "sources": [...]}.')
    _known("The recipe", recipe, _RECIPE_KEYS)
    if not _whole(recipe.get("seed")):
        bad("The recipe's seed is %r." % (recipe.get("seed"),), "Give a whole number: it fixes sampling and order.")
    sources = recipe.get("sources")
    if not isinstance(sources, list) or not sources:
        bad("The recipe has no sources.", "Name at least one dataset or file with its mapping.")
    for index, source in enumerate(sources):
        _source(source_name(index, source), source)
    _shares(sources)
    _whole_recipe(recipe)


def _whole_recipe(recipe: Dict[str, Any]) -> None:
    _positive("The recipe", "maxTokens", recipe.get("maxTokens"))
    dedup, caps = recipe.get("dedup") or {}, recipe.get("caps") or {}
    _known("dedup", dedup, {"exact", "near", "by"})
    near = dedup.get("near")
    if near is not None and not (_number(near) and 0.3 <= near <= 1):
        bad(
            "dedup.near is %r." % (near,),
            "Give the share of word 5-grams that two rows have in common, from 0.3 to 1, e.g. 0.8.",
        )
    if dedup.get("by") not in (None, "row", "prompt"):
        bad("dedup.by is %r." % (dedup["by"],), 'Write "row" or "prompt".')
    _known("caps", caps, {"rows", "tokens"})
    for name in ("rows", "tokens"):
        _positive("caps", name, caps.get(name))
    counts_tokens = (
        recipe.get("maxTokens") or caps.get("tokens") or any(_counts_tokens(source) for source in recipe["sources"])
    )
    if counts_tokens and not recipe.get("tokenizer"):
        bad(
            "The recipe counts tokens and names no tokenizer.",
            'Add "tokenizer": the base model\'s folder on the box or its id, or count characters.',
        )


def _counts_tokens(source: Dict[str, Any]) -> bool:
    return any(each.get("unit") == "tokens" for each in source.get("filters") or [])


def _source(name: str, source: Any) -> None:
    if not isinstance(source, dict):
        bad("%s is no JSON object." % name, 'Write {"dataset": {...}, "mapping": {...}}.')
    _known(name, source, _SOURCE_KEYS)
    dataset = source.get("dataset")
    if not isinstance(dataset, dict) or not (dataset.get("id") or dataset.get("file")):
        bad(
            "%s names no dataset." % name,
            'Give "dataset": {"id": ..., "revision": ..., "config": ..., "split": ...} or {"file": "rows.jsonl"}.',
        )
    if not isinstance(source.get("mapping"), dict):
        bad(
            "%s has no mapping." % name,
            'Say how its rows become training rows, e.g. {"prompt": "{question}\\n", "completion": "{answer}"}.',
        )
    weight = source.get("weight", 1)
    if not (_number(weight) and weight > 0):
        bad(
            "%s has the weight %r." % (name, weight),
            "Give a number above 0: 1 takes each row once, 1.5 half of them twice. Leave the source out to not use it.",
        )
    _positive(name, "maxRows", source.get("maxRows"))
    excluded = source.get("excludeRows") or []
    if not isinstance(excluded, list) or not all(_whole(number) and number >= 0 for number in excluded):
        bad(
            "%s has excludeRows that are no row numbers." % name,
            "Give whole numbers from 0, as the overlap check reports them.",
        )
    for place, each in enumerate(source.get("filters") or []):
        check_filter("%s, filter %d" % (name, place + 1), each)


def check_filter(name: str, each: Any) -> None:
    kind = each.get("kind") if isinstance(each, dict) else None
    if kind not in _FILTER_KEYS:
        bad("%s is of the unknown kind %r." % (name, kind), "Use one of %s." % ", ".join(sorted(_FILTER_KEYS)))
    name = "%s (%s)" % (name, kind)
    _known(name, each, _FILTER_KEYS[kind] | {"kind", "name"})
    if kind in ("range", "value") and not each.get("column"):
        bad("%s names no column." % name, "Say which column it looks at.")
    {"length": _length, "range": _range, "language": _language, "regex": _regex, "value": _value, "quality": _quality}[
        kind
    ](name, each)


def _length(name: str, each: Dict[str, Any]) -> None:
    if each.get("unit") not in UNITS:
        bad("%s counts %r." % (name, each.get("unit")), "Set unit to one of %s." % ", ".join(UNITS))
    _range(name, each)


def _range(name: str, each: Dict[str, Any]) -> None:
    low, high = each.get("min"), each.get("max")
    if low is None and high is None:
        bad("%s has neither min nor max." % name, "Give at least one of them.")
    for limit in (low, high):
        if limit is not None and not _number(limit):
            bad("%s has the limit %r." % (name, limit), "Give a number.")
    if low is not None and high is not None and low > high:
        bad("%s has a min of %s above its max of %s: no row can pass." % (name, low, high), "Swap or correct them.")


def _language(name: str, each: Dict[str, Any]) -> None:
    keep = each.get("keep")
    if not isinstance(keep, list) or not keep:
        bad("%s names no language to keep." % name, 'Give codes, e.g. "keep": ["en"].')
    unknown = [code for code in keep if code not in languages.CODES]
    if unknown:
        bad(
            "%s names %s, which the detector does not tell apart." % (name, ", ".join(map(str, unknown))),
            "It knows %s." % ", ".join(languages.CODES),
        )


def _regex(name: str, each: Dict[str, Any]) -> None:
    patterns = [(key, each[key]) for key in ("keep", "drop") if each.get(key) is not None]
    if not patterns:
        bad("%s has neither keep nor drop." % name, "Give a pattern in Python's syntax for at least one of them.")
    for key, pattern in patterns:
        try:
            re.compile(pattern)
        except (re.error, TypeError, OverflowError, RecursionError) as error:
            bad(
                "%s: the pattern of %s is no regular expression: %s." % (name, key, error),
                "Correct it: %r." % (pattern,),
            )


def _value(name: str, each: Dict[str, Any]) -> None:
    lists = [each[key] for key in ("keep", "drop") if each.get(key) is not None]
    if not lists or not all(isinstance(values, list) and values for values in lists):
        bad("%s has no list of values to keep or to drop." % name, 'Give one, e.g. "keep": ["easy", "medium"].')


def _quality(name: str, each: Dict[str, Any]) -> None:
    rules = each.get("rules") or {}
    _known(name, rules, set(quality.DEFAULTS))
    for rule, limit in rules.items():
        if limit is not None and not _number(limit) and not isinstance(limit, bool):
            bad("%s: the rule %s is %r." % (name, rule, limit), "Give a number, or null to switch it off.")


def _shares(sources: List[Dict[str, Any]]) -> None:
    given = [source["share"] for source in sources if source.get("share") is not None]
    if given and len(given) < len(sources):
        bad(
            "Only %d of the %d sources have a share." % (len(given), len(sources)),
            "Give each source a share, or none.",
        )
    for index, source in enumerate(sources):
        _positive(source_name(index, source), "share", source.get("share"), whole=False)


def _positive(name: str, key: str, value: Any, whole: bool = True) -> None:
    if value is None:
        return
    if not (_whole(value) if whole else _number(value)) or value <= 0:
        bad("%s: %s is %r." % (name, key, value), "Give a %s above 0." % ("whole number" if whole else "number"))


def _known(name: str, value: Dict[str, Any], keys: "set[str]") -> None:
    if not isinstance(value, dict):
        bad("%s is no JSON object." % name, "It may have %s." % ", ".join(sorted(keys)))
    strange = sorted(set(value) - keys)
    if strange:
        bad("%s has the unknown field %s." % (name, ", ".join(strange)), "It may have %s." % ", ".join(sorted(keys)))


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, _NUMBER) and not isinstance(value, bool) and math.isfinite(value)
