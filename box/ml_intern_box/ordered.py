"""What a program is told on standard input, one JSON object a line: an order can be longer than any command line may be."""

from __future__ import annotations

import json
import sys
from typing import Any, Dict


def is_ordered() -> bool:
    """It is run as `python -m MODULE --order`: the order is the first line."""
    return sys.argv[1:] == ["--order"]


def read_line() -> Dict[str, Any]:
    return json.loads(sys.stdin.buffer.readline())
