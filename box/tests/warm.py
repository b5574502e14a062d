"""Runs programs in forks of one process that has imported what they import: a start costs a fraction of a second.

The process reads lines {folder, arguments, environ, log, pause_at} and says for each {pid, state: "started"}, then
"paused" when the program has stopped itself and at last "ended" with its exit code. Trainings run in forks only: the
process has no threads of torch that a fork would lack.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import traceback
from pathlib import Path

from tiny import PACKAGE_PARENT

PATIENCE = 300


class Warm:
    def __init__(self, cache):
        settings = dict(os.environ, PYTHONPATH=f"{PACKAGE_PARENT}:{Path(__file__).parent}", HF_HOME=str(cache))
        settings.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", OMP_NUM_THREADS="1")
        settings.update(HF_HUB_DISABLE_PROGRESS_BARS="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, __file__], env=settings, **pipes)
        self.said, self.heard = [], threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            with self.heard:
                self.said.append(json.loads(line))
                self.heard.notify_all()
        with self.heard:
            self.said.append({"state": "gone"})
            self.heard.notify_all()

    def _await(self, start, wanted):
        """The first of what was said from there on that is wanted."""

        def found():
            return next((each for each in self.said[start:] if wanted(each) or each["state"] == "gone"), None)

        with self.heard:
            assert self.heard.wait_for(found, timeout=PATIENCE), "Nothing was heard of the program."
            assert found()["state"] != "gone", "The process that runs the programs has ended."
            return found()

    def start(self, job, *arguments, pause_at=None):
        """The pid of a program that runs in the folder of the job; paused once it has reported that step."""
        wanted = {"folder": str(job.work), "arguments": arguments, "pause_at": pause_at}
        wanted.update(environ={"ML_INTERN_JOB_DIR": str(job.folder)}, log=str(job.folder / "log"))
        start = len(self.said)
        self.process.stdin.write(json.dumps(wanted) + "\n")
        self.process.stdin.flush()
        return self._await(start, lambda each: each["state"] == "started")["pid"]

    def wait_for_pause(self, pid):
        heard = self._await(0, lambda each: each["pid"] == pid and each["state"] in ("paused", "ended"))
        assert heard["state"] == "paused", f"It ended with {heard.get('code')} before it reported that step."

    def wait(self, pid):
        return self._await(0, lambda each: each["pid"] == pid and each["state"] == "ended")["code"]

    def run(self, job, *arguments):
        """(exit code, what it printed)"""
        code = self.wait(self.start(job, *arguments))
        return code, (job.folder / "log").read_text(encoding="utf-8")

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


def _serve():
    import datasets, peft, torch, transformers, trl  # noqa: F401, E401
    from ml_intern_box import evaluate, report, train
    from trl import DistillationTrainer, DPOTrainer, GRPOTrainer, SFTTrainer  # noqa: F401

    report.ReportCallback, train.Checkpoints, evaluate  # noqa: B018 - made on first use, so now and not in every fork
    out, alive = os.dup(1), set()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.close(out)
            _become(json.loads(line))
        alive.add(pid)
        _say(out, pid=pid, state="started")
        threading.Thread(target=_follow, args=(pid, out, alive), daemon=True).start()
    for pid in list(alive):
        os.kill(pid, signal.SIGKILL)


def _say(out, **what):
    os.write(out, json.dumps(what).encode() + b"\n")


def _follow(pid, out, alive):
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            break
        _say(out, pid=pid, state="paused")
    alive.discard(pid)
    _say(out, pid=pid, state="ended", code=os.waitstatus_to_exitcode(status))


def _become(wanted):
    """Runs a script, or a module after -m, as `python` would; never returns."""
    os.chdir(wanted["folder"])
    os.environ.update(wanted["environ"])
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if wanted["pause_at"]:
        _pause_at(wanted["pause_at"])
    module = wanted["arguments"][0] == "-m"
    sys.argv = wanted["arguments"][1 if module else 0 :]
    code = 0
    try:
        (runpy.run_module if module else runpy.run_path)(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - whatever ends it is told as Python tells it
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _pause_at(step):
    """A training that is over in a second is met in its middle: it stops itself after its line of that step."""
    from ml_intern_box import report

    write = report.Metrics.write

    def write_and_pause(self, at, **values):
        write(self, at, **values)
        if at == step:
            os.kill(os.getpid(), signal.SIGSTOP)

    report.Metrics.write = write_and_pause


if __name__ == "__main__":
    _serve()
