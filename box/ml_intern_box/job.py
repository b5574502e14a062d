"""The worker of one job: checks the approval, has the steps run, beats, enforces the caps, records the end.

It may be killed at any moment: all it must remember lies in memory that it shares with its guardian, who forks another.
"""

import json
import os
import signal
import time
import traceback

from . import content, failures, gpus, guardian, memory, processes, rules, safely, status, surroundings, telemetry
from .errors import DISK_FULL, BoxError
from .gpu_queue import Turn
from .runner import Runner
from .shared import Shared

POLL_SECONDS = 0.1
BEAT_SECONDS = 2.0
GRACE_SECONDS = 10.0
LEFTOVER_SECONDS = 2.0
FULL_SECONDS = 60.0
"""How long a step waits for space on the disk before its job is ended."""
MOST_STARTS = 20
STOP_FILE = ".stop"
_RUNNER_KILLED = "The process that kept the job's output was killed from outside, so the job was ended."


class JobRun:
    """`secrets` never leave the memory of its processes but for the steps' environment."""

    def __init__(self, root, job, spec, secrets):
        self.root, self.job, self.spec, self.secrets = root, job, spec, secrets
        self.work_folder = os.path.join(job, "work")
        self.progress = Shared()
        self.runner = Runner(job, Shared(), self.progress)
        self.last_beat = 0.0
        self.disk_full = False
        self.told_to_end = False
        self.guardian = None
        self.turn, self.recorder, self.watch = None, None, None
        self.status = status.first(job, spec)

    def begin(self):
        """Makes the job known. Raises OSError when that cannot be written, before anything was started."""
        status.keep_reserve(self.job)
        self._register(os.getpid())
        status.write(self.job, self.status)
        self.progress.store(self.status)

    def work(self):
        """What each worker does, the first one and those that go on for one that was killed."""
        self.status = self.progress.load()
        signal.signal(signal.SIGTERM, self._on_term)
        self._register(os.getppid())
        if self.status["state"] in status.FINAL:
            return self._write_last()
        self._write()
        try:
            end = self._run_steps()
        except content.Refused as refused:
            end = dict(state="failed", failure=refused.failure)
        except Exception as error:  # a worker must always record an end
            end = dict(state="failed", failure=self._own_failure(error))
        return self._record(end)

    def give_up(self, why):
        """For a guardian whose workers die one after the other."""
        self.status = self.progress.load()
        self._record(dict(state="failed", failure={"class": "killed", "message": why}))

    def _record(self, end):
        said = self.runner.look(self.status["step"])
        if said is not None and said["pgid"] is not None and said["code"] is None:
            processes.signal_group(said["pgid"], signal.SIGKILL)
        processes.end_strays(self.job, LEFTOVER_SECONDS)
        self._measure()
        ended_at = max(time.time(), self.status["startedAt"] or 0)
        self.status.update(end, endedAt=ended_at, note=None, pgid=None)
        self.progress.store(self.status)
        if self.turn is not None:
            self.turn.leave()
        self._write_last()

    def _write_last(self):
        if os.path.isdir(self.job):
            status.write_last(self.job, self.status)

    def _run_steps(self):
        if not self.status["approved"]:
            content.check_approval(self.spec, self.work_folder)
            self._update(approved=True)
        environment, python = surroundings.of_steps(self.root, self.job, self.spec, self.secrets)
        if not self._take_turn():
            return self.status["asked"]
        own = self.status["gpus"]
        environment.update(gpus.environment(own, self.turn.wanted))
        self._update(gpuCount=len(own))
        self.recorder = telemetry.Recorder(self.job, own, lambda: processes.strays(self.job))
        self.watch = rules.Watch(self.job, self.spec["content"], own)
        steps = self.spec["content"]["steps"]
        while self.status["step"] < len(steps):
            end = self._run_step(self.status["step"], python, environment)
            if end is not None:
                return end
            self._update(step=self.status["step"] + 1, pgid=None)
        return dict(state="finished", exitCode=0)

    def _take_turn(self):
        """Waits until the GPUs of the job are its own; False when it was told to end before. A worker that goes on for
        a killed one finds its place, and what it holds, again."""
        if self.turn is None:  # else we were forked by a guardian that was a worker, and its place is ours
            wanted = self.spec["content"].get("gpus", 0)
            self.turn = Turn(self.root, os.path.basename(self.job), self.status["run"], wanted)
            self.turn.enter()
        while True:
            taken = self.turn.try_take()
            if taken is not None:
                self._update(gpus=taken, note=None)
                return True
            if (self.status["state"], self.status["note"]) != ("queued", self.turn.waiting_for):
                self._update(state="queued", note=self.turn.waiting_for)
            asked = self._told_from_outside()
            if asked is not None:
                self._update(asked=asked)
                return False
            self._tick(None)
            time.sleep(POLL_SECONDS)

    def _run_step(self, number, python, environment):
        """None when the step ended well, else how the job ended."""
        said = self.runner.look(number)
        if said is None:
            content.check_files(self.spec, self.work_folder)
            now = time.monotonic()
            self._update(
                state=self.status["state"] if self.status["asked"] else "running",
                oomKills=memory.oom_kills(),
                startedAt=self.status["startedAt"] or time.time(),
                began=now if self.status["began"] is None else self.status["began"],
            )
        command = [word.replace("{python}", python) for word in self.spec["content"]["steps"][number]]
        said = self._attend(number, command, environment)
        asked, code = self.status["asked"], said["code"]
        if asked is not None:
            return dict(asked, exitCode=code)
        if said["problem"] is not None:
            return dict(state="failed", failure={"class": "exit", "message": said["problem"]})
        if code is None:
            return dict(state="failed", failure={"class": "killed", "message": _RUNNER_KILLED})
        return None if code == 0 else dict(state="failed", exitCode=code, failure=self._classify(code))

    def _attend(self, number, command, environment):
        """Waits for the step and all that it started; answers what its runner said last."""
        starts = 0
        while True:
            said = self.runner.look(number)
            if said is None:
                starts += 1
                if starts > MOST_STARTS / POLL_SECONDS:
                    return dict(code=None, problem="The step could not be started.", pgid=None)
                self.runner.start(number, command, environment, self.turn.fds())
            elif said["code"] is not None or said["problem"] is not None:
                return said
            elif not self.runner.is_alive(said):
                # It may have said its last word between our two looks.
                said = self.runner.look(number)
                if said["code"] is None and said["problem"] is None:
                    self._end_orphans(said)
                return said
            self._tick(said)
            time.sleep(POLL_SECONDS)

    def _end_orphans(self, said):
        """What a killed runner left: nobody reads what it prints any more."""
        if said["pgid"] is not None:
            processes.signal_group(said["pgid"], signal.SIGTERM)
            deadline = time.monotonic() + GRACE_SECONDS
            while processes.signal_group(said["pgid"], 0) and time.monotonic() < deadline:
                self._tick(None)
                time.sleep(POLL_SECONDS)
            processes.signal_group(said["pgid"], signal.SIGKILL)

    def _tick(self, said):
        if os.getppid() != self.guardian:
            guardian.replace(self)
            self._register(os.getppid())
            self._write()
        elif time.monotonic() - self.last_beat >= BEAT_SECONDS:
            self._write()
        if said is not None:
            self._know(said)
            self._enforce(said)

    def _know(self, said):
        facts = {"pid": said["pid"], "startTime": said["startTime"]}
        if (self.status["runner"], self.status["pgid"]) != (facts, said["pgid"]):
            self._update(runner=facts, pgid=said["pgid"])

    def _enforce(self, said):
        """SIGTERM and a grace to save a checkpoint in; then SIGKILL for the group and for whoever left it."""
        if self.status["asked"] is None:
            asked = self._why_end(said)
            if asked is None:
                return
            self._update(state="finishing", note=None, asked=asked, killAt=time.monotonic() + GRACE_SECONDS)
            if said["pgid"] is not None:
                processes.signal_group(said["pgid"], signal.SIGTERM)
        elif time.monotonic() >= self.status["killAt"] and said["pgid"] is not None:
            processes.signal_group(said["pgid"], signal.SIGKILL)
            processes.end_strays(self.job, 0)

    def _why_end(self, said):
        """How the job is to end now, None while it may go on."""
        wanted = self.spec["content"]
        told = self._told_from_outside()
        if told is not None:
            return told
        if self._wall() > wanted["capSeconds"]:
            message = "The job reached its cap of %d seconds and was ended." % wanted["capSeconds"]
            return _failed("timeout", message)
        cap = wanted.get("gpuCapSeconds")
        if cap is not None and self._wall() * self.status["gpuCount"] > cap:
            return _failed("budget", "The job reached its cap of %d GPU seconds and was ended." % cap)
        if said["fullSince"] is not None and time.monotonic() - said["fullSince"] > FULL_SECONDS:
            return _failed("disk-full", "The disk of the box is full: the job waited, then it was ended.")
        return self._judge()

    def _told_from_outside(self):
        if os.path.lexists(os.path.join(self.job, STOP_FILE)) or not os.path.isdir(self.job):
            return dict(state="stopped", failure=None)
        if self.told_to_end:
            return _failed("killed", "The job's supervisor was told to end; the box may be shutting down.")
        return None

    def _judge(self):
        """What the rules say of it: how it is to end, or None; stalling is told and ends nothing."""
        verdict = self.watch.verdict(self.recorder.sample())
        if verdict is not None and verdict[0] == "end":
            return _failed(verdict[1], verdict[2])
        state = "running" if verdict is None else "stalled"
        if state != self.status["state"]:
            self._update(state=state, note=None if verdict is None else verdict[1])
        return None

    def _classify(self, code):
        full = self.disk_full or self._is_disk_full()
        killed = memory.oom_kills() > self.status["oomKills"]
        return failures.classify(code, self.job, self.spec["kind"], killed, full, self.secrets.values())

    def _register(self, guarding):
        self.guardian = guarding
        self.status.update(
            pid=os.getpid(),
            startTime=processes.start_time(os.getpid()),
            bootId=processes.boot_id(),
            guardian={"pid": guarding, "startTime": processes.start_time(guarding)},
        )

    def _update(self, **changes):
        self.status.update(changes)
        self._write()

    def _write(self):
        """A beat that cannot be written is noted, not fatal: the job may still end well, or free the disk itself."""
        self._measure()
        self.progress.store(self.status)
        try:
            status.write(self.job, self.status)
        except OSError as error:
            self.disk_full = self.disk_full or error.errno in DISK_FULL

    def _measure(self):
        self.last_beat = time.monotonic()
        wall = self._wall()
        self.status.update(
            heartbeatAt=time.time(),
            beat=self.last_beat,
            wallSeconds=round(wall, 3),
            gpuSeconds=round(wall * self.status["gpuCount"], 3),
        )

    def _wall(self):
        return 0 if self.status["began"] is None else time.monotonic() - self.status["began"]

    def _is_disk_full(self):
        room = os.statvfs(self.job)
        return room.f_bavail * room.f_frsize < 1 << 20

    def _own_failure(self, error):
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            return {"class": "disk-full", "message": "The disk of the box is full; the job could not go on."}
        if isinstance(error, BoxError):
            return {"class": "environment", "message": error.message}
        trace = traceback.format_exc()
        try:
            safely.replace(os.path.join(self.job, "supervisor.log"), trace.encode("utf-8", "replace"))
        except OSError:
            self.disk_full = True
        return {"class": "exit", "message": "The supervisor failed: %s." % trace.strip().splitlines()[-1]}

    def _on_term(self, _number, _frame):
        self.told_to_end = True


def load_spec(job):
    """The request as it was taken in."""
    try:
        spec = json.loads(safely.read_text(os.path.join(job, "spec.json"), content.MOST_SPEC))
    except (OSError, ValueError) as error:
        raise BoxError("bad-input", "The job's spec.json cannot be read: %s." % error, "Submit the job again.") from error
    content.check_spec(spec)
    return spec


def _failed(kind, message):
    return dict(state="failed", failure={"class": kind, "message": message})
