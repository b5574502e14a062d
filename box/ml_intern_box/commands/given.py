"""What a command is given."""

import json
import sys

from ..errors import BoxError


def given():
    """The JSON object on standard input."""
    try:
        given = json.load(sys.stdin.buffer)
    except ValueError as error:
        raise BoxError("bad-input", "The request is not JSON: %s." % error, "Send it again.") from error
    return given if isinstance(given, dict) else {}
