"""Commands that keep the folder in order."""

from .. import cleaning, housekeeping
from .. import wheelhouse as wheels
from .given import given


def usage(root, _options):
    return {"usage": housekeeping.usage(root)}


def clean(root, options):
    return {"clean": cleaning.clean(root, options.days, options.caches, options.remove)}


def wheelhouse(root, options):
    return wheels.take(root, given().get("wheels"), options.python)
