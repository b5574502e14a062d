"""Code that a person sent, laid out under ROOT/code/NAME from the files of the store: whole, or as it was before."""

import contextlib
import fcntl
import os
import shutil

from . import files, folders, safely
from .errors import BoxError

MOST_FILES = 50000


def lay(root, name, wanted):
    """`wanted` is [[path, sha256, executable], ...]. What lay there before and is not wanted any more goes."""
    entries = _checked(wanted)
    base = os.path.join(root, "code")
    target = os.path.join(base, folders.plain_name(name))
    with _locked(base):
        if os.path.lexists(target) and not safely.is_own_folder(target):
            raise BoxError("bad-input", "%s is not a folder of yours." % target, "Look at what it is, or use another name.")
        before = set(_files_below(target))
        new, old = (os.path.join(base, ".%s.%s" % (name, kind)) for kind in ("new", "old"))
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)
        try:
            os.mkdir(new, 0o700)
            for path, digest, executable in entries:
                _place(root, new, path, digest, executable)
            if os.path.lexists(target):
                os.rename(target, old)
            os.rename(new, target)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        shutil.rmtree(old, ignore_errors=True)
    return {"folder": target, "files": len(entries), "removed": len(before - {entry[0] for entry in entries})}


def _place(root, base, path, digest, executable):
    target = folders.inside(base, path)
    try:
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        if os.path.lexists(target):
            raise FileExistsError(target)
        files.place(root, digest, target)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        message = "Two of the files want the place %r on this box." % (path,)
        raise BoxError("bad-input", message, "Rename one of them.") from error
    os.chmod(target, 0o700 if executable else 0o600)


@contextlib.contextmanager
def _locked(base):
    """Two clients that send the same code at once do so one after the other."""
    os.makedirs(base, mode=0o700, exist_ok=True)
    if not safely.is_own_folder(base):
        raise BoxError("bad-input", "%s is not a folder of yours." % base, "Look at what it is, then remove it.")
    with os.fdopen(safely.open_to_append(os.path.join(base, ".lock")), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _files_below(folder):
    for at, _, names in os.walk(folder):
        for name in names:
            yield os.path.relpath(os.path.join(at, name), folder).replace(os.sep, "/")


def _checked(wanted):
    sound = isinstance(wanted, list) and len(wanted) <= MOST_FILES and all(_is_entry(each) for each in wanted)
    if not sound:
        raise BoxError("bad-input", "The list of files is not one.", "Report this: it is a fault of the client.")
    return wanted


def _is_entry(each):
    return (
        isinstance(each, list)
        and len(each) == 3
        and isinstance(each[0], str)
        and isinstance(each[1], str)
        and isinstance(each[2], bool)
    )
