"""Opens what lies in a job's folder without trusting it: a job writes there, and so may whatever else runs on the box."""

import os
import stat

MOST_TEXT = 1 << 20


def open_to_read(path):
    """A file descriptor of a plain file of ours. Raises OSError for links, pipes, and files of other people."""
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _check(number, path)
    except OSError:
        os.close(number)
        raise
    return number


def open_to_append(path):
    """A file descriptor to append by, of a plain file of ours that is made when missing; what else lies there is removed."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    if os.path.lexists(path) and not is_plain(path):
        os.unlink(path)
    number = os.open(path, flags, 0o600)
    try:
        _check(number, path)
    except OSError:
        os.close(number)
        raise
    return number


def read_text(path, most=MOST_TEXT):
    """The file's text. Raises ValueError when it is larger than anything that we write."""
    number = open_to_read(path)
    with os.fdopen(number, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError("%s is larger than %d bytes" % (path, most))
    return data.decode("utf-8")


def replace(path, data):
    """Replaces a file as a whole: a reader sees the old or the new one. Raises OSError when the disk is full."""
    # Another machine may write the same file through a shared file system, from a process of the same number.
    temporary = "%s.%s.%d.tmp" % (path, os.uname().nodename, os.getpid())
    _unlink(temporary)
    try:
        number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(number)
        os.replace(temporary, path)
    except OSError:
        _unlink(temporary)
        raise


def is_plain(path):
    """A plain file of ours, not a link to one."""
    return _is_ours(os.lstat(path), stat.S_ISREG)


def is_own_folder(path):
    """A folder of ours, not a link to one."""
    try:
        return _is_ours(os.lstat(path), stat.S_ISDIR)
    except OSError:
        return False


def _unlink(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def _check(number, path):
    if not _is_ours(os.fstat(number), stat.S_ISREG):
        raise PermissionError("%s is not a plain file of this user" % path)


def _is_ours(found, kind):
    return kind(found.st_mode) and found.st_uid == os.geteuid()
