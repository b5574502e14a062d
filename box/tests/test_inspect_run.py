"""What inspect-ai logged becomes our own lines; the log was written by inspect-ai 0.3.285 with its mock model, and cut to what is read."""

import json
from pathlib import Path

import pytest
from ml_intern_box import inspect_run

LOG = json.loads((Path(__file__).resolve().parent / "inspect" / "choice-log.json").read_text())


def test_each_sample_becomes_a_line():
    items = inspect_run.items_of(LOG)
    assert [item["id"] for item in items] == ["s0", "s1", "s2"]
    assert [(item["answer"], item["correct"], item["valid"]) for item in items] == [("A", True, True), ("B", False, True), (None, False, False)]
    assert items[0]["generation"] == "I think so.\n\nANSWER: A" and items[0]["reference"] == "A"
    assert all(item["tokens"] > 0 and not item["truncated"] and "score" not in item for item in items)
    result = inspect_run.result_of(LOG, items, {"seed": 1, "model": "m", "maxTokens": 9})
    assert (result["n"], result["correct"], result["invalid"], result["evaluatorVersion"]) == (3, 1, 1, "0.3.285")
    assert result["settings"] == {"seed": 1, "maxTokens": 9}


@pytest.mark.parametrize(
    ("value", "stop", "expected"),
    [
        (0.75, "stop", {"correct": False, "valid": True, "score": 0.75, "truncated": False}),
        ({"strict": 1, "loose": 0.5}, "max_tokens", {"correct": True, "valid": True, "truncated": True}),
        (True, "stop", {"correct": True, "valid": True}),
        (None, "stop", {"correct": False, "valid": False}),
    ],
)
def test_scores_of_other_kinds(value, stop, expected):
    sample = {"id": 7, "target": ["x", "y"], "scores": {"s": {"value": value}}, "output": {"completion": "t", "choices": [{"stop_reason": stop}]}}
    item = inspect_run.items_of({"samples": [sample]}, "strict")[0]
    assert {name: item[name] for name in expected} == expected and item["id"] == "7" and item["reference"] == "x, y"


def test_a_sample_without_a_score_is_no_wrong_answer():
    item = inspect_run.items_of({"samples": [{"id": "a", "target": "x", "scores": {}, "output": {"choices": []}}]})[0]
    assert (item["valid"], item["correct"], item["tokens"]) == (False, False, 0)


def test_the_command_has_the_settings_that_are_given(tmp_path):
    words = inspect_run.command_of({"task": "t", "model": "vllm//m", "maxTokens": 16000, "seed": 0}, tmp_path)
    assert words[1:6] == ["-m", "inspect_ai", "eval", "t", "--model"]
    assert words[-4:] == ["--max-tokens", "16000", "--seed", "0"]
