"""Rows become training rows here as they do on the host: the cases are those of test/core/data/mapping.test.ts."""

import json

import pytest
from tiny import PACKAGE_PARENT

from ml_intern_box.mapping import PROBLEMS, apply

CASES = json.loads((PACKAGE_PARENT.parent / "test" / "fixtures" / "mapping-cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_row_is_mapped_as_on_the_host(case):
    row, problem = apply(case["row"], case["mapping"])
    assert {"row": row} == case["expect"] if problem is None else {"problem": problem} == case["expect"]


def test_every_problem_occurs_in_a_case():
    assert {case["expect"].get("problem") for case in CASES} - {None} == set(PROBLEMS)
