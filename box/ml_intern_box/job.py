"""The supervisor of one job: checks the approval, runs the steps, beats, enforces the cap, records the end."""

import json
import os
import signal
import subprocess
import sys
import time
import traceback

from . import content, failures, folders, gpus, memory, processes, status
from .errors import DISK_FULL, BoxError

POLL_SECONDS = 0.1
BEAT_SECONDS = 2.0
GRACE_SECONDS = 10.0
LEFTOVER_SECONDS = 2.0
STOP_FILE = ".stop"


class JobRun:
    """Lives in the detached process; `secrets` never leave its memory but for the steps' environment."""

    def __init__(self, root, job, secrets):
        self.root = root
        self.job = job
        self.work = os.path.join(job, "work")
        self.secrets = secrets
        self.gpus = 0
        self.began = time.monotonic()
        self.last_beat = 0.0
        self.disk_full = False
        self.told_to_end = False
        with open(os.path.join(job, "spec.json"), encoding="utf-8") as file:
            self.spec = json.load(file)
        now = time.time()
        self.status = dict(
            v=1,
            id=self.spec["id"],
            kind=self.spec["kind"],
            state="starting",
            step=0,
            pgid=None,
            pid=os.getpid(),
            bootId=processes.boot_id(),
            startTime=processes.start_time(os.getpid()),
            startedAt=now,
            heartbeatAt=now,
            endedAt=None,
            exitCode=None,
            wallSeconds=0,
            gpuSeconds=0,
            failure=None,
        )

    def begin(self):
        """Makes the job known. Raises OSError when that cannot be written, before anything was started."""
        status.keep_reserve(self.job)
        status.write(self.job, self.status)
        signal.signal(signal.SIGTERM, self._on_term)

    def execute(self):
        """Runs the steps and records how they ended, whatever happens."""
        try:
            end = self._run_steps()
        except content.Refused as refused:
            end = dict(state="failed", failure=refused.failure)
        except Exception as error:  # the supervisor must always record an end
            end = dict(state="failed", failure=self._own_failure(error))
        processes.end_strays(self.job, LEFTOVER_SECONDS)
        self._measure()
        self.status.update(end, endedAt=time.time(), pgid=None)
        status.write_last(self.job, self.status)

    def _run_steps(self):
        content.check_approval(self.spec, self.work)
        environment, python = self._environment()
        self.gpus = len(gpus.visible(environment) or [])
        for number, step in enumerate(self.spec["content"]["steps"]):
            content.check_files(self.spec, self.work)
            command = [word.replace("{python}", python) for word in step]
            self._update(state="running", step=number)
            end = self._run_step(command, environment)
            if end is not None:
                return end
        return dict(state="finished", exitCode=0)

    def _run_step(self, command, environment):
        """None when the step ended well, else how the job ended."""
        kills_before = memory.oom_kills()
        with self._log("stdout.log") as out, self._log("stderr.log") as err:
            try:
                process = subprocess.Popen(
                    command,
                    cwd=self.work,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
            except OSError as error:
                message = "The program %s could not be started: %s." % (command[0], error.strerror)
                return dict(state="failed", failure={"class": "exit", "message": message})
        self._update(pgid=process.pid)
        asked = self._attend(process)
        code = process.returncode
        if asked == "stopped":
            return dict(state="stopped", exitCode=code)
        if asked is not None:
            return dict(state="failed", exitCode=code, failure=self._ended_by(asked))
        if code == 0:
            return None
        full = self.disk_full or self._is_disk_full()
        killed = memory.oom_kills() > kills_before
        hidden = self.secrets.values()
        failure = failures.classify(code, self.job, self.spec["kind"], killed, full, hidden)
        return dict(state="failed", exitCode=code, failure=failure)

    def _attend(self, process):
        """Waits for a step and its whole group; answers why it was ended, or None when it ended by itself."""
        asked, kill_at = None, float("inf")
        while not self._has_ended(process):
            self._beat()
            if asked is None:
                asked = self._why_end()
                if asked is not None:
                    kill_at = time.monotonic() + GRACE_SECONDS
                    self._update(state="finishing")
                    processes.signal_group(process.pid, signal.SIGTERM)
            elif time.monotonic() >= kill_at:
                processes.signal_group(process.pid, signal.SIGKILL)
        # Children of the step may outlive it: they get what is left of the grace, then they go too.
        if asked is None:
            kill_at = time.monotonic() + LEFTOVER_SECONDS
            processes.signal_group(process.pid, signal.SIGTERM)
        while time.monotonic() < kill_at and processes.signal_group(process.pid, 0):
            self._beat()
            time.sleep(POLL_SECONDS)
        processes.signal_group(process.pid, signal.SIGKILL)
        return asked

    def _has_ended(self, process):
        try:
            process.wait(timeout=POLL_SECONDS)
            return True
        except subprocess.TimeoutExpired:
            return False

    def _why_end(self):
        if os.path.exists(os.path.join(self.job, STOP_FILE)):
            return "stopped"
        if self.told_to_end:
            return "killed"
        return "timeout" if time.monotonic() - self.began > self.spec["content"]["capSeconds"] else None

    def _ended_by(self, asked):
        if asked == "timeout":
            message = "The job reached its cap of %d seconds and was ended." % self.spec["content"]["capSeconds"]
        else:
            message = "The job's supervisor was told to end; the box may be shutting down."
        return {"class": asked, "message": message}

    def _environment(self):
        """The environment of the steps and the path of their Python."""
        wanted = self.spec["content"]["environment"]
        mine = os.environ.copy()
        python = sys.executable
        if wanted is not None:
            folder = folders.environment_folder(self.root, wanted)
            python = os.path.join(folder, "bin", "python")
            if not os.path.exists(os.path.join(folder, "ready.json")) or not os.path.exists(python):
                raise content.Refused("environment", "The Python environment %s is not on this box." % wanted)
            mine["PATH"] = os.path.join(folder, "bin") + os.pathsep + mine.get("PATH", os.defpath)
            mine["VIRTUAL_ENV"] = folder
        mine.update(
            PYTHONPATH=folders.package_parent(),
            PYTHONUNBUFFERED="1",
            PYTHONUTF8="1",
            ML_INTERN_ROOT=self.root,
            HF_HOME=os.path.join(self.root, "cache", "hf"),
            HF_HUB_DISABLE_TELEMETRY="1",
            HF_HUB_DISABLE_XET="1",
            TOKENIZERS_PARALLELISM="false",
            # Threads that spin while they wait starve everything else on a busy CPU: five times the CPU time was measured.
            OMP_WAIT_POLICY="PASSIVE",
            DO_NOT_TRACK="1",
            WANDB_DISABLED="true",
            WANDB_MODE="disabled",
            COMET_MODE="disabled",
        )
        mine.update(self.spec["content"]["env"])
        mine.update(self.secrets)
        mine[processes.JOB_VARIABLE] = self.job
        return mine, python

    def _update(self, **changes):
        self.status.update(changes)
        self._write()

    def _beat(self):
        if time.monotonic() - self.last_beat >= BEAT_SECONDS:
            self._write()

    def _write(self):
        """A beat that cannot be written is noted, not fatal: the job may still end well, or free the disk itself."""
        self._measure()
        try:
            status.write(self.job, self.status)
        except OSError as error:
            self.disk_full = self.disk_full or error.errno in DISK_FULL

    def _measure(self):
        self.last_beat = time.monotonic()
        wall = self.last_beat - self.began
        self.status.update(heartbeatAt=time.time(), wallSeconds=round(wall, 3), gpuSeconds=round(wall * self.gpus, 3))

    def _is_disk_full(self):
        room = os.statvfs(self.job)
        return room.f_bavail * room.f_frsize < 1 << 20

    def _log(self, name):
        return open(os.path.join(self.job, name), "ab")

    def _own_failure(self, error):
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            return {"class": "disk-full", "message": "The disk of the box is full; the job could not go on."}
        if isinstance(error, BoxError):
            return {"class": "environment", "message": error.message}
        trace = traceback.format_exc()
        try:
            with self._log("stderr.log") as log:
                log.write(trace.encode("utf-8", "replace"))
        except OSError:
            self.disk_full = True
        return {"class": "exit", "message": "The supervisor failed: %s." % trace.strip().splitlines()[-1]}

    def _on_term(self, _number, _frame):
        self.told_to_end = True
