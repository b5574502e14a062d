"""Parameters of a callable: names, defaults and types as `inspect` tells them, with their help and origin."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import typing
from typing import Any

from . import signature_docs, signature_keywords

LONGEST_DEFAULT = 200
LONGEST_TYPE = 300
MOST_CHOICES = 60
_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional-only",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_POSITIONAL: "rest",
    inspect.Parameter.VAR_KEYWORD: "any-keyword",
}


def class_kind(found: type) -> str:
    if issubclass(found, enum.Enum):
        return "enum"
    return "dataclass" if dataclasses.is_dataclass(found) else "class"


def fields(owner: Any) -> list[str]:
    known = dataclasses.fields(owner) if inspect.isclass(owner) and dataclasses.is_dataclass(owner) else ()
    return [each.name for each in known]


def has_field(owner: Any, name: str) -> bool:
    return name in fields(owner)


def parameters_of(found: Any, doc: str) -> dict[str, Any]:
    """{parameters, anyKeyword, returns, renamed, warnings}; parameters is None when they cannot be read."""
    if inspect.ismodule(found):
        return {"parameters": None, "anyKeyword": False}
    if inspect.isclass(found) and issubclass(found, enum.Enum):
        return {"parameters": None, "anyKeyword": False, "choices": _choices(found)}
    if inspect.isclass(found) and _is_typed_dict(found):
        return {"parameters": _typed_dict(found), "anyKeyword": False}
    try:
        signature = inspect.signature(found)
    except (ValueError, TypeError):  # written in C without telling
        return {"parameters": None, "anyKeyword": True}
    body = _body(found)
    helps = _helps(found, doc)
    parameters = [_parameter(each, found, helps) for each in signature.parameters.values()]
    parameters += _behind_keywords(found, {each["name"] for each in parameters}, helps)
    warnings = _warnings(found, body)
    _mark_deprecated(parameters, warnings)
    return {
        "parameters": parameters,
        "anyKeyword": any(each["kind"] == "any-keyword" for each in parameters),
        "returns": None if inspect.isclass(found) else _type(signature.return_annotation),
        "renamed": signature_docs.renamed(body) if body else {},
        "warnings": warnings,
    }


def _parameter(each: inspect.Parameter, found: Any, helps: dict[str, str]) -> dict[str, Any]:
    field = _field(found, each.name)
    text = helps.get(each.name, "")
    rest = each.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {
        "name": each.name,
        "kind": _KINDS[each.kind],
        "required": each.default is inspect.Parameter.empty and not rest,
        "default": _default(each.default, field),
        "type": _type(field.type if field is not None else each.annotation),
        "choices": _choices(field.type if field is not None else each.annotation),
        "help": text,
        "from": _declared_in(found, each.name),
        "deprecated": signature_docs.deprecated_words(text),
    }


def _field(found: Any, name: str) -> Any:
    known = dataclasses.fields(found) if inspect.isclass(found) and dataclasses.is_dataclass(found) else ()
    return next((each for each in known if each.name == name), None)


def _default(value: Any, field: Any) -> str | None:
    """Null where there is none. A factory is not called: an empty list or dict is one by its name."""
    factory = dataclasses.MISSING if field is None else field.default_factory
    if factory is not dataclasses.MISSING:
        empty = {list: "[]", dict: "{}", set: "set()", tuple: "()"}
        return empty.get(factory, f"<made by {getattr(factory, '__qualname__', 'a factory')}>")
    return None if value is inspect.Parameter.empty else shown(value)


def shown(value: Any) -> str:
    if isinstance(value, enum.Enum):
        return repr(value.value)[:LONGEST_DEFAULT]
    if inspect.isclass(value) or inspect.isroutine(value):
        return f"{value.__module__}.{value.__qualname__}"[:LONGEST_DEFAULT]
    plain = isinstance(value, (str, bytes, int, float, complex, bool, type(None), list, tuple, dict, set, frozenset))
    return repr(value)[:LONGEST_DEFAULT] if plain else f"<{type(value).__qualname__}>"


def _type(annotation: Any) -> str | None:
    if annotation is inspect.Parameter.empty:
        return None
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return " ".join(text.replace("typing.", "").split())[:LONGEST_TYPE]


def _choices(annotation: Any) -> list[str]:
    """Values of a Literal or an enum, also within an Optional."""
    if inspect.isclass(annotation) and issubclass(annotation, enum.Enum):
        return [shown(each) for each in annotation][:MOST_CHOICES]
    if typing.get_origin(annotation) is typing.Literal:
        return [repr(each) for each in typing.get_args(annotation)][:MOST_CHOICES]
    parts = [part for part in typing.get_args(annotation) if part is not annotation]
    return [each for part in parts for each in _inner(part)][:MOST_CHOICES]


def _inner(part: Any) -> list[str]:
    literal = typing.get_origin(part) is typing.Literal
    return _choices(part) if literal or (inspect.isclass(part) and issubclass(part, enum.Enum)) else []


def _declared_in(found: Any, name: str) -> str | None:
    """The class whose declaration counts: the most derived one that names it."""
    if not inspect.isclass(found):
        return None
    for each in found.__mro__:
        own = vars(each).get("__init__")
        annotated = name in _annotations(each) and dataclasses.is_dataclass(each)
        if annotated or (inspect.isfunction(own) and not dataclasses.is_dataclass(each) and name in _names(own)):
            return f"{each.__module__}.{each.__qualname__}"
    return None


def _annotations(each: type) -> dict[str, Any]:
    return getattr(inspect, "get_annotations", lambda known: vars(known).get("__annotations__", {}))(each)


def _names(function: Any) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (ValueError, TypeError):
        return []


def _helps(found: Any, doc: str) -> dict[str, str]:
    """From the parents' docstrings; nearer ones, the constructor's and the fields' own texts come before them."""
    helps: dict[str, str] = {}
    for each in reversed(found.__mro__ if inspect.isclass(found) else ()):
        for text in (each.__doc__, getattr(vars(each).get("__init__"), "__doc__", None)):
            helps.update(signature_docs.help_texts(inspect.cleandoc(text)) if isinstance(text, str) else {})
    for field in dataclasses.fields(found) if inspect.isclass(found) and dataclasses.is_dataclass(found) else ():
        if isinstance(field.metadata.get("help"), str):
            helps[field.name] = " ".join(field.metadata["help"].split())[: signature_docs.LONGEST_HELP]
    return helps if inspect.isclass(found) else signature_docs.help_texts(doc)


def _body(found: Any) -> Any:
    if not inspect.isclass(found):
        return found
    constructor = vars(found).get("__init__")
    return constructor if inspect.isfunction(constructor) else None


def _warnings(found: Any, body: Any) -> list[str]:
    """What the constructors say when something deprecated is used."""
    if not inspect.isclass(found):
        return signature_docs.warnings_in(body)
    bodies = [vars(each).get(name) for each in found.__mro__ for name in ("__init__", "__post_init__")]
    said = [text for each in bodies if inspect.isfunction(each) for text in signature_docs.warnings_in(each)]
    return list(dict.fromkeys(said))[: signature_docs.MOST_WARNINGS]


def _mark_deprecated(parameters: list[dict[str, Any]], warnings: list[str]) -> None:
    """A warning that begins with a parameter's name is about that parameter."""
    for each in parameters:
        about = [text for text in warnings if text.replace("`", " ").replace("'", " ").split()[:1] == [each["name"]]]
        if about and each["deprecated"] is None:
            each["deprecated"] = about[0]


def _behind_keywords(found: Any, known: set[str], helps: dict[str, str]) -> list[dict[str, Any]]:
    """Parameters that a `**kwargs` hides, as far as the source tells."""
    hidden: dict[str, dict[str, Any]] = {}
    for owner, source in signature_keywords.hidden(found):
        facts = _taken(source, helps, owner) if isinstance(source, str) else _parameter(source, owner, helps)
        if facts["name"] not in known:
            hidden.setdefault(facts["name"], facts)
    return list(hidden.values())


def _taken(key: str, helps: dict[str, str], owner: Any) -> dict[str, Any]:
    place = None if owner is None else f"{owner.__module__}.{owner.__qualname__}"
    text = helps.get(key, "")
    facts = {"name": key, "kind": "keyword", "required": False, "default": None, "type": None, "choices": []}
    return {**facts, "help": text, "from": place, "deprecated": signature_docs.deprecated_words(text)}


def _is_typed_dict(found: type) -> bool:
    return hasattr(found, "__required_keys__") and hasattr(found, "__optional_keys__")


def _typed_dict(found: Any) -> list[dict[str, Any]]:
    helps = signature_docs.help_texts(inspect.cleandoc(found.__doc__ or ""))
    facts = {name: {"name": name, "kind": "keyword", "default": None, "from": None} for name in found.__annotations__}
    for name, each in facts.items():
        text = helps.get(name, "")
        each.update(required=name in found.__required_keys__, type=_type(found.__annotations__[name]), help=text)
        each.update(choices=_choices(found.__annotations__[name]), deprecated=signature_docs.deprecated_words(text))
    return list(facts.values())
