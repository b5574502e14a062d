"""Serves a model with vLLM on a free port of the loopback, until it is told to end.

Usage, as steps of two jobs, so that no GPU waits for a download:
  python -m ml_intern_box.serve fetch model.json    {id: Hub id or absolute path, revision?}
Writes artifacts/result.json {path, revision, parameters}.
  python -m ml_intern_box.serve run serve.json    {model: folder, name, gpus, loadSeconds}
Prints {"port": N} once the server answers; whatever vLLM itself says goes to stderr. Requests need the key in
VLLM_API_KEY, a secret of the job. The server and this program are one process group: the supervisor ends both.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Dict, List

from ml_intern_box import model, report

LOOPBACK = "127.0.0.1"
POLL_SECONDS = 0.25
ANSWER_SECONDS = 5
MOST_PORTS = 3
"""Between our look for a free port and the server's own, another program may take it."""
TELL_SECONDS = 15.0
STDERR = 2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
        return False


def command(wanted: Dict[str, Any], port: int) -> List[str]:
    program = os.path.join(os.path.dirname(sys.executable), "vllm")
    words = [program, "serve", wanted["model"], "--served-model-name", wanted["name"], "--host", LOOPBACK]
    return words + ["--port", str(port), "--tensor-parallel-size", str(wanted["gpus"])]


def start(wanted: Dict[str, Any], port: int) -> "subprocess.Popen[bytes]":
    try:
        quiet = dict(os.environ, VLLM_NO_USAGE_STATS="1", DO_NOT_TRACK="1")
        return subprocess.Popen(command(wanted, port), env=quiet, stdin=subprocess.DEVNULL, stdout=STDERR)
    except OSError as error:
        report.fail("bad-input", "vLLM could not be started: %s." % error, "Build the environment again: ml-intern box envs HOST --build serve.")


def is_ours(port: int, key: str) -> bool:
    """It takes our key and no other: another program on that port would not know it."""
    return _status(port, key) == 200 and _status(port, secrets.token_hex(8)) in (401, 403)


def _status(port: int, key: str) -> int:
    request = urllib.request.Request("http://%s:%d/v1/models" % (LOOPBACK, port), headers={"Authorization": "Bearer " + key})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=ANSWER_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return 0


def wait_until_ready(process: "subprocess.Popen[bytes]", port: int, key: str, seconds: float) -> bool:
    """False when it ended first."""
    began = told = time.monotonic()
    while process.poll() is None:
        if is_ours(port, key):
            return True
        now = time.monotonic()
        if now - began > seconds:
            process.terminate()
            report.fail("job-failed", "The model server did not answer within %d s." % seconds, "Use a smaller model, or a box with faster disks.")
        if now - told > TELL_SECONDS:
            told = now
            report.progress("Loading the model, %d s so far." % (now - began))
        time.sleep(POLL_SECONDS)
    return False


def serve(wanted: Dict[str, Any], key: str) -> int:
    """The exit code of the server."""
    code = 0
    for _ in range(MOST_PORTS):
        port = free_port()
        report.progress("Starting vLLM with %s." % wanted["name"])
        process = start(wanted, port)
        if wait_until_ready(process, port, key, wanted["loadSeconds"]):
            report.progress(json.dumps({"port": port}))
            return process.wait() or 1
        code = process.returncode
        if not is_taken(port):
            break
        report.progress("Port %d was taken meanwhile." % port)
    return code or 1


def fetch(wanted: Dict[str, Any]) -> Dict[str, Any]:
    """Whether the model loads is for vLLM to find out."""
    folder, revision = model.locate(wanted["id"], wanted.get("revision"))
    if not model.weight_files(folder):
        report.fail("base-model-not-found", "%s holds no weights (%s)." % (folder, ", ".join(model.WEIGHT_SUFFIXES)), model.NEXT)
    return {"path": str(folder), "revision": revision, "parameters": model.count_parameters(folder)}


def main() -> int:
    wanted = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    if sys.argv[1] == "fetch":
        report.write_result(fetch(wanted))
        return 0
    code = serve(wanted, os.environ["VLLM_API_KEY"])
    # A server that a signal ended: as a shell tells it.
    return code if code > 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
