"""The lint over the box's command line: with an environment, with a Python that is named, and with neither."""

import json
import os
import subprocess
import sys

import pytest
from supervised import environment_with

BOX = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = "0123456789abcdef"
LAB = "class SFTConfig:\n    def __init__(self, output_dir=None, *, max_length: int = 1024):\n        pass\n"
SCRIPT = "import lab\nfrom trl import SFTConfig\nSFTConfig(output_dir='o', max_seq_length=5)\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A box with one environment, whose package called trl was written for this test."""
    root = tmp_path_factory.mktemp("root")
    environment_with(root, ENVIRONMENT, {"trl/__init__.py": LAB}, ready='{"name": "train"}')
    return root


def ask(root, **order):
    command = [sys.executable, "-m", "ml_intern_box.supervisor", "--root", str(root), "lint"]
    given = {"input": json.dumps(order).encode(), "stdout": subprocess.PIPE}
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": BOX}, timeout=120, **given)
    return json.loads(done.stdout.decode())


def rules(answer):
    return [(each["line"], each["rule"]) for each in answer["errors"]]


def test_the_environment_that_trains_is_asked_unless_another_is_named(root):
    answer = ask(root, script=SCRIPT)
    assert rules(answer) == [(1, "import-missing"), (3, "unknown-argument")]
    assert (answer["environment"], answer["checked"]) == (ENVIRONMENT, True)
    assert "max_length" in answer["errors"][1]["fix"]
    kept = os.listdir(str(root / "envs" / ENVIRONMENT / "signatures"))
    assert len(kept) == 1
    named = ask(root, script=SCRIPT, environment=ENVIRONMENT, beside=["lab"])
    assert rules(named) == [(3, "unknown-argument")]


def test_a_python_that_is_named_is_asked(root):
    python = str(root / "envs" / ENVIRONMENT / "bin" / "python")
    answer = ask(root, script=SCRIPT, python=python)
    assert (answer["environment"], answer["checked"]) == (None, True)
    assert rules(answer)[-1] == (3, "unknown-argument")


def test_without_either_the_rest_is_checked_and_the_answer_says_so(tmp_path):
    answer = ask(tmp_path, script=SCRIPT + "eval('1')\n")
    assert rules(answer) == [(4, "eval-exec")]
    assert answer["checked"] is False and "not checked" in answer["note"]


def test_what_is_not_there_is_said(root):
    assert "not on this box" in ask(root, script="x", environment="ffffffffffffffff")["error"]["message"]
    assert "no Python at" in ask(root, script="x", python="/none/python")["error"]["message"]
    assert ask(root)["error"]["reason"] == "bad-input"


def test_the_script_is_never_run(root, tmp_path):
    mark = tmp_path / "ran"
    ask(root, script="open(%r, 'w').close()\nimport trl\n" % str(mark))
    assert not mark.exists()
