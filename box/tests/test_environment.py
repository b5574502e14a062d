"""Environments are built once, whole, and by one at a time. Nothing is downloaded here."""

import json
import os
import subprocess
import sys

import pytest
from supervised import PACKAGE_PARENT

from ml_intern_box import environment, installers, interpreters
from ml_intern_box.building import BuildFailed

NO_GPU = dict(os.environ, CUDA_VISIBLE_DEVICES="", PATH=os.path.dirname(sys.executable))


@pytest.fixture
def build(tmp_path):
    def start(requirements=(), name="bare", job="job", environ=None, **more):
        folder = tmp_path / job
        folder.mkdir(exist_ok=True)
        wanted = dict(more, name=name, requirements=list(requirements))
        (folder / "environment.json").write_text(json.dumps(wanted))
        environ = dict(
            environ or os.environ, ML_INTERN_ROOT=str(tmp_path), ML_INTERN_JOB_DIR=str(folder), PYTHONPATH=PACKAGE_PARENT
        )
        command = [sys.executable, "-m", "ml_intern_box.environment", "environment.json"]
        return subprocess.Popen(command, cwd=str(folder), env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    return start


def finish(process):
    out = process.communicate(timeout=120)[0].decode()
    return process.returncode, out


def test_an_environment_whose_python_takes_long_to_start_is_not_thrown_away(tmp_path, monkeypatch):
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    (tmp_path / "ready.json").write_text("{}")
    python.write_text("#!/bin/sh\nexec sleep 600\n")
    python.chmod(0o755)
    monkeypatch.setattr(environment, "READY_SECONDS", 0.1)
    assert environment._is_ready(str(tmp_path))
    python.write_text("#!/bin/sh\nexit 1\n")
    monkeypatch.setattr(environment, "READY_SECONDS", 60)
    assert not environment._is_ready(str(tmp_path))


def test_an_environment_is_built_once_and_its_leftovers_are_removed(build, tmp_path):
    code, out = finish(build())
    assert code == 0, out
    result = json.loads((tmp_path / "job" / "artifacts" / "result.json").read_text())
    assert subprocess.run([result["python"], "-c", "import sys; assert sys.prefix != sys.base_prefix"]).returncode == 0
    assert result["path"] == str(tmp_path / "envs" / result["hash"])

    assert "4 of 4" in out
    told = [json.loads(line) for line in (tmp_path / "job" / "metrics.jsonl").read_text().splitlines()]
    assert [(each["step"], each["total_steps"]) for each in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]

    assert "1 of 4" not in finish(build())[1]

    os.unlink(os.path.join(result["path"], "ready.json"))
    leftover = os.path.join(result["path"], "half-written")
    open(leftover, "w").close()
    code, out = finish(build())
    assert code == 0 and "unfinished" in out and not os.path.exists(leftover)


def test_concurrent_builds_wait_for_each_other(build):
    results = [finish(process) for process in [build(job="one"), build(job="two")]]
    assert [code for code, _ in results] == [0, 0]
    assert sum("1 of 4" in out for _, out in results) == 1


def test_a_requirement_cannot_be_an_option(build):
    for wanted in ({"requirements": ["--index-url=http://example.invalid"]}, {"constraints": ["-r /etc/passwd"]}):
        code, out = finish(build(**wanted))
        assert code == 1 and "not a plain requirement" in out


def test_another_lock_another_python_and_a_gpu_each_make_another_environment():
    facts = [([], "3.11", "cpu"), (["a==1"], "3.11", "cpu"), ([], "3.12", "cpu"), ([], "3.11", "cuda")]
    assert len({environment.environment_hash("bare", ["a"], *each) for each in facts}) == len(facts)


def test_what_needs_a_gpu_is_refused_on_a_box_without(build):
    code, out = finish(build(accelerator="cuda", environ=NO_GPU))
    assert code == 1
    assert out.splitlines()[-1] == (
        "EnvironmentError: Environment bare needs an NVIDIA GPU, and this box has none that works."
    )


def test_a_python_that_is_too_old_is_passed_over_for_a_newer_one_then_for_uv(tmp_path, monkeypatch):
    monkeypatch.setattr(interpreters.sys, "version_info", (3, 8, 10))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert interpreters.find("3.8", None, "train").python == sys.executable
    with pytest.raises(BuildFailed, match="needs Python 3.11 or newer; the box has 3.8. Get uv"):
        interpreters.find("3.11", None, "train")
    assert interpreters.find("3.11", "/usr/bin/uv", "train") == ("3.11", "3.11", True)

    stand_in(tmp_path / "python3.11", "exit 127")
    stand_in(tmp_path / "python3.12", "echo 12")
    assert interpreters.find("3.11", "/usr/bin/uv", "train") == (str(tmp_path / "python3.12"), "3.12", False)


def test_a_package_that_cannot_be_had_fails_in_one_sentence(build):
    code, out = finish(build(["ml-intern-no-such-package @ file:///no/such/wheel.whl"]))
    assert code == 1
    assert out.splitlines()[-1].startswith("EnvironmentError: The packages of environment bare could not be installed")


def test_uv_is_told_what_pip_knows():
    words = installers.uv_options(
        {"index-url": "https://a/simple", "extra-index-url": "https://b https://c", "timeout": "9"}
    )
    assert words == ["--default-index", "https://a/simple", "--index", "https://b", "--index", "https://c"]


def stand_in(path, line):
    path.write_text("#!/bin/sh\n%s\n" % line)
    path.chmod(0o755)
