"""Runs one step and carries its output into the logs, in a process of its own: what the step prints outlives any supervisor.

It and the worker tell each other through memory that they share; exit.json says the same to whoever looks later.
"""

import fcntl
import json
import os
import signal
import subprocess
import time

from . import processes, safely
from .pump import Pump

LOCK = ".runner"
LEFTOVER_SECONDS = 2.0
POLL_SECONDS = 0.05
LAST_WORDS_SECONDS = 5.0
"""So long the last output waits for space on a full disk once its step is over."""


class Runner:
    """The worker's side. `said` is what the runner last said: {step, pid, startTime, pgid, code, problem, fullSince}."""

    def __init__(self, job, said, progress):
        self.job, self.said, self.progress = job, said, progress

    def start(self, number, command, environment, fds):
        """Starts the step unless it was started before, by a worker that was killed since."""
        lock = os.open(os.path.join(self.job, LOCK), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # A runner lives: it has said so already, or is about to.
            os.close(lock)
            return
        if self.look(number) is None:
            self._fork(number, command, environment, fds)
        os.close(lock)

    def look(self, number):
        """What the runner of that step said last, None before it said anything."""
        said = self.said.load()
        return said if said is not None and said["step"] == number else None

    def is_alive(self, said):
        try:
            os.waitpid(said["pid"], os.WNOHANG)
        except ChildProcessError:
            pass  # another worker's child
        return processes.is_alive(said["pid"], processes.boot_id(), said["startTime"])

    def _fork(self, number, command, environment, fds):
        if os.fork() == 0:
            try:
                _Step(self, number, fds).run(command, environment)
            finally:
                os._exit(0)
        # Not waited for by its number: a worker that is forked later is not its parent.


class _Step:
    """The runner's side."""

    def __init__(self, runner, number, fds):
        self.job, self.shared, self.progress, self.fds = runner.job, runner.said, runner.progress, fds
        self.said = dict(
            step=number,
            pid=os.getpid(),
            startTime=processes.start_time(os.getpid()),
            pgid=None,
            code=None,
            problem=None,
            fullSince=None,
        )

    def run(self, command, environment):
        os.setsid()
        # Handled, not ignored: what is ignored stays so in the programs that we start.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
            signal.signal(number, lambda _number, _frame: None)
        self._say()
        try:
            pump = Pump(self.job)
            process = self._popen(command, environment, pump)
        except OSError as error:
            self._say(problem="The program %s could not be started: %s." % (command[0], error.strerror))
            return
        pump.close_ends()
        self._say(pgid=process.pid)
        self._carry(pump, process)
        self._keep(process.returncode)
        self._say(code=process.returncode)

    def _popen(self, command, environment, pump):
        out, err = pump.ends()
        return subprocess.Popen(
            command,
            cwd=os.path.join(self.job, "work"),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            pass_fds=self.fds,
        )

    def _carry(self, pump, process):
        """Until the step and its group are gone and all that they printed is written."""
        while process.poll() is None:
            self._turn(pump)
            if not pump.open:
                time.sleep(POLL_SECONDS)
        self._end_group(pump, process.pid)
        give_up_at = time.monotonic() + LAST_WORDS_SECONDS
        # Whoever left the group may still hold the pipes: what is in them is taken, what comes later is not waited for.
        while not pump.is_drained() and time.monotonic() < give_up_at:
            if not self._turn(pump) and pump.full_since is None:
                return

    def _end_group(self, pump, pgid):
        """Children of the step may outlive it: they get what is left of the grace, then they go too."""
        kill_at = time.monotonic() + LEFTOVER_SECONDS
        ending = (self.progress.load() or {}).get("killAt")
        if ending is not None:
            kill_at = max(kill_at, ending)
        elif not processes.signal_group(pgid, signal.SIGTERM):
            return
        while processes.signal_group(pgid, 0) and time.monotonic() < kill_at:
            if not self._turn(pump):
                time.sleep(POLL_SECONDS)
        processes.signal_group(pgid, signal.SIGKILL)

    def _turn(self, pump):
        carried = pump.turn(POLL_SECONDS)
        if pump.full_since != self.said["fullSince"]:
            self._say(fullSince=pump.full_since)
        return carried

    def _say(self, **changes):
        self.said.update(changes)
        self.shared.store(self.said)

    def _keep(self, code):
        """For people, and for whoever asks when no supervisor is left; a full disk may refuse it."""
        try:
            text = json.dumps({"step": self.said["step"], "code": code, "endedAt": time.time()})
            safely.replace(os.path.join(self.job, "exit.json"), text.encode())
        except OSError:
            return
