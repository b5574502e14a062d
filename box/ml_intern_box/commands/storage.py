"""Commands that take files in and give out what jobs made."""

import sys

from .. import artifacts as job_artifacts
from .. import files, workspace
from .given import given

LARGE = 1 << 18
"""Bytes read and written at once."""


def take(root, _options):
    with open(sys.stdin.fileno(), "rb", buffering=LARGE, closefd=False) as reading:
        return files.take(root, reading, sys.stdout.buffer)


def adopt(root, options):
    return files.adopt(root, options.hash, options.sender)


def lay(root, options):
    return {"code": workspace.lay(root, options.name_of_code, given().get("files"))}


def artifacts(root, options):
    return job_artifacts.listing(root, options.id)


def hashes(root, options):
    return job_artifacts.hashes(root, options.id, given().get("paths"))


def send(root, options):
    with open(sys.stdout.fileno(), "wb", buffering=LARGE, closefd=False) as out:
        job_artifacts.send(root, options.id, sys.stdin.buffer, out)
