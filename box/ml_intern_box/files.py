"""Files named by their content: ROOT/files/<2 hex>/<sha256>, for our eyes only.

What bears its name is whole: it was hashed before it was renamed. Partial uploads lie in ROOT/files/parts/, as
<sha256>.<sender>.part: two windows that send the same file at once do not write into each other's.
"""

import contextlib
import hashlib
import json
import os
import re
import time

from . import hashing, processes
from .errors import BoxError

_SENDER = re.compile(r"[0-9a-f]{16}")
_HASH = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1 << 20
_LONGEST_LINE = 256 << 20
# What is being written right now is younger than this.
_LEFTOVER_SECONDS = 24 * 3600


def stored(root, digest):
    """Where the file lies, whether or not it is there."""
    if not isinstance(digest, str) or not _HASH.fullmatch(digest):
        raise BoxError("bad-input", "%r is not a file's SHA-256." % (digest,), "Report this: it is a fault of the client.")
    return os.path.join(root, "files", digest[:2], digest)


def take(root, reading, writing):
    """Takes files in, in one exchange: a line {files: [[hash, bytes], ...], sender} is answered with what is missing, and
    with the sender's name when it gave none; a line
    {sending: [hash, ...]} is followed by those files' bytes, one after the other, and answered with how many came whole."""
    asked = _line(reading)
    wanted = _member(asked, "files")
    sender = _checked_sender(asked.get("sender") or os.urandom(8).hex())
    told = dict(_manifest(root, wanted, sender), sender=sender)
    writing.write(json.dumps(told).encode() + b"\n")
    writing.flush()
    sizes = dict(wanted)
    sending = _member(_line(reading), "sending")
    if not isinstance(sending, list) or not all(isinstance(each, str) and each in sizes for each in sending):
        raise BoxError("bad-input", "The list of what is sent is not one.", "Report this: it is a fault of the client.")
    for digest in sending:
        _keep(told["parts"], reading, sizes[digest], stored(root, digest))
    return {"received": len(sending)}


def _manifest(root, wanted, sender):
    """Which of [[hash, bytes], ...] must be sent, and how much of them an earlier try has brought already."""
    parts = _parts(root)
    missing, partial, begun = [], {}, _begun(parts)
    for digest, size in _pairs(wanted):
        if _is_whole(stored(root, digest), size):
            continue
        missing.append(digest)
        if digest not in begun:
            continue
        part = _part(parts, digest, sender)
        if not os.path.isfile(part):
            _take_over(begun[digest], part)
        if os.path.isfile(part):
            partial[digest] = os.path.getsize(part)
    return {"missing": missing, "partial": partial, "parts": parts}


def _begun(parts):
    """What lies there of each file, whoever sent it; read once, since thousands of files may be asked for."""
    found = {}
    for name in os.listdir(parts):
        if name.endswith(".part"):
            found.setdefault(name.split(".", 1)[0], []).append(os.path.join(parts, name))
    return found


def _part(parts, digest, sender):
    return os.path.join(parts, "%s.%s.part" % (digest, sender))


def _take_over(begun, part):
    """Goes on with what another sender left that writes no more."""
    for left in begun:
        if not processes.is_open(left):
            with contextlib.suppress(FileNotFoundError):
                os.replace(left, part)
                return


def _line(reading):
    try:
        return json.loads(reading.readline(_LONGEST_LINE))
    except ValueError as error:
        raise _cut_off() from error


def _member(line, name):
    if not isinstance(line, dict) or name not in line:
        raise _cut_off()
    return line[name]


def _cut_off():
    return BoxError("bad-input", "The list of files was cut off.", "Send it again.")


def _checked_sender(sender):
    if not isinstance(sender, str) or not _SENDER.fullmatch(sender):
        raise BoxError("bad-input", "%r names no sender." % (sender,), "Report this: it is a fault of the client.")
    return sender


def adopt(root, digest, sender):
    """Takes a finished upload in; one that is not what it claims to be is thrown away."""
    target = stored(root, digest)
    part = _part(_parts(root), digest, _checked_sender(sender))
    if os.path.islink(part) or not os.path.isfile(part):
        if os.path.isfile(target):
            return {"adopted": digest}
        raise BoxError("bad-input", "Nothing was uploaded as %s." % digest, "Send the file again.")
    if hashing.file_hash(part) != digest:
        os.unlink(part)
        if os.path.isfile(target):
            return {"adopted": digest}
        raise _damaged(digest)
    os.chmod(part, 0o600)
    _rename(part, target)
    return {"adopted": digest}


def place(root, digest, target):
    """Copies a stored file: what a job does to its copy does no harm. Says by its hash whether the copy is right."""
    source = stored(root, digest)
    actual = hashlib.sha256()
    try:
        with open(source, "rb") as reading, open(target, "wb") as writing:
            for block in iter(lambda: reading.read(_BLOCK), b""):
                actual.update(block)
                writing.write(block)
        os.utime(source)
    except FileNotFoundError as error:
        raise BoxError("bad-input", "The file %s was not sent to the box." % digest, "Submit the job again.") from error
    if actual.hexdigest() != digest:
        _remove(source)
        raise _damaged(digest)


def unused(root, older_than_seconds):
    """Paths of stored files that nobody asked for in so long, and of partial ones that were given up."""
    now = time.time()
    for folder, _, names in os.walk(os.path.join(root, "files")):
        limit = max(older_than_seconds, _LEFTOVER_SECONDS) if os.path.basename(folder) == "parts" else older_than_seconds
        for name in names:
            path = os.path.join(folder, name)
            try:
                age = now - os.lstat(path).st_mtime
            except FileNotFoundError:
                continue
            if age > limit:
                yield path


def _keep(parts, content, size, target):
    """One file of a stream, written beside and renamed when its hash is right."""
    new = os.path.join(parts, "%s.%d.new" % (os.path.basename(target), os.getpid()))
    digest = hashlib.sha256()
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb", buffering=0) as file:
            while size > 0:
                block = content.read(min(size, _BLOCK))
                if not block:
                    raise BoxError("bad-input", "The stream of files was cut off.", "Send the files again.")
                digest.update(block)
                size -= len(block)
                while block:
                    block = block[file.write(block) :]
        if digest.hexdigest() != os.path.basename(target):
            raise _damaged(os.path.basename(target))
        _rename(new, target)
    except BaseException:
        _remove(new)
        raise


def _rename(new, target):
    try:
        os.replace(new, target)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        os.replace(new, target)


def _is_whole(path, size):
    """By its size, which tells a file that lost its content in a power cut; asking keeps it from being cleaned away."""
    try:
        if os.stat(path).st_size != size:
            return False
        os.utime(path)
        return True
    except FileNotFoundError:
        return False


def _parts(root):
    folder = os.path.join(root, "files", "parts")
    os.makedirs(os.path.join(root, "files"), mode=0o700, exist_ok=True)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


def _pairs(wanted):
    sound = isinstance(wanted, list) and all(isinstance(each, list) and len(each) == 2 for each in wanted)
    if not sound or not all(isinstance(size, int) for _, size in wanted):
        raise BoxError("bad-input", "The list of files is not one.", "Report this: it is a fault of the client.")
    return wanted


def _damaged(digest):
    return BoxError("bad-input", "The file %s arrived damaged." % digest, "Send the file again.")


def _remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
