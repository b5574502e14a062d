"""Drives the supervisor as the editor does: real processes, one command at a time."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import time

from ml_intern_box.hashing import content_hash
from ml_intern_box.status import FINAL

PACKAGE_PARENT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


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
    files, last = {}, None
    while b"\n" in out:
        line, out = out.split(b"\n", 1)
        message = json.loads(line)
        if "status" in message:
            last = message["status"]
            continue
        data = files.setdefault(message["file"], b"")
        assert message["offset"] == (offsets or {}).get(message["file"], 0) + len(data), "gap or repetition"
        files[message["file"]] = data + out[: message["bytes"]]
        out = out[message["bytes"] :]
    return last, files


def request(program, job_id="job-1", cap=60, env=None, kind="train", secrets=None, steps=None, environment=None):
    files = {"main.py": program.encode()}
    content = {
        "steps": steps or [["{python}", "main.py"]],
        "env": env or {},
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in files.items()},
        "environment": environment,
        "capSeconds": cap,
    }
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
