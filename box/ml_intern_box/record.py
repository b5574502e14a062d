"""What is known of a job while it runs: shared by its processes in memory, written to status.json, and its heartbeat."""

import os
import time

from . import processes, status
from .errors import DISK_FULL
from .shared import Shared

BEAT_SECONDS = 2.0


class Record:
    """A worker that goes on for a killed one reads it from the memory that it shares with its guardian."""

    def __init__(self, job, spec, scheduler=None):
        self.job = job
        self.shared = Shared()
        self.disk_full = False
        self.guardian = None
        self.last_beat = 0.0
        self.facts = status.first(job, spec, scheduler)

    def __getitem__(self, name):
        return self.facts[name]

    def begin(self):
        """Makes the job known. Raises OSError when that cannot be written, before anything was started."""
        status.keep_reserve(self.job)
        self.register(os.getpid())
        status.write(self.job, self.facts)
        self.shared.store(self.facts)

    def recall(self):
        self.facts = self.shared.load()

    def register(self, guarding):
        """Names the process that beats, and the one that stands behind it."""
        self.guardian = guarding
        self.facts.update(
            pid=os.getpid(),
            startTime=processes.start_time(os.getpid()),
            bootId=processes.boot_id(),
            guardian={"pid": guarding, "startTime": processes.start_time(guarding)},
        )

    def has_ended(self):
        return self.facts["state"] in status.FINAL

    def update(self, **changes):
        self.facts.update(changes)
        self.write()

    def beat(self):
        if time.monotonic() - self.last_beat >= BEAT_SECONDS:
            self.write()

    def write(self):
        """A beat that cannot be written is noted, not fatal: the job may still end well, or free the disk itself."""
        self._measure()
        self.shared.store(self.facts)
        try:
            status.write(self.job, self.facts)
            self.disk_full = False
        except OSError as error:
            self.disk_full = error.errno in DISK_FULL

    def keep_end(self, end):
        """In memory first: whoever goes on for us then only has to write it."""
        self._measure()
        ended_at = max(time.time(), self.facts["startedAt"] or 0)
        self.facts.update(end, endedAt=ended_at, note=None, pgid=None)
        self.shared.store(self.facts)

    def write_end(self):
        if os.path.isdir(self.job):
            status.write_last(self.job, self.facts)

    def wall(self):
        """Seconds since the first step started, by the clock that nobody sets."""
        return 0 if self.facts["began"] is None else time.monotonic() - self.facts["began"]

    def gpu_seconds(self):
        return self.wall() * self.facts["gpuCount"]

    def _measure(self):
        self.last_beat = time.monotonic()
        self.facts.update(
            heartbeatAt=time.time(),
            beat=self.last_beat,
            wallSeconds=round(self.wall(), 3),
            gpuSeconds=round(self.gpu_seconds(), 3),
        )
