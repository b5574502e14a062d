"""The overlap check on a labelled set: copies are found, and what only looks like an item does not count."""

import pytest
from overlap_accuracy import TABLE, Result, as_table
from overlap_cases import CLEAN, COPIES


@pytest.fixture(scope="module")
def result():
    return Result()


def test_the_set_is_large_and_varied(result):
    assert result.rows >= 1000 and result.items >= 200
    assert all(result.counts[kind] >= 100 for kind in (*COPIES, *CLEAN))


def test_copies_are_found(result):
    assert result.recall(*COPIES) >= 0.99, [each for each in result.missed if each[1] in COPIES]


@pytest.mark.parametrize("kind", COPIES)
def test_each_class_of_copies_is_found(result, kind):
    assert result.recall(kind) >= 0.99


def test_hits_are_right(result):
    assert result.precision >= 0.99, result.wrong


def test_the_figures_that_are_told_are_these(result):
    assert TABLE.read_text(encoding="utf-8") == as_table(
        result
    ), "Renew it: python box/tests/overlap_accuracy.py --write"
