"""Broken scripts get the right finding at the right line; good ones none: against the packages that are installed."""

import glob
import json
import os

import pytest
from lint_broken import BROKEN
from lint_good import GOOD

from ml_intern_box import lint, signatures

pytest.importorskip("trl")

STARTING = sorted(glob.glob(os.path.join(os.path.dirname(__file__), "..", "scripts", "*.py")))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


SCRIPTS = [(os.path.basename(path), read(path), {"launch": True}) for path in STARTING]


@pytest.fixture(scope="module")
def checked():
    """name -> findings; every signature is looked up once for all scripts."""
    all_scripts = [(each["name"], each["script"], each["order"]) for each in BROKEN] + GOOD + SCRIPTS
    orders = {name: {**order, "script": script} for name, script, order in all_scripts}
    assert len(orders) == len(all_scripts), "two scripts have one name"
    asked = {name: lint.names(order) for name, order in orders.items()}
    wanted = sorted({name for each in asked.values() for name in each["names"]})
    known = [signatures.look_up(name) for name in wanted]
    return {
        name: lint.check({**order, "signatures": known, "absent": asked[name]["absent"]})
        for name, order in orders.items()
    }


@pytest.mark.parametrize("case", BROKEN, ids=[each["name"] for each in BROKEN])
def test_a_broken_script_gets_its_finding(case, checked):
    found = checked[case["name"]]
    line = next(n for n, text in enumerate(case["script"].splitlines(), 1) if case["at"] in text)
    fitting = [
        each for each in found[case["level"]]
        if each["rule"] == case["rule"] and case["word"] in each["message"] + each["fix"] and each["line"] == line
    ]  # fmt: skip
    assert fitting, json.dumps({"line": line, **found}, indent=1)


@pytest.mark.parametrize("name", [each[0] for each in GOOD + SCRIPTS])
def test_a_good_script_is_not_blocked(name, checked):
    assert checked[name]["errors"] == []


def test_there_are_as_many_as_we_say():
    assert len(BROKEN) >= 60 and len(GOOD) >= 20
