"""A value in memory that several processes of a job share: it outlives each of them, and never lies on a disk."""

import json
import mmap
import struct

ROOM = 1 << 16
_LENGTH = struct.Struct("=I")


class Shared:
    """Made before the processes are forked. One of them writes; a reader never gets half a value, even if it is killed."""

    def __init__(self):
        self.memory = mmap.mmap(-1, 1 + 2 * ROOM)

    def store(self, value):
        data = json.dumps(value).encode()
        other = 1 - self.memory[0]
        start = 1 + other * ROOM
        self.memory[start : start + _LENGTH.size] = _LENGTH.pack(len(data))
        self.memory[start + _LENGTH.size : start + _LENGTH.size + len(data)] = data
        self.memory[0] = other

    def load(self):
        """The last value that was stored as a whole, None before the first."""
        while True:
            turn = self.memory[0]
            start = 1 + turn * ROOM
            (length,) = _LENGTH.unpack(self.memory[start : start + _LENGTH.size])
            data = self.memory[start + _LENGTH.size : start + _LENGTH.size + length]
            try:
                value = json.loads(data.decode()) if length else None
            except ValueError:
                value = None
            # Written twice while we read: what we have may be half of each.
            if turn == self.memory[0]:
                return value
