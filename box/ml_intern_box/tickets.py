"""The files of the GPU queue, in a folder that all users of the machine share and nobody has to trust.

A job's claim is a ticket: a small file of its owner's, locked for as long as any process of the job lives. What died
holds no lock, so nothing ever has to be cleaned up before the next one can go on.
"""

import contextlib
import errno
import fcntl
import json
import os
import stat
import time

from .errors import BoxError, from_os_error

FOLDER = "/tmp/ml-intern-gpus"
VARIABLE = "ML_INTERN_GPU_LOCKS"
MUTEX = "queue.lock"
MUTEX_SECONDS = 2.0
PREFIX = "job-"
LONGEST = 1 << 16
_PLAIN = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_folder():
    path = _path()
    try:
        os.mkdir(path)
        os.chmod(path, 0o1777)
    except FileExistsError:
        pass
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _PLAIN)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise hostile("it is not a folder") from error
        raise
    mode = os.fstat(folder).st_mode
    if mode & 0o022 and not mode & stat.S_ISVTX:
        os.close(folder)
        raise hostile("everyone may remove what others put there")
    return folder


def lock(folder, name):
    """The locked ticket, made when missing; None while another process holds it."""
    while True:
        ticket = _open(folder, name, os.O_RDWR, 0o644)
        if os.fstat(ticket).st_uid != os.geteuid():
            os.close(ticket)
            raise hostile("%s belongs to another user" % name)
        if not _try_lock(ticket):
            os.close(ticket)
            return None
        if _is_there(folder, name, ticket):
            return ticket
        os.close(ticket)


def living(folder):
    """The facts of all tickets that are locked, and `askedAt`; whatever else lies there is passed over or removed."""
    names = [name for name in os.listdir(folder) if name.startswith(PREFIX)]
    found = [_look(folder, name) for name in names]
    return [facts for facts in found if facts is not None]


def remove_if_dead(folder, name):
    _look(folder, name)


def read(ticket):
    """A ticket's facts, None unless they are sound: anyone may have written them."""
    try:
        facts = json.loads(os.pread(ticket, LONGEST, 0).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    sound = (
        isinstance(facts, dict)
        and all(isinstance(facts.get(name), str) for name in ("root", "job", "owner"))
        and type(facts.get("wanted")) is int
        and isinstance(facts.get("arrival"), (int, float))
        and all(isinstance(facts.get(name), list) for name in ("gpus", "usable"))
        and all(isinstance(uuid, str) for uuid in facts["gpus"] + facts["usable"])
    )
    return facts if sound else None


def write(ticket, facts):
    data = json.dumps(facts).encode()
    os.pwrite(ticket, data, 0)
    os.ftruncate(ticket, len(data))


@contextlib.contextmanager
def mutex(folder):
    """Decisions are made one at a time. False when somebody keeps the lock: to wait for ever would stop our beat."""
    deadline = time.monotonic() + MUTEX_SECONDS
    number = _open(folder, MUTEX, os.O_RDONLY, 0o666)
    try:
        while not (_try_lock(number) and _is_there(folder, MUTEX, number)):
            if time.monotonic() > deadline:
                yield False
                return
            time.sleep(0.01)
            os.close(number)
            number = _open(folder, MUTEX, os.O_RDONLY, 0o666)
        yield True
    finally:
        os.close(number)


@contextlib.contextmanager
def told():
    """What goes wrong with the folder is told like everything else that goes wrong on the box."""
    try:
        yield
    except OSError as error:
        raise from_os_error(error, _path()) from error


def hostile(why):
    message = "The GPU queue in %s cannot be used: %s." % (_path(), why)
    return BoxError("box-command", message, "Look at what is there, then remove it: sudo rm -r %s" % _path())


def _path():
    return os.environ.get(VARIABLE, FOLDER)


def _look(folder, name):
    """A ticket's facts, with the user who really owns it; None for the dead, which are removed while we lock them."""
    try:
        number = os.open(name, os.O_RDONLY | _PLAIN, dir_fd=folder)
    except OSError:
        return None
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            return None
        if _try_lock(number):
            with contextlib.suppress(OSError):  # another user's cannot be removed, and need not be
                os.unlink(name, dir_fd=folder)
            return None
        facts = read(number)
        return facts and dict(facts, name=name, owner=(found.st_uid, facts["owner"]), askedAt=found.st_mtime)
    finally:
        os.close(number)


def _open(folder, name, how, mode):
    """A plain file with one name, made when missing. Linux refuses O_CREAT on another user's file in such a folder."""
    for _ in range(100):
        with contextlib.suppress(FileNotFoundError):
            return _checked(name, os.open(name, how | _PLAIN, dir_fd=folder))
        with contextlib.suppress(FileExistsError):
            number = os.open(name, how | os.O_CREAT | os.O_EXCL | _PLAIN, mode, dir_fd=folder)
            os.fchmod(number, mode)
            return number
    raise hostile("%s comes and goes" % name)


def _checked(name, number):
    found = os.fstat(number)
    if stat.S_ISREG(found.st_mode) and found.st_nlink <= 1:
        return number
    os.close(number)
    raise hostile("%s is not a plain file" % name)


def _is_there(folder, name, number):
    """Whether what is open is still what has this name: it may have been removed between the opening and the lock."""
    try:
        named, opened = os.stat(name, dir_fd=folder, follow_symlinks=False), os.fstat(number)
    except FileNotFoundError:
        return False
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)


def _try_lock(number):
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
