"""The worker of one job: checks the approval, has the steps run, beats, enforces the caps, records the end.

It may be killed at any moment: all it must remember lies in memory that it shares with its guardian, who forks another.
"""

import os
import signal
import time
import traceback

from . import content, ending, failures, gpus, guardian, memory, processes, rules, safely, surroundings, telemetry
from .errors import DISK_FULL, BoxError
from .gpu_queue import Turn
from .record import Record
from .runner import Runner
from .shared import Shared

POLL_SECONDS = 0.1
LEFTOVER_SECONDS = 2.0
MOST_STARTS = 20
_RUNNER_KILLED = "The process that kept the job's output was killed from outside, so the job was ended."


class JobRun:
    """`secrets` never leave the memory of its processes but for the environment of the steps that may see them."""

    def __init__(self, root, job, spec, secrets, scheduler=None):
        self.root, self.job, self.spec, self.secrets = root, job, spec, secrets
        self.work_folder = os.path.join(job, "work")
        self.grace = ending.grace(spec["kind"])
        self.record = Record(job, spec, scheduler)
        self.runner = Runner(job, Shared(), self.record.shared)
        self.told_to_end = False
        self.turn, self.recorder, self.watch = None, None, None

    def begin(self):
        """Makes the job known. Raises OSError when that cannot be written, before anything was started."""
        self.record.begin()

    def work(self):
        """What each worker does, the first one and those that go on for one that was killed."""
        self.record.recall()
        signal.signal(signal.SIGTERM, self._on_term)
        self.record.register(os.getppid())
        if self.record.has_ended():
            return self.record.write_end()
        self.record.write()
        try:
            end = self._run_steps()
        except content.Refused as refused:
            end = dict(state="failed", failure=refused.failure)
        except Exception as error:  # a worker must always record an end
            end = dict(state="failed", failure=self._own_failure(error))
        return self._end(end)

    def give_up(self, why):
        """For a guardian whose workers die one after the other."""
        self.record.recall()
        self._end(dict(state="failed", failure={"class": "killed", "message": why}))

    def _end(self, end):
        said = self.runner.look(self.record["step"])
        if said is not None and said["pgid"] is not None and said["code"] is None:
            processes.signal_group(said["pgid"], signal.SIGKILL)
        processes.end_strays(self.job, LEFTOVER_SECONDS)
        self.record.keep_end(end)
        if self.turn is not None:
            self.turn.leave()
        self.record.write_end()

    def _run_steps(self):
        if not self.record["approved"]:
            content.check_approval(self.spec, self.work_folder)
            self.record.update(approved=True)
        common, python = surroundings.of_steps(self.root, self.job, self.spec)
        if not self._take_turn():
            return self.record["asked"]
        own = self.record["gpus"]
        wants = self.spec["content"].get("gpus", 0) > 0
        if own or not (wants and "CUDA_VISIBLE_DEVICES" in os.environ):
            # Else a scheduler has said which GPUs are the job's, where nvidia-smi is not there to be asked.
            common.update(gpus.environment(own))
        self.record.update(gpuCount=len(own))
        self.recorder = telemetry.Recorder(self.job, own, lambda: processes.strays(self.job))
        self.watch = rules.Watch(self.job, self.spec["content"], own)
        steps = self.spec["content"]["steps"]
        while self.record["step"] < len(steps):
            end = self._run_step(self.record["step"], python, common)
            if end is not None:
                return end
            self.record.update(step=self.record["step"] + 1, pgid=None)
        return dict(state="finished", exitCode=0)

    def _take_turn(self):
        """Waits until the GPUs of the job are its own; False when it is to end before. A worker that goes on for a
        killed one finds its place, and what it holds, again; under a step that has begun it asks nobody for it."""
        begun = self.runner.look(self.record["step"]) is not None
        if self.turn is None:  # else we were forked by a guardian that was a worker, and its place is ours
            wanted = self.spec["content"].get("gpus", 0)
            self.turn = Turn(self.root, os.path.basename(self.job), self.record["run"], wanted)
            if begun:
                self.turn.resume(self.record["gpuUuids"])
            else:
                self.turn.enter()
        while not begun:
            taken = self.turn.try_take()
            if taken is not None:
                self.record.update(gpus=taken, gpuUuids=self.turn.uuids(), note=None)
                return True
            if (self.record["state"], self.record["note"]) != ("queued", self.turn.waiting_for):
                self.record.update(state="queued", note=self.turn.waiting_for)
            asked = self._told_from_outside() or self._over_a_cap()
            if asked is not None:
                self.record.update(asked=asked)
                return False
            self._tick(None)
            time.sleep(POLL_SECONDS)
        return True

    def _run_step(self, number, python, common):
        """None when the step ended well, else how the job ended."""
        said = self.runner.look(number)
        if said is None:
            content.check_files(self.spec, self.work_folder)
            now = time.monotonic()
            self.record.update(
                state=self.record["state"] if self.record["asked"] else "running",
                oomKills=memory.oom_kills(),
                startedAt=self.record["startedAt"] or time.time(),
                began=now if self.record["began"] is None else self.record["began"],
            )
        command = [word.replace("{python}", python) for word in self.spec["content"]["steps"][number]]
        environment = surroundings.of_step(common, number, self.spec["content"], self.secrets)
        said = self._attend(number, command, environment)
        asked, code = self.record["asked"], said["code"]
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
            deadline = time.monotonic() + self.grace
            while processes.signal_group(said["pgid"], 0) and time.monotonic() < deadline:
                self._tick(None)
                time.sleep(POLL_SECONDS)
            processes.signal_group(said["pgid"], signal.SIGKILL)

    def _tick(self, said):
        if os.getppid() != self.record.guardian:
            guardian.replace(self)
            self.record.register(os.getppid())
            self.record.write()
        else:
            self.record.beat()
        if said is not None:
            self._know(said)
            self._enforce(said)

    def _know(self, said):
        facts = {"pid": said["pid"], "startTime": said["startTime"]}
        if (self.record["runner"], self.record["pgid"]) != (facts, said["pgid"]):
            self.record.update(runner=facts, pgid=said["pgid"])

    def _enforce(self, said):
        """SIGTERM and a grace to save a checkpoint in; then SIGKILL for the group and for whoever left it."""
        if self.record["asked"] is None:
            asked = self._why_end(said)
            if asked is None:
                return
            self.record.update(state="finishing", note=None, asked=asked, killAt=time.monotonic() + self.grace)
            if said["pgid"] is not None:
                processes.signal_group(said["pgid"], signal.SIGTERM)
        elif time.monotonic() >= self.record["killAt"] and said["pgid"] is not None:
            processes.signal_group(said["pgid"], signal.SIGKILL)
            processes.end_strays(self.job, 0)

    def _why_end(self, said):
        """How the job is to end now, None while it may go on."""
        return (
            self._told_from_outside()
            or self._over_a_cap()
            or ending.full_for_too_long(said["fullSince"])
            or self._judge()
        )

    def _over_a_cap(self):
        return ending.over_a_cap(self.spec["content"], self.record.wall(), self.record.gpu_seconds())

    def _told_from_outside(self):
        return ending.told_from_outside(self.job, self.told_to_end)

    def _judge(self):
        """What the rules say of it: how it is to end, or None; stalling is told and ends nothing."""
        verdict = self.watch.verdict(self.recorder.sample())
        if verdict is not None and verdict[0] == "end":
            return ending.failed(verdict[1], verdict[2])
        state = "running" if verdict is None else "stalled"
        if state != self.record["state"]:
            self.record.update(state=state, note=None if verdict is None else verdict[1])
        return None

    def _classify(self, code):
        full = self.record.disk_full or self._is_disk_full()
        killed = memory.oom_kills() > self.record["oomKills"]
        return failures.classify(code, self.job, self.spec["kind"], killed, full, self.secrets.values())

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
            self.record.disk_full = True
        return {"class": "exit", "message": "The supervisor failed: %s." % trace.strip().splitlines()[-1]}

    def _on_term(self, _number, _frame):
        self.told_to_end = True
