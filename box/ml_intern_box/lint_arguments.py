"""Arguments of calls against the signatures of what is installed: unknown, missing, too many, of the wrong kind."""

from __future__ import annotations

import difflib
from typing import Any, Dict, List, Optional, Set

from . import lint_kinds, lint_known
from .lint_calls import DATASET, DATASETS, MODEL, TOKENIZER, Call, Calls, last, relatives
from .lint_found import Findings
from .lint_values import Entry

_NAMED = ("positional", "keyword", "positional-only")
_CLOSE = 0.85
"""Few letters apart: more certainly a slip than a name that only looks alike."""


class Installed:
    """Signatures by name; what was not looked up, or could not be read, says nothing."""

    def __init__(self, signatures: List[Dict[str, Any]]) -> None:
        self.all = {each["name"]: each for each in signatures}

    def found(self, name: str) -> Optional[Dict[str, Any]]:
        facts = self.all.get(name)
        return facts if facts is not None and facts.get("found") and facts.get("parameters") is not None else None

    def gone(self, name: str) -> Optional[Dict[str, Any]]:
        facts = self.all.get(name)
        return facts if facts is not None and facts.get("problem") == "no-member" else None

    def keywords(self, name: str) -> Set[str]:
        facts = self.found(name)
        return {each["name"] for each in facts["parameters"] if each["kind"] in _NAMED[:2]} if facts else set()

    def version(self, package: str) -> int:
        """The first number of its version; 0 where it is not known."""
        known = (each.get("version") for each in self.all.values() if each.get("package") == package)
        text = next((each for each in known if each), "0")
        return int(text.split(".")[0]) if text.split(".")[0].isdigit() else 0


def check(calls: Calls, installed: Installed, findings: Findings) -> None:
    for call in calls.all:
        facts = installed.found(call.name)
        if facts is None:
            _gone_method(call, installed, findings)
            continue
        _keywords(call, facts, installed, findings)
        _positions(call, facts, findings)
        _kinds(calls, call, facts, findings)


def _keywords(call: Call, facts: Dict[str, Any], installed: Installed, findings: Findings) -> None:
    known = {each["name"]: each for each in facts["parameters"] if each["kind"] in _NAMED[:2]}
    for key, entry in call.keywords.items():
        if key in call.own:
            continue
        if key in known:
            said = known[key]["deprecated"]
            if said:
                findings.warn("deprecated-argument", entry.at, "%s: %s" % (key, said), _fix(key, call.name, installed))
        elif key in facts.get("renamed", {}):
            new = facts["renamed"][key]
            how = "Use %s." % new if new else "Leave it out."
            findings.warn("deprecated-argument", entry.at, "%s of %s is deprecated." % (key, last(call.name)), how)
        elif facts["anyKeyword"]:
            _swallowed(call, key, entry, installed, findings)
        else:
            message = "%s takes no %s (%s %s)." % (_shown(call.name), key, facts["package"], facts["version"] or "")
            blocks = not call.soft and not entry.maybe and call.node is not None
            fix = _fix(key, call.name, installed)
            (findings.error if blocks else findings.warn)("unknown-argument", entry.at, message, fix)


def _fix(key: str, name: str, installed: Installed) -> str:
    """What to write instead: the new name, the place where it belongs, or the name that looks most like it."""
    known = installed.keywords(name)
    for relative in relatives(name):
        if relative != name and key in installed.keywords(relative):
            return "%s takes it: give it there." % _shown(relative)
    new, how = lint_known.ARGUMENTS.get(key, (None, ""))
    if how and (new is None or new in known):
        return how
    for relative in relatives(name):
        if relative != name and new in installed.keywords(relative):
            return "%s It belongs to %s." % (how, _shown(relative))
    near = difflib.get_close_matches(key, sorted(known), n=1, cutoff=0.6)
    return "Did you mean %s?" % near[0] if near else "Leave it out."


def _swallowed(call: Call, key: str, entry: Entry, installed: Installed, findings: Findings) -> None:
    """Keywords that a signature with `**kwargs` takes and the code behind it does not."""
    owner, method = last(call.name.rsplit(".", 1)[0]), last(call.name)
    if method != "from_pretrained" or call.name.split(".")[0] not in ("transformers", "trl"):
        return
    if owner == "AutoTokenizer":
        how = lint_known.TOKENIZER_ARGUMENTS.get(key)
        if how:
            findings.warn("unknown-argument", entry.at, "AutoTokenizer.from_pretrained ignores %s." % key, how)
    elif owner.startswith("AutoModel"):
        how = lint_known.MODEL_ARGUMENTS.get(key)
        near = difflib.get_close_matches(key, lint_known.LOADING, n=1, cutoff=_CLOSE)
        message = "%s.from_pretrained takes no %s: the model refuses it." % (owner, key)
        if how and installed.version("transformers") >= 5:
            (findings.warn if call.soft or entry.maybe else findings.error)("unknown-argument", entry.at, message, how)
        elif near and key not in lint_known.LOADING:
            findings.warn("unknown-argument", entry.at, message, "Did you mean %s?" % near[0])


def _positions(call: Call, facts: Dict[str, Any], findings: Findings) -> None:
    """Required arguments that are not given, and more values than there are places."""
    # Behind `**kwargs` and decorators there may be another way to take what is missing here.
    if call.positional is None or not call.whole or facts["anyKeyword"]:
        return
    before: List[Dict[str, Any]] = facts["parameters"]
    if facts["kind"] == "method" and before and before[0]["name"] == "self":
        before = before[1:]
    places = [each for each in before if each["kind"] in ("positional", "positional-only")]
    has_rest = any(each["kind"] == "rest" for each in before)
    add = findings.warn if call.soft else findings.error
    if len(call.positional) > len(places) and not has_rest:
        what = "%s takes %d values by position, not %d." % (_shown(call.name), len(places), len(call.positional))
        add("too-many-arguments", call.node, what, "Name the arguments.")
    if call.open:
        return
    given = {each["name"] for each in places[: len(call.positional)]} | set(call.keywords)
    missing = [each["name"] for each in before if each["required"] and each["name"] not in given]
    if missing and not has_rest and not any(entry.maybe for entry in call.keywords.values()):
        what = "%s needs %s." % (_shown(call.name), " and ".join(missing))
        add("missing-argument", call.node, what, "Give %s." % " and ".join(missing))


def _kinds(calls: Calls, call: Call, facts: Dict[str, Any], findings: Findings) -> None:
    if call.name.startswith("torch."):
        return
    for parameter in facts["parameters"]:
        entry = call.keywords.get(parameter["name"])
        if entry is None or parameter["kind"] not in _NAMED:
            continue
        value = calls.values.of(entry.value)
        if isinstance(value, str) and any(value in said for said in facts.get("warnings", [])):
            continue  # an old word that is still understood
        found = lint_kinds.problem(parameter, value)
        if found is None:
            continue
        blocks, message, fix = found
        key = calls.values.config_key(entry.value)
        where = " (config.json: %s)" % key if key else ""
        (findings.error if blocks and not call.soft else findings.warn)("bad-value", entry.at, message + where, fix)


def _gone_method(call: Call, installed: Installed, findings: Findings) -> None:
    """A method that the class does not have. Models and tokenizers answer to more than they declare."""
    gone = installed.gone(call.name)
    if gone is None or call.soft:
        return
    owner, method = call.name.rsplit(".", 1)
    if owner == TOKENIZER and method in lint_known.METHODS:
        findings.error("removed", call.node, "Tokenizers have no %s any more." % method, lint_known.METHODS[method])
        return
    near = difflib.get_close_matches(method, [last(each) for each in gone["suggestions"]], n=1, cutoff=_CLOSE)
    if near and (owner in (DATASET, DATASETS) or last(owner).endswith("Trainer")) and owner not in (MODEL, TOKENIZER):
        fix = "Did you mean %s?" % near[0]
        findings.error("unknown-method", call.node, "%s has no method %s." % (_shown(owner), method), fix)


def _shown(name: str) -> str:
    """`SFTConfig` for trl.SFTConfig; `AutoTokenizer.from_pretrained` for methods."""
    parts = name.split(".")
    return ".".join(parts[-2:]) if len(parts) > 2 and parts[-2][:1].isupper() else parts[-1]
