"""Serving a model: the stand-in for vLLM is a small real server; test/adapters/served-teacher.test.ts drives it as a whole."""

from __future__ import annotations

import json
import os
import socket
import sys

import pytest
from tiny import PACKAGE_PARENT

from ml_intern_box import serve

STAND_IN = PACKAGE_PARENT.parent / "test" / "fixtures" / "serving" / "vllm.py"


@pytest.fixture
def serving(tmp_path, monkeypatch):
    """(what is wanted, what was said); the server ends as soon as it is ready."""
    (tmp_path / "model").mkdir()
    monkeypatch.setenv("VLLM_API_KEY", "secret-of-the-test")
    monkeypatch.setattr(serve, "command", stand_in_command)
    said = []

    def progress(text):
        said.append(text)
        if "port" in text and text.startswith("{"):
            started[-1].terminate()

    started = []
    begin = serve.start
    monkeypatch.setattr(serve, "start", lambda wanted, port: started.append(begin(wanted, port)) or started[-1])
    monkeypatch.setattr(serve.report, "progress", progress)
    yield {"model": str(tmp_path / "model"), "name": "lab/tiny", "gpus": 1, "loadSeconds": 60}, said
    for process in started:
        process.kill()
        process.wait()


def stand_in_command(wanted, port):
    words = ["serve", wanted["model"], "--served-model-name", wanted["name"], "--host", serve.LOOPBACK]
    return [sys.executable, str(STAND_IN), *words, "--port", str(port), "--tensor-parallel-size", str(wanted["gpus"])]


def behave(wanted, **behaviour):
    with open(os.path.join(wanted["model"], "behaviour.json"), "w") as file:
        json.dump(behaviour, file)


def test_the_port_is_told_once_the_server_answers(serving):
    wanted, said = serving
    behave(wanted)
    assert serve.serve(wanted, "secret-of-the-test") == -15
    assert json.loads(said[-1])["port"] > 1023


def test_another_port_is_taken_when_a_program_was_faster(serving, monkeypatch):
    wanted, said = serving
    behave(wanted)
    with socket.socket() as other:
        other.bind((serve.LOOPBACK, 0))
        other.listen()
        ports = [other.getsockname()[1], serve.free_port()]
        monkeypatch.setattr(serve, "free_port", lambda: ports.pop(0))
        serve.serve(wanted, "secret-of-the-test")
    assert any("was taken meanwhile" in line for line in said)
    assert ports == [] and said[-1].startswith("{")


def test_a_server_that_does_not_know_our_key_is_not_ours(serving):
    wanted, _ = serving
    behave(wanted)
    port = serve.free_port()
    process = serve.start(wanted, port)
    try:
        assert serve.wait_until_ready(process, port, "secret-of-the-test", 60)
        assert not serve.is_ours(port, "another key")
    finally:
        process.kill()


def test_a_server_that_fails_passes_on_its_code(serving):
    wanted, said = serving
    behave(wanted, fails="ValueError: no such architecture")
    assert serve.serve(wanted, "secret-of-the-test") == 1
    assert said == ["Starting vLLM with lab/tiny."]


def test_one_that_never_answers_is_ended(serving, capsys):
    wanted, _ = serving
    behave(wanted)
    with pytest.raises(SystemExit):
        serve.serve(dict(wanted, loadSeconds=0), "secret-of-the-test")
    assert "did not answer within 0 s" in capsys.readouterr().err


def test_the_command_holds_no_secret(tmp_path):
    wanted = {"model": "/models/x", "name": "lab/x", "gpus": 2}
    words = serve.command(wanted, 8123)
    assert words[0] == os.path.join(os.path.dirname(sys.executable), "vllm")
    assert words[words.index("--host") + 1] == "127.0.0.1" and "--api-key" not in words


def test_a_model_without_weights_is_not_fetched(tmp_path, capsys):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SystemExit):
        serve.fetch({"id": str(tmp_path)})
    assert "holds no weights" in capsys.readouterr().err
    (tmp_path / "model.bin").write_bytes(b"x")
    assert serve.fetch({"id": str(tmp_path)}) == {"path": str(tmp_path), "revision": None, "parameters": None}
