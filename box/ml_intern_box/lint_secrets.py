"""Secrets that a script reads, names the place of, or holds itself. A job is given none to use."""

from __future__ import annotations

import ast
import re

from .lint_found import Findings
from .lint_paths import environment_variable
from .lint_tree import Script, index_of, text_of
from .secret_names import is_secret

_LITERAL = re.compile(r"\b(hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|ghp_[A-Za-z0-9]{20,}|AKIA[A-Z0-9]{16})\b")
_SECRET_PLACES = re.compile(
    r"(^|/)(\.ssh|\.netrc|\.aws|\.git-credentials)(/|$)|huggingface/(token|stored_tokens)$|^/proc/\w+/environ"
)


def check(script: Script, findings: Findings) -> None:
    for node in script.of_kind(ast.Subscript, ast.Call):
        name = environment_variable(script, node)
        if (
            name is not None
            and is_secret(name)
            and not isinstance(getattr(node, "ctx", ast.Load()), (ast.Store, ast.Del))
        ):
            findings.error(
                "secrets", node, "Reads the secret %s." % name, "Leave it out: a job is given no secret to use."
            )
    for node in script.of_kind(ast.Assign):
        for each in node.targets:
            stored = isinstance(each, ast.Subscript) and script.dotted(each.value) == "os.environ"
            name = text_of(index_of(each)) if stored and isinstance(each, ast.Subscript) else None
            if name is not None and is_secret(name) and text_of(node.value):
                findings.error(
                    "secrets", node, "Writes the secret %s into the script." % name, "Leave it out, and revoke it."
                )
    for node in script.of_kind(ast.Constant):
        if isinstance(node.value, str) and _LITERAL.search(node.value):
            findings.error("secrets", node, "A secret stands in the script.", "Take it out, and revoke it.")
    for node in script.of_kind(ast.Constant):
        if isinstance(node.value, str) and _SECRET_PLACES.search(node.value):
            what = "Names a place where secrets are kept: %s." % node.value[:100]
            findings.error("secrets", node, what, "Leave it out: a job is given what it may read.")
