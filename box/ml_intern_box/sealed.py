"""Files that only the jobs that need them can read: the items of an evaluation, and what came of them item by item.

Every job of a box runs as the same person, so a training script may read what other jobs leave on the disk. What lies
there sealed tells it nothing. The key of a run reaches overlap checks and evaluations alone, by their environment.

A sealed file is a tag of 32 bytes and the text under a key stream: tag = HMAC-SHA-256(text), stream = SHAKE-256(key,
tag). The tag proves on opening that nothing was changed, and makes the stream another one for another text: the same
text always seals to the same bytes, so a job that is submitted twice is the same job. The shape is the synthetic
initialisation vector of Rogaway and Shrimpton ("Deterministic authenticated encryption", 2006; RFC 5297) with HMAC
(RFC 2104) and the extendable output of FIPS 202 for its two functions. src/core/sealing.ts does the same.

What this does not do: whoever reads the memory or /proc/PID/environ of an evaluation while it runs, as the same user,
finds the key; without root nothing keeps them from it. The lint of scripts refuses to name such places.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from typing import Optional

VARIABLE = "ML_INTERN_ITEMS_KEY"
SUFFIX = ".sealed"
_TAG = 32


class Damaged(ValueError):
    """Sealed with another key, or changed since."""


def take_key() -> Optional[str]:
    """None outside of a run: nothing is sealed there. No child process and no library gets to see it."""
    return os.environ.pop(VARIABLE, None)


def seal(text: bytes, key: str) -> bytes:
    tag = _tag(text, key)
    return tag + _under_stream(text, tag, key)


def unseal(data: bytes, key: str) -> bytes:
    tag = data[:_TAG]
    text = _under_stream(data[_TAG:], tag, key)
    if not hmac.compare_digest(tag, _tag(text, key)):
        raise Damaged("It was sealed with another key, or changed since.")
    return text


def read(path: Path, key: Optional[str]) -> bytes:
    return path.read_bytes() if key is None else unseal(path.read_bytes(), key)


def write(path: Path, text: str, key: Optional[str]) -> None:
    """With a key the file has the suffix .sealed in place of its own."""
    data = text.encode("utf-8")
    if key is None:
        path.write_bytes(data)
    else:
        path.with_suffix(SUFFIX).write_bytes(seal(data, key))


def _tag(text: bytes, key: str) -> bytes:
    return hmac.new(b"tag " + key.encode("ascii"), text, hashlib.sha256).digest()


def _under_stream(text: bytes, tag: bytes, key: str) -> bytes:
    stream = hashlib.shake_256(b"stream " + key.encode("ascii") + tag).digest(len(text))
    return (int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(text), "big")
