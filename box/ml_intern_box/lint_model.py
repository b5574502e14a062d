"""What the files of a base model tell of its tokenizer and chat template. Reads JSON and text, loads no model."""

from __future__ import annotations

import glob
import importlib.util
import json
import os
from typing import Any, Dict, FrozenSet, NamedTuple, Optional

MOST_BYTES = 64 << 20


class BaseModel(NamedTuple):
    """`template`: None where it has none; `eos`: None where it has none or where it is not known which;
    `vocabulary`: None where it is not known; `knows_eos`: whether the tokenizer's files could be read."""

    template: Optional[str]
    eos: Optional[str]
    vocabulary: Optional[FrozenSet[str]]
    adds_eos: bool
    has_code: bool


def read(place: Optional[str], root: Optional[str]) -> Optional[BaseModel]:
    """`place` is a folder, or an id whose files lie in the box's cache. None where no tokenizer is found there."""
    folder = _folder(place, root) if place else None
    settings = _json(folder, "tokenizer_config.json") if folder else None
    if folder is None or settings is None:
        return None
    whole = _json(folder, "tokenizer.json")
    return BaseModel(
        template=_template(folder, settings),
        eos=_token(settings.get("eos_token"))
        or _token((_json(folder, "special_tokens_map.json") or {}).get("eos_token")),
        vocabulary=_vocabulary(whole) if whole else None,
        adds_eos=bool(settings.get("add_eos_token")),
        has_code="auto_map" in (_json(folder, "config.json") or {}) or "auto_map" in settings,
    )


def known_templates() -> FrozenSet[str]:
    """The chat templates that the installed TRL can mark for training by itself, word for word."""
    try:
        found = importlib.util.find_spec("trl")
    except (ImportError, ValueError):
        return frozenset()
    texts = []
    for place in (found.submodule_search_locations or []) if found else []:
        for path in glob.glob(os.path.join(place, "chat_templates", "*.jinja")):
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
    return frozenset(texts)


def _folder(place: str, root: Optional[str]) -> Optional[str]:
    path = os.path.expanduser(place)
    if os.path.isdir(path):
        return path
    if root is None or place.count("/") != 1:
        return None
    kept = os.path.join(root, "cache", "hf", "hub", "models--" + place.replace("/", "--"), "snapshots", "*")
    found = sorted(glob.glob(kept), key=os.path.getmtime)
    return found[-1] if found else None


def _json(folder: str, name: str) -> Optional[Dict[str, Any]]:
    path = os.path.join(folder, name)
    try:
        if os.path.getsize(path) > MOST_BYTES:
            return None
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _template(folder: str, settings: Dict[str, Any]) -> Optional[str]:
    try:
        with open(os.path.join(folder, "chat_template.jinja"), encoding="utf-8") as file:
            return file.read()
    except OSError:
        pass
    found = (_json(folder, "chat_template.json") or {}).get("chat_template", settings.get("chat_template"))
    if isinstance(found, list):
        named = {each.get("name"): each.get("template") for each in found if isinstance(each, dict)}
        found = named.get("default")
    return found if isinstance(found, str) else None


def _token(found: Any) -> Optional[str]:
    content = found.get("content") if isinstance(found, dict) else found
    return content if isinstance(content, str) else None


def _vocabulary(whole: Dict[str, Any]) -> Optional[FrozenSet[str]]:
    vocabulary = (whole.get("model") or {}).get("vocab")
    added = [each.get("content") for each in whole.get("added_tokens") or [] if isinstance(each, dict)]
    if isinstance(vocabulary, list):
        vocabulary = [each[0] for each in vocabulary if isinstance(each, list) and each]
    return frozenset([*vocabulary, *added]) if vocabulary else None
