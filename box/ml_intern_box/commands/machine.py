"""Commands that tell what the machine is and has."""

from .. import launch, lint_ask, signature_ask
from .given import given


def check(root, options):
    return {"card": launch.card(root, options)}


def signatures(root, options):
    return signature_ask.look_up(root, options.environment, given().get("names"))


def lint(root, _options):
    return lint_ask.lint(root, given())
