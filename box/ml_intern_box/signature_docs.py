"""What docstrings and sources say about parameters: their help, and what is deprecated. Reads text, runs nothing."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from typing import Any

LONGEST_HELP = 1000
MOST_WARNINGS = 30
_TYPED = re.compile(r"^(\s*)\*{0,2}(\w+)\s*(?:\(|:\s*\(?`|:\s*\S)")
"""`name (`int`, *optional*):` of Hugging Face and Google, `name: int` and `name : int` of others."""
_HEADING = re.compile(r"^\s*(Parameters|Args|Arguments|Attributes|Keyword Args|Other Parameters)\s*:?\s*$", re.I)


def help_texts(doc: str) -> dict[str, str]:
    """Parameter -> what the docstring says of it, in one line."""
    texts: dict[str, list[str]] = {}
    current, indent, inside, underlined = None, 0, False, False
    for line in doc.splitlines():
        if _HEADING.match(line) or (inside and set(line.strip()) == {"-"}):
            current, inside, underlined = None, True, line.strip().startswith("-")
            continue
        start = _TYPED.match(line) if inside else None
        if start and (current is None or len(start.group(1)) <= indent):
            current, indent = start.group(2), len(start.group(1))
            texts[current] = ["" if underlined else _after_colon(line)]
        elif current is not None and line.strip():
            if len(line) - len(line.lstrip()) > indent:
                texts[current].append(line.strip())
            else:
                current = None
    return {name: " ".join(filter(None, lines))[:LONGEST_HELP] for name, lines in texts.items()}


def _after_colon(line: str) -> str:
    """The words on the parameter's own line; those in brackets before the colon are its type."""
    words = re.match(r"^\s*\*{0,2}\w+\s*(?:\(.*?\))?\s*:\s*(.*)$", line)
    return words.group(1).strip() if words else ""


def deprecation(found: Any, doc: str) -> str | None:
    """The sentence that calls the thing itself deprecated."""
    marked = getattr(found, "__deprecated__", None)
    if isinstance(marked, str):
        return marked[:LONGEST_HELP]
    opening = doc.split("\n\n", 2)
    said = [part for part in opening[:2] if re.search(r"\bdeprecated\b", part, re.I)]
    return " ".join(said[0].split())[:LONGEST_HELP] if said else None


def deprecated_words(text: str) -> str | None:
    """The sentence of a help text that says so."""
    for sentence in re.split(r"(?<=[.!])\s+", text):
        if re.search(r"\bdeprecated\b", sentence, re.I):
            return sentence.strip()[:LONGEST_HELP]
    return None


def warnings_in(function: Any) -> list[str]:
    """Literal texts in a function's source that speak of deprecation, with `{}` where a value is filled in."""
    tree = source_tree(function)
    if tree is None:
        return []
    texts = [_literal(node) for node in ast.walk(tree) if isinstance(node, (ast.Constant, ast.JoinedStr))]
    said = [" ".join(each.split()) for each in texts if each and re.search(r"\bdeprecated\b", each, re.I)]
    return list(dict.fromkeys(each[:LONGEST_HELP] for each in said if len(each) > 20))[:MOST_WARNINGS]


def renamed(function: Any) -> dict[str, str | None]:
    """Old keyword -> the new one, from `@deprecate_kwarg("old", new_name="new")` over a function."""
    tree = source_tree(function)
    decorators = [each for node in ast.walk(tree) for each in getattr(node, "decorator_list", [])] if tree else []
    found: dict[str, str | None] = {}
    for call in decorators:
        if not isinstance(call, ast.Call) or not ast.dump(call.func).count("deprecate_kwarg") or not call.args:
            continue
        old = _literal(call.args[0])
        new = next((_literal(each.value) for each in call.keywords if each.arg == "new_name"), None)
        if old:
            found[old] = new
    return found


def source_tree(function: Any) -> ast.AST | None:
    try:
        source = inspect.getsource(inspect.unwrap(function))
        return ast.parse(textwrap.dedent(source)) if len(source) < 200_000 else None
    except (OSError, TypeError, ValueError, SyntaxError):
        return None


def _literal(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part) or "{}" for part in node.values)
    return None
