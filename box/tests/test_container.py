"""A job in a container: everything about it can be put together from the lines that it prints."""

import base64
import json
import os
import signal
import subprocess
import sys
import zlib

import pytest
from supervised import PACKAGE_PARENT, request

START = "import json, sys; from ml_intern_box.container import main; sys.exit(main(sys.argv[1], json.load(open(sys.argv[2])), ['KEY']))"


def start(tmp_path, root, program):
    asked = tmp_path / "request.json"
    asked.write_text(json.dumps(request(program)))
    command = [sys.executable, "-c", START, str(root), str(asked)]
    environment = dict(os.environ, KEY="s3cret")
    return subprocess.Popen(command, cwd=PACKAGE_PARENT, stdout=subprocess.PIPE, env=environment)


def lines(process):
    return [json.loads(line) for line in process.communicate(timeout=60)[0].splitlines()]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "volume").mkdir()
    return tmp_path / "volume"


def test_its_lines_hold_output_artifacts_and_the_end(tmp_path, root):
    program = (
        "import os\nprint('x' * 20000, os.environ['KEY'])\n"
        "open('../artifacts/small.txt', 'w').write('small')\nopen('../artifacts/large', 'wb').write(os.urandom(400000))\n"
    )
    process = start(tmp_path, root, program)
    told = lines(process)
    assert process.returncode == 0
    assert max(len(json.dumps(line)) for line in told) < 8192
    out = b"".join(base64.b64decode(line["data"]) for line in told if line.get("file") == "stdout.log")
    assert out == b"x" * 20000 + b" s3cret\n"
    small = [line for line in told if line.get("artifact") == "artifacts/small.txt" and "data" in line]
    assert [zlib.decompress(base64.b64decode(line["data"])) for line in small] == [b"small"]
    assert [line for line in told if line.get("artifact") == "artifacts/large"] == [
        {"artifact": "artifacts/large", "bytes": 400000}
    ]
    assert told[-1]["status"]["state"] == "finished"
    assert "s3cret" not in "".join(
        path.read_text() for path in root.rglob("*.json") if "jobs" in str(path) and path.is_file()
    )


def test_asked_to_end_it_lets_the_job_save(tmp_path, root):
    program = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (open('../artifacts/saved', 'w').write('yes'), sys.exit(0)))\n"
        "print('up', flush=True)\ntime.sleep(600)\n"
    )
    process = start(tmp_path, root, program)
    while b"stdout.log" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGTERM)
    told = lines(process)
    assert told[-1]["status"]["state"] == "stopped"
    assert process.returncode == 1
    assert any(line.get("artifact") == "artifacts/saved" for line in told)


def test_a_second_container_of_a_job_does_not_end_it(tmp_path, root):
    program = "import os, time\nprint('up', flush=True)\nwhile not os.path.exists('../artifacts/go'): time.sleep(0.05)\n"
    first = start(tmp_path, root, program)
    while b"stdout.log" not in first.stdout.readline():
        pass
    second = start(tmp_path, root, program)
    while b"stdout.log" not in second.stdout.readline():
        pass
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=60) == 1
    (root / "jobs" / "job-1" / "artifacts" / "go").touch()
    assert lines(first)[-1]["status"]["state"] == "finished"
    assert first.returncode == 0


def test_a_missing_volume_is_said(tmp_path):
    told = lines(start(tmp_path, tmp_path / "nowhere", "print(1)"))
    assert "not mounted" in told[-1]["error"]["message"]
