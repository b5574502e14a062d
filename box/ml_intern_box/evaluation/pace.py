"""How many calls an endpoint gets at once: more while it answers, half as many when it is busy.

Doubles until the endpoint is busy for the first time, then goes up one by one, as TCP finds out what a line carries
(slow start and congestion avoidance, RFC 5681).
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Iterator

MOST = 128
_FIRST = 8


class Pace:
    def __init__(self, first: int = _FIRST, most: int = MOST) -> None:
        self.limit, self.most = first, most
        self._running = self._well = self._cuts = 0
        self._free = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[int]:
        """Waits until a call may be made. Its number tells `was_busy` whether the call was made before the last cut."""
        with self._free:
            self._free.wait_for(lambda: self._running < self.limit)
            self._running += 1
            number = self._cuts
        try:
            yield number
        finally:
            with self._free:
                self._running -= 1
                self._free.notify_all()

    def went_well(self) -> None:
        with self._free:
            self._well += 1
            if self._well >= self.limit:
                self._well = 0
                self.limit = min(self.most, self.limit + 1 if self._cuts else self.limit * 2)
                self._free.notify_all()

    def was_busy(self, number: int) -> None:
        """Many calls at once are refused at once: that is one cut, not many."""
        with self._free:
            if number == self._cuts:
                self._cuts += 1
                self._well = 0
                self.limit = max(1, self.limit // 2)
