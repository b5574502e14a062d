"""What a job made: its listing, hashes and bytes. Links are told and never followed, and any name is fine: it is only data."""

import hashlib
import io
import json
import os
import stat

from . import folders
from .errors import BoxError

MOST = 50000
DEEPEST = 64
IN_MEMORY = 4 << 20
_BLOCK = 1 << 20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def listing(root, job_id):
    """Everything below artifacts/, by path; `complete` is false when there is more than can be told."""
    base = _base(root, job_id)
    found = []
    for entry in _walk(base, "", DEEPEST):
        if len(found) == MOST:
            return {"folder": base, "artifacts": found, "complete": False}
        found.append(entry)
    return {"folder": base, "artifacts": sorted(found, key=lambda entry: entry["path"]), "complete": True}


def hashes(root, job_id, paths):
    """SHA-256 of each file, in order; null for one that is not there or not a plain file."""
    base = _base(root, job_id)
    with Below(base) as below:
        return {"hashes": [_hash(below, path) for path in _checked(paths)]}


def send(root, job_id, reading, out):
    """Tells what there is in a line, takes a line {paths}, and sends those files: for each a line {number, sha256, bytes}
    and exactly so many raw bytes, or {number, missing}. `number` is the place in `paths`: names from here are never paths there."""
    base = _base(root, job_id)
    _say(out, listing(root, job_id))
    out.flush()
    asked = reading.readline()
    if not asked:
        return
    try:
        paths = _checked(json.loads(asked)["paths"])
    except (ValueError, TypeError, KeyError) as error:
        raise BoxError("bad-input", "The list of paths is not one.", "Report this: it is a fault of the client.") from error
    with Below(base) as below:
        for number, path in enumerate(paths):
            _send_one(out, below, number, path)
    out.flush()


def _send_one(out, below, number, path):
    try:
        with below.open(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > IN_MEMORY:
                _send_large(out, number, file)
                return
            # Hashed and sent from one reading, so that both are of the same content.
            content = file.read(size)
            _say(out, {"number": number, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)})
            out.write(content)
    except FileNotFoundError:
        _say(out, {"number": number, "missing": True})


def _send_large(out, number, file):
    digest = _digest(file)
    left = file.tell()
    file.seek(0)
    _say(out, {"number": number, "sha256": digest, "bytes": left})
    while left > 0:
        # A file that shrinks meanwhile is filled up: its hash will tell.
        block = file.read(min(left, _BLOCK)) or b"\0" * min(left, _BLOCK)
        out.write(block)
        left -= len(block)


def _say(out, line):
    out.write(json.dumps(line).encode() + b"\n")


def _walk(folder, prefix, depth):
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        try:
            told = _told(entry, prefix + entry.name)
        except FileNotFoundError:
            continue
        yield told
        if told["kind"] == "folder" and depth > 0:
            yield from _walk(entry.path, told["path"] + "/", depth - 1)


def _told(entry, path):
    facts = entry.stat(follow_symlinks=False)
    kind = "other"
    for name, test in (("file", stat.S_ISREG), ("folder", stat.S_ISDIR), ("link", stat.S_ISLNK)):
        kind = name if test(facts.st_mode) else kind
    told = {"path": path, "kind": kind, "bytes": facts.st_size if kind == "file" else 0, "modifiedAt": facts.st_mtime}
    return dict(told, target=os.readlink(entry.path)) if kind == "link" else told


def _hash(below, path):
    try:
        with below.open(path) as file:
            return _digest(file)
    except FileNotFoundError:
        return None


def _digest(file):
    digest = hashlib.sha256()
    for block in iter(lambda: file.read(_BLOCK), b""):
        digest.update(block)
    return digest.hexdigest()


class Below:
    """Files below a folder. Opens one folder after the other without following a link, whatever a job does to its folders
    meanwhile; the last one is held open, since thousands of files share it."""

    def __init__(self, base):
        self.base = base
        self.held = None
        self.folders = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._let_go()

    def open(self, path):
        """Unbuffered. Raises FileNotFoundError for what is no plain file."""
        *folders, name = path.split("/")
        if any(part in ("", ".", "..") for part in (*folders, name)) or "\0" in path:
            raise BoxError("bad-input", "The path %r does not stay inside its folder." % (path,), "Use a path of the listing.")
        try:
            if self.held is None or folders != self.folders:
                self._hold(folders)
            number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self.held)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise FileNotFoundError(path) from error
        if stat.S_ISREG(os.fstat(number).st_mode):
            return io.FileIO(number)
        os.close(number)
        raise FileNotFoundError(path)

    def _hold(self, folders):
        self._let_go()
        held = os.open(self.base, _FOLDER)
        try:
            for part in folders:
                inner = os.open(part, _FOLDER, dir_fd=held)
                os.close(held)
                held = inner
        except OSError:
            os.close(held)
            raise
        self.held, self.folders = held, folders

    def _let_go(self):
        if self.held is not None:
            os.close(self.held)
        self.held = None


def _base(root, job_id):
    base = os.path.join(folders.known_job(root, job_id), "artifacts")
    if os.path.islink(base) or not os.path.isdir(base):
        raise BoxError("bad-input", "The job %s has no artifacts on this box." % job_id, "List the jobs of the box.")
    return base


def _checked(paths):
    if isinstance(paths, list) and all(isinstance(path, str) for path in paths):
        return paths
    raise BoxError("bad-input", "The list of paths is not one.", "Report this: it is a fault of the client.")
