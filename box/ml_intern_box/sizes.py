"""How much a folder holds, without following a link, reading what is another user's, or taking forever."""

import os
import time


class Measure:
    """`complete` is False when time ran out: then `bytes` is what was counted so far."""

    def __init__(self, seconds=None):
        self.bytes = 0
        self.newest = 0.0
        self.foreign = 0
        self.complete = True
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._linked = set()

    def add(self, path):
        """Counts `path` and all below it; returns the bytes that came with it."""
        before = self.bytes
        waiting = [path]
        while waiting:
            if self._deadline is not None and time.monotonic() > self._deadline:
                self.complete = False
                break
            self._add_one(waiting.pop(), waiting)
        return self.bytes - before

    def _add_one(self, path, waiting):
        try:
            facts = os.lstat(path)
            if facts.st_uid != os.geteuid():
                self.foreign += 1
                return
            self._count(facts)
            if is_folder(facts):
                with os.scandir(path) as entries:
                    waiting.extend(entry.path for entry in entries)
        except OSError:
            # Gone since it was listed, or not ours to read.
            return

    def _count(self, facts):
        if facts.st_nlink > 1 and not is_folder(facts):
            # uv links the files of its cache into every environment: they lie on the disk once.
            if (facts.st_dev, facts.st_ino) in self._linked:
                return
            self._linked.add((facts.st_dev, facts.st_ino))
        self.bytes += facts.st_blocks * 512
        self.newest = max(self.newest, facts.st_mtime)


def is_folder(facts):
    return (facts.st_mode & 0o170000) == 0o040000


def own_entries(folder):
    """What lies in a folder and is ours, by name; links, and what belongs to other users, are left out."""
    try:
        if not is_folder(os.lstat(folder)):
            return []
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if not entry.is_symlink() and _is_ours(entry)]
    except OSError:
        return []
    return sorted(found, key=lambda entry: entry.name)


def _is_ours(entry):
    try:
        return entry.stat(follow_symlinks=False).st_uid == os.geteuid()
    except OSError:
        return False
