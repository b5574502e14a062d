"""Drives the supervisor as the editor does: real processes, one command at a time."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import time

from ml_intern_box.hashing import content_hash
from ml_intern_box.status import FINAL

PACKAGE_PARENT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def environment_with(root, name, packages, ready="{}"):
    """An environment on a box that has these packages and no others: {path below site-packages: text}."""
    folder = root / "envs" / name
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (folder / "ready.json").write_text(ready)
    site = next(folder.glob("lib/python3*/site-packages"))
    for path, text in packages.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)


class Box:
    def __init__(self, root):
        self.root = str(root)

    def job(self, job_id):
        return os.path.join(self.root, "jobs", job_id)

    def popen(self, *words, **options):
        command = [sys.executable, "-m", "ml_intern_box.supervisor", "--root", self.root, *words]
        return subprocess.Popen(command, cwd=PACKAGE_PARENT, stdout=subprocess.PIPE, **options)

    def run(self, *words, stdin=b""):
        process = self.popen(*words, stdin=subprocess.PIPE)
        out, _ = process.communicate(stdin, timeout=60)
        return process.returncode, out

    def ask(self, *words, stdin=b""):
        return json.loads(self.run(*words, stdin=stdin)[1])

    def submit(self, request):
        return self.ask("submit", stdin=json.dumps(request).encode())

    def written(self, job_id):
        """status.json, with what only the supervisor needs."""
        return json.loads(read(self.job(job_id) + "/status.json"))

    def change(self, job_id, **changes):
        path = self.job(job_id) + "/status.json"
        with open(path + ".new", "w") as file:
            json.dump(dict(self.written(job_id), **changes), file)
        os.replace(path + ".new", path)

    def pid_of(self, job_id, role):
        """Of the worker, the guardian or the runner, once there is one."""

        def pid():
            written = self.written(job_id)
            return written["pid"] if role == "worker" else (written[role] or {}).get("pid")

        self.wait_for(lambda: pid() and is_running(pid()))
        return pid()

    def kill(self, job_id, *roles):
        """Kills them at one moment; answers when they are gone."""
        pids = [self.pid_of(job_id, role) for role in roles]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.wait_for(lambda: not any(is_running(pid) for pid in pids))

    def age(self, job_id):
        """As if the last beat had been a while ago."""
        written = self.written(job_id)
        self.change(job_id, heartbeatAt=written["heartbeatAt"] - 60, beat=written["beat"] - 60)

    def status(self, job_id):
        return self.ask("status", job_id)["statuses"][0]

    def follow(self, job_id, offsets=None):
        """(final status, {file: bytes}) once the job is over."""
        _, out = self.run("follow", job_id, "--from", json.dumps(offsets or {}))
        return collect(out, offsets)

    def wait_for(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "waited too long"
            time.sleep(0.05)

    def wait_for_line(self, job_id, line):
        self.wait_for(lambda: line in read(os.path.join(self.job(job_id), "stdout.log")))


def collect(out, offsets=None):
    """(last status, {file: bytes}) of what a follower said; a last frame that was cut off is left out."""
    files, last, at = {}, None, 0
    while True:
        end = out.find(b"\n", at)
        if end < 0:
            return last, {name: bytes(data) for name, data in files.items()}
        message, at = json.loads(out[at:end]), end + 1
        if "status" in message:
            last = message["status"]
            continue
        data = files.setdefault(message["file"], bytearray())
        assert message["offset"] == (offsets or {}).get(message["file"], 0) + len(data), "gap or repetition"
        data += out[at : at + message["bytes"]]
        at += message["bytes"]


def request(program, job_id="job-1", cap=60, env=None, kind="train", secrets=None, steps=None, environment=None, step_secrets=None):
    files = {"main.py": program.encode()}
    content = {
        "steps": steps or [["{python}", "main.py"]],
        "env": env or {},
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in files.items()},
        "environment": environment,
        "capSeconds": cap,
    }
    if step_secrets is not None:
        content["secrets"] = step_secrets
    spec = {
        "v": 1,
        "id": job_id,
        "run": "test",
        "kind": kind,
        "content": content,
        "approvedHash": content_hash(content),
    }
    encoded = {path: base64.b64encode(data).decode() for path, data in files.items()}
    return {"spec": spec, "files": encoded, "secrets": secrets or {}}


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def is_final(status):
    return status["state"] in FINAL
