"""The card of a box: complete, quick, and with the command that mends what is missing."""

import http.server
import json
import os
import stat
import sys
import threading
import time

import pytest

from ml_intern_box import card, folders, lacks, network, parallel
from ml_intern_box.errors import BoxError

FIELDS = {
    "host", "os", "python", "cpus", "memoryMiB", "memoryFreeMiB", "root", "diskTotalMiB", "diskFreeMiB", "cache",
    "gpus", "uv", "network", "scheduler", "missing", "time",
}  # fmt: skip


@pytest.fixture
def hub():
    """A place that answers every question with 401, as a Hub does without a token."""

    class Refusing(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(401)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield "http://127.0.0.1:%d" % server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """A PATH with only what the test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def add(name, script):
        path = folder / name
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    return add


def test_the_card_tells_everything(box, hub):
    told = box.ask("check", "--hub", hub)["card"]
    assert set(told) == FIELDS
    assert told["root"] == os.path.realpath(box.root) and told["cache"].startswith(told["root"])
    assert 0 < told["memoryFreeMiB"] <= told["memoryMiB"] and 0 < told["diskFreeMiB"] <= told["diskTotalMiB"]
    assert abs(told["time"] - time.time()) < 60
    assert told["network"][0]["reachable"] and told["network"][0]["detail"].startswith("HTTP 401")


def test_a_hub_that_does_not_answer_is_missing(box):
    told = box.ask("check", "--hub", "http://127.0.0.1:1")["card"]
    assert told["network"][0] == {
        "name": "Hub", "url": "http://127.0.0.1:1", "reachable": False, "detail": "[Errno 111] Connection refused",
    }  # fmt: skip
    assert any("Hub" in each["what"] and "HF_ENDPOINT" in each["mend"] for each in told["missing"])


def test_a_password_in_an_address_is_not_shown(monkeypatch):
    configured = {"index-url": "http://me:hidden@127.0.0.1:1/simple"}
    monkeypatch.setattr(network.installers, "pip_configuration", lambda: configured)
    told = network.package_index()
    assert "hidden" not in json.dumps(told) and told["url"] == "http://127.0.0.1:1/simple"


def test_no_index_is_asked_where_pip_uses_none(monkeypatch):
    monkeypatch.setattr(network.installers, "pip_configuration", lambda: {"no-index": "true"})
    assert network.package_index() is None


def test_a_part_that_hangs_or_fails_does_not_take_the_others_with_it():
    hung = threading.Event()
    parts = {
        "slow": (lambda: hung.wait(60), "late"),
        "broken": (lambda: 1 // 0, "failed"),
        "quick": (lambda: "there", None),
    }
    found = parallel.gather(parts, 0.5)
    hung.set()
    assert found == {"slow": "late", "broken": "failed", "quick": "there"}


def test_a_card_without_a_driver_is_missing_its_driver(tools, monkeypatch):
    monkeypatch.setattr(lacks, "has_nvidia_card", lambda: True)
    tools("apt-get", "exit 0")
    problem = lacks.driver_problem()
    assert "driver" in problem["what"] and "apt-get install -y nvidia-driver" in problem["mend"]
    monkeypatch.setattr(lacks, "has_nvidia_card", lambda: False)
    assert lacks.driver_problem() is None


def test_a_card_is_found_on_the_bus(tmp_path):
    for name, vendor, kind in (("0", "0x8086", "0x030000"), ("1", "0x10de", "0x040300")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(vendor + "\n")
        (tmp_path / name / "class").write_text(kind + "\n")
    assert not lacks.has_nvidia_card(str(tmp_path))
    (tmp_path / "1" / "class").write_text("0x030200\n")
    assert lacks.has_nvidia_card(str(tmp_path))


def test_a_driver_that_fails_is_told_with_its_own_words(tools):
    tools("nvidia-smi", "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18")
    problem = lacks.driver_problem()
    assert "mismatch" in problem["what"] and problem["mend"] == "sudo reboot"
    tools("nvidia-smi", "exit 0")
    assert lacks.driver_problem() is None


def test_a_driver_that_hangs_is_told(tools, monkeypatch):
    monkeypatch.setattr(lacks, "SMI_SECONDS", 0.2)
    tools("nvidia-smi", "exec /bin/sleep 30")
    assert lacks.driver_problem() == lacks.HUNG_DRIVER


def test_a_driver_that_is_slow_is_not_called_hung(tools, monkeypatch):
    monkeypatch.setattr(lacks, "SLOW_SECONDS", 0.0)
    tools("nvidia-smi", "exit 0")
    problem = lacks.driver_problem()
    assert "a quick answer" in problem["what"] and problem["mend"] == "sudo nvidia-smi -pm 1"


def test_a_part_may_have_more_time_than_the_others():
    late = threading.Event()
    parts = {"quick": (lambda: late.set() or "there", None), "patient": (lambda: late.wait(60), None, 60)}
    assert parallel.gather(parts, 0.0)["patient"] is True


def test_a_python_without_ensurepip_lacks_nothing_where_the_wheelhouse_has_pip(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    told = list(lacks.missing(str(tmp_path), None, "apt-get", None, []))
    assert [each["mend"] for each in told] == ["apt-get"]
    (tmp_path / "wheelhouse").mkdir()
    (tmp_path / "wheelhouse" / "pip-26.3-py3-none-any.whl").write_bytes(b"")
    assert list(lacks.missing(str(tmp_path), None, "apt-get", None, [])) == []


def test_a_folder_that_cannot_be_written_is_told_with_chmod(tmp_path, monkeypatch):
    (tmp_path / "envs").mkdir()
    monkeypatch.setattr(lacks.os, "access", lambda folder, _mode: not folder.endswith("envs"))
    told = list(lacks.missing(str(tmp_path), "uv", "", None, []))
    assert [each["mend"] for each in told] == ["chmod u+rwx %s/envs" % tmp_path]


def test_the_folder_of_another_user_is_refused(tmp_path, monkeypatch):
    (tmp_path / "jobs").mkdir()
    monkeypatch.setattr(folders.os, "geteuid", lambda: os.stat(str(tmp_path)).st_uid + 1)
    with pytest.raises(BoxError, match="belongs to another user"):
        folders.claim(str(tmp_path))


def test_jobs_are_for_our_eyes_only(tmp_path):
    folders.claim(str(tmp_path / "root"))
    assert stat.S_IMODE(os.stat(str(tmp_path / "root" / "jobs")).st_mode) == 0o700


def test_uv_is_found_where_its_installer_puts_it(tools, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert card.find_uv() is None
    (tmp_path / ".local" / "bin").mkdir(parents=True)
    uv = tmp_path / ".local" / "bin" / "uv"
    uv.write_text("")
    uv.chmod(0o755)
    assert card.find_uv() == str(uv)
