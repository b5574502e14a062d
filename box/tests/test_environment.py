"""Environments are built once, whole, and by one at a time. Nothing is downloaded here."""

import json
import os
import subprocess
import sys

import pytest
from supervised import PACKAGE_PARENT

from ml_intern_box import installers


@pytest.fixture
def build(tmp_path):
    def start(requirements=(), name="bare", job="job"):
        folder = tmp_path / job
        folder.mkdir(exist_ok=True)
        (folder / "environment.json").write_text(json.dumps({"name": name, "requirements": list(requirements)}))
        environ = dict(
            os.environ, ML_INTERN_ROOT=str(tmp_path), ML_INTERN_JOB_DIR=str(folder), PYTHONPATH=PACKAGE_PARENT
        )
        command = [sys.executable, "-m", "ml_intern_box.environment", "environment.json"]
        return subprocess.Popen(command, cwd=str(folder), env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    return start


def finish(process):
    out = process.communicate(timeout=120)[0].decode()
    return process.returncode, out


def test_an_environment_is_built_once_and_its_leftovers_are_removed(build, tmp_path):
    code, out = finish(build())
    assert code == 0, out
    result = json.loads((tmp_path / "job" / "artifacts" / "result.json").read_text())
    assert subprocess.run([result["python"], "-c", "import sys; assert sys.prefix != sys.base_prefix"]).returncode == 0
    assert result["path"] == str(tmp_path / "envs" / result["hash"])

    assert "Building" not in finish(build())[1]

    os.unlink(os.path.join(result["path"], "ready.json"))
    leftover = os.path.join(result["path"], "half-written")
    open(leftover, "w").close()
    code, out = finish(build())
    assert code == 0 and "unfinished" in out and not os.path.exists(leftover)


def test_concurrent_builds_wait_for_each_other(build):
    results = [finish(process) for process in [build(job="one"), build(job="two")]]
    assert [code for code, _ in results] == [0, 0]
    assert sum("Building environment" in out for _, out in results) == 1


def test_a_requirement_cannot_be_an_option(build):
    code, out = finish(build(["--index-url=http://example.invalid"]))
    assert code == 1 and "not a plain requirement" in out


def test_a_package_that_cannot_be_had_fails_in_one_sentence(build):
    code, out = finish(build(["ml-intern-no-such-package @ file:///no/such/wheel.whl"]))
    assert code == 1
    assert out.splitlines()[-1].startswith("EnvironmentError: The packages of environment bare could not be installed")


def test_uv_is_told_what_pip_knows():
    words = installers.uv_options(
        {"index-url": "https://a/simple", "extra-index-url": "https://b https://c", "timeout": "9"}
    )
    assert words == ["--default-index", "https://a/simple", "--index", "https://b", "--index", "https://c"]
