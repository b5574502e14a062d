"""A log that may grow for days: the newest bytes in NAME, older ones in NAME.<offset of their first byte>.

Offsets count from the log's very beginning, whatever was rotated away since.
"""

import os
import re
import stat

from . import safely

SEGMENT_BYTES = 64 << 20
MOST_SEGMENTS = 64


class Appender:
    """The one writer of a log."""

    def __init__(self, folder, name, segment_bytes=SEGMENT_BYTES, most_segments=MOST_SEGMENTS):
        self.folder, self.name = folder, name
        self.segment_bytes, self.most_segments = segment_bytes, most_segments
        self.path = os.path.join(folder, name)
        self.start = _end_of(rotated(folder, name))
        self.number = safely.open_to_append(self.path)
        self.size = os.fstat(self.number).st_size

    def write(self, data):
        """Writes what fits and says how much that was. Raises OSError, e.g. on a full disk, when that is nothing."""
        if self.size >= self.segment_bytes:
            self._rotate()
        written = os.write(self.number, data)
        self.size += written
        return written

    def close(self):
        os.close(self.number)

    def _rotate(self):
        try:
            os.rename(self.path, "%s.%020d" % (self.path, self.start))
        except FileNotFoundError:
            pass  # renamed by the last try, which then found no room for a new file
        fresh = safely.open_to_append(self.path)
        os.close(self.number)
        self.number, self.start, self.size = fresh, self.start + self.size, 0
        for _, _, path in rotated(self.folder, self.name)[: 1 - self.most_segments or None]:
            os.unlink(path)


class Tail:
    """Reads a log from an offset on, across rotations."""

    def __init__(self, folder, name, offset=0):
        self.folder, self.name, self.offset = folder, name, offset
        self.path = os.path.join(folder, name)
        self.number, self.start = None, 0

    def read(self, limit):
        """(offset, bytes); (offset, None) when what lay before that offset is gone; None when there is no more now."""
        while self.number is not None or self._open():
            if self.offset < self.start:
                self.offset = self.start
                return self.offset, None
            was_newest = self._is_newest()
            data = os.pread(self.number, limit, self.offset - self.start)
            if data:
                self.offset += len(data)
                return self.offset - len(data), data
            if was_newest:
                return None
            self.close()
        return None

    def close(self):
        if self.number is not None:
            os.close(self.number)
            self.number = None

    def _open(self):
        """Opens the segment of the offset, or the first one after it."""
        while self.number is None:
            older = rotated(self.folder, self.name)
            self.start, path = next(
                ((start, path) for start, size, path in older if self.offset < start + size),
                (_end_of(older), self.path),
            )
            try:
                self.number = safely.open_to_read(path)
            except OSError:
                # Between two segments, not there yet, or not ours to read; only what was thrown away just now is no end.
                if path == self.path or os.path.lexists(path):
                    return False
                continue
            # Rotated while we looked: what is open may not be what its name said.
            if path == self.path and rotated(self.folder, self.name) != older:
                self.close()
        return True

    def _is_newest(self):
        """Asked before reading: a file that is not the newest is not written to any more, so its end is its end."""
        try:
            newest, mine = os.lstat(self.path), os.fstat(self.number)
        except FileNotFoundError:
            return False
        return (newest.st_dev, newest.st_ino) == (mine.st_dev, mine.st_ino)


def rotated(folder, name):
    """[(start, size, path)] of the older segments, the oldest first."""
    pattern = re.compile(re.escape(name) + r"\.(\d{20})")
    found = []
    for entry in os.listdir(folder):
        match = pattern.fullmatch(entry)
        if match:
            path = os.path.join(folder, entry)
            try:
                facts = os.lstat(path)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(facts.st_mode):
                found.append((int(match.group(1)), facts.st_size, path))
    return sorted(found)


def extent(folder, name):
    """(offset of the first byte that is still there, offset behind the last one)."""
    older = rotated(folder, name)
    end = _end_of(older)
    try:
        size = os.lstat(os.path.join(folder, name)).st_size
    except FileNotFoundError:
        size = 0
    return (older[0][0] if older else 0), end + size


def last_bytes(folder, name, count):
    """The last bytes of a log, empty when there is none."""
    _, end = extent(folder, name)
    tail, parts = Tail(folder, name, max(0, end - count)), []
    for _, data in iter(lambda: tail.read(count), None):
        parts.append(data or b"")
        if tail.offset >= end:
            break
    tail.close()
    return b"".join(parts)[-count:]


def _end_of(older):
    return older[-1][0] + older[-1][1] if older else 0
