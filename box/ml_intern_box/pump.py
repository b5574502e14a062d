"""Carries what a step prints into its logs; on a full disk it stops reading, so that the step waits and nothing is lost."""

import errno
import fcntl
import os
import select
import time

from . import logs

BLOCK = 1 << 17
RETRY_SECONDS = 0.5
_SET_PIPE_SIZE = 1031


class Pump:
    """Two pipes into two logs. `full_since` tells since when nothing can be written, by the monotonic clock."""

    def __init__(self, job, names=("stdout.log", "stderr.log")):
        self.full_since = None
        self.retry_at = 0.0
        self.lines = [_Line(logs.Appender(job, name)) for name in names]
        self.poll = select.poll()
        for line in self.lines:
            self.poll.register(line.reading, select.POLLIN)
        self.open = {line.reading: line for line in self.lines}

    def ends(self):
        """The file descriptors to write to, in the order of the logs."""
        return [line.writing for line in self.lines]

    def close_ends(self):
        """In our process only the step may hold the ends, or the pipes would never be at an end."""
        for line in self.lines:
            os.close(line.writing)

    def is_drained(self):
        """Everybody who could write has closed the pipes or is gone, and all that came is written."""
        return not self.open and not any(line.rest for line in self.lines)

    def turn(self, seconds):
        """Carries on what there is, waiting for it no longer than so; True when something was carried."""
        if any(line.rest for line in self.lines):
            if time.monotonic() < self.retry_at:
                time.sleep(min(seconds, max(0.0, self.retry_at - time.monotonic())))
                return False
            return all([self._write(line) for line in self.lines if line.rest])
        if not self.open:
            return False
        ready = [self.open[number] for number, _ in self.poll.poll(seconds * 1000)]
        for line in ready:
            line.rest = _read(line.reading)
            if line.rest:
                self._write(line)
            elif line.rest == b"":
                self.poll.unregister(line.reading)
                os.close(line.reading)
                del self.open[line.reading]
        return bool(ready)

    def _write(self, line):
        """True when all of it is written; else the rest waits until there is space again."""
        try:
            while line.rest:
                line.rest = line.rest[line.log.write(line.rest) :]
        except OSError:
            # Full, or broken: either way the step waits, and the worker ends it when this lasts.
            self.full_since = self.full_since or time.monotonic()
            self.retry_at = time.monotonic() + RETRY_SECONDS
            return False
        if not any(each.rest for each in self.lines):
            self.full_since = None
        return True


class _Line:
    def __init__(self, log):
        self.log, self.rest = log, b""
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        try:
            fcntl.fcntl(self.reading, _SET_PIPE_SIZE, 1 << 18)
        except OSError:
            pass  # only Linux knows it, and only so much of it for one user


def _read(number):
    """Bytes, empty at the end; None when another look is needed."""
    try:
        return os.read(number, BLOCK)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EINTR):
            return None
        raise
