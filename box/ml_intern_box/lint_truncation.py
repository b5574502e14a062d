"""Rows and answers that are cut without a word, so that a model learns to stop early, or never sees an end."""

from __future__ import annotations

import ast
from typing import Any, Dict, Optional

from .lint_arguments import Installed
from .lint_calls import Call, Calls, last
from .lint_found import Findings
from .lint_tree import FUNCTIONS, Script


class Truncation:
    def __init__(self, script: Script, calls: Calls, installed: Installed, facts: Dict[str, Any]) -> None:
        self.script, self.calls, self.installed, self.facts = script, calls, installed, facts

    def check(self, findings: Findings) -> None:
        if self._filters_by_length():
            return
        longest = self.facts.get("maxTokens")
        for args in self.calls.of("SFTConfig", "DPOConfig"):
            if "max_length" in args.keywords:
                given = self.calls.value(args, "max_length")
                if isinstance(given, int) and isinstance(longest, int) and given < longest:
                    what = "The recipe keeps rows of up to %d tokens; max_length=%d cuts the longer ones silently." % (
                        longest,
                        given,
                    )
                    findings.warn(
                        "silent-truncation",
                        args.keywords["max_length"].at,
                        what,
                        "Make both the same, or filter long rows out.",
                    )
            elif not args.open and args.whole:
                self._default(args, "max_length", longest, findings)
        for args in self.calls.of("GRPOConfig", "RLOOConfig"):
            if "max_completion_length" not in args.keywords and not args.open and args.whole:
                self._default(args, "max_completion_length", None, findings)
        for node in self.script.of_kind(ast.Call):
            for each in node.keywords:
                if (
                    each.arg == "truncation"
                    and self.calls.values.of(each.value) is True
                    and self.script.function_of(node)
                ):
                    what = "truncation=True cuts long rows silently, their end first."
                    findings.warn(
                        "silent-truncation", each.value, what, "Filter rows that are too long, and say how many."
                    )

    def _default(self, args: Call, key: str, longest: Optional[int], findings: Findings) -> None:
        facts = self.installed.found(args.name)
        default = (
            next((each["default"] for each in facts["parameters"] if each["name"] == key), None) if facts else None
        )
        if default is None or not default.isdigit() or (isinstance(longest, int) and longest <= int(default)):
            return
        what = "%s is not set: %s cuts at %s tokens silently." % (key, last(args.name), default)
        findings.warn("silent-truncation", args.node, what, "Set %s to what the rows and answers need." % key)

    def _filters_by_length(self) -> bool:
        for node in self.script.of_kind(ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "filter" and node.args:
                function = self.script.local(node.args[0])
                inside = ast.walk(function) if isinstance(function, FUNCTIONS) else iter(())
                if any(isinstance(each, ast.Call) and getattr(each.func, "id", "") == "len" for each in inside):
                    return True
        return False
