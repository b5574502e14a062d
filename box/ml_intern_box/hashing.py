"""Content hashes; the editor's side computes the same bytes (src/core/hash.ts), so the rules must not drift."""

import hashlib
import json
import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(value):
    """JSON bytes with sorted keys and no spaces. Floats are refused: they print differently in JavaScript."""
    _refuse_floats(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return _SURROGATE.sub(lambda match: "\\u%04x" % ord(match.group()), text).encode("utf-8")


def content_hash(value):
    return hashlib.sha256(canonical(value)).hexdigest()


def file_hash(path):
    with open(path, "rb") as file:
        return hash_of(file)


def hash_of(file):
    """Of what is left to read of an open file."""
    digest = hashlib.sha256()
    for block in iter(lambda: file.read(1 << 20), b""):
        digest.update(block)
    return digest.hexdigest()


def _refuse_floats(value):
    if isinstance(value, float):
        raise TypeError("Only integers can be hashed, got %r." % value)
    if isinstance(value, dict):
        for member in value.values():
            _refuse_floats(member)
    elif isinstance(value, list):
        for member in value:
            _refuse_floats(member)
