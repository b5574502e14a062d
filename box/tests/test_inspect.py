"""What inspect-ai logged becomes our own lines, and a model that it asked is scored like any other; a log was written by inspect-ai 0.3.285 with its mock model."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from ml_intern_box.evaluation import fingerprints, inspect_log
from tiny import Job, make_model

LOG = json.loads((Path(__file__).resolve().parent / "inspect" / "choice-log.json").read_text())
WITH_INSPECT = pytest.mark.skipif(not (find_spec("inspect_ai") and find_spec("langdetect")), reason="needs the environment inspect")


def test_each_sample_becomes_a_line_in_the_order_of_the_items():
    outcomes = inspect_log.outcomes_of(LOG, [{"id": "s2"}, {"id": "s0"}, {"id": "s1"}])
    assert [each["id"] for each in outcomes] == ["s2", "s0", "s1"]
    assert [(each["answer"], each["correct"], each["valid"]) for each in outcomes] == [(None, False, False), ("A", True, True), ("B", False, True)]
    assert outcomes[1]["generation"] == "I think so.\n\nANSWER: A" and outcomes[1]["reference"] == "A"
    assert all(each["tokens"] > 0 and not each["truncated"] and "score" not in each for each in outcomes)


@pytest.mark.parametrize(
    ("value", "stop", "expected"),
    [
        (0.75, "stop", {"correct": False, "valid": True, "score": 0.75, "truncated": False}),
        ({"strict": 1, "loose": 0.5}, "max_tokens", {"correct": True, "valid": True, "truncated": True}),
        (True, "stop", {"correct": True, "valid": True}),
        (None, "stop", {"correct": False, "valid": False, "score": None}),
    ],
)
def test_scores_of_other_kinds(value, stop, expected):
    sample = {"id": 7, "target": ["x", "y"], "scores": {"s": {"value": value}}, "output": {"completion": "t", "choices": [{"stop_reason": stop}]}}
    outcome = inspect_log.outcome_of(sample, "strict")
    assert {name: outcome[name] for name in expected} == expected and outcome["id"] == "7" and outcome["reference"] == "x, y"


def test_a_sample_without_a_score_is_no_wrong_answer():
    outcome = inspect_log.outcome_of({"id": "a", "target": "x", "scores": {}, "output": {"choices": []}})
    assert (outcome["valid"], outcome["correct"], outcome["tokens"], outcome["score"]) == (False, False, 0, None)


def test_another_version_of_a_package_is_another_evaluator(tmp_path):
    assert fingerprints.evaluator_hash(versions=["torch==2.13.0"]) != fingerprints.evaluator_hash(versions=["torch==2.13.1"])
    found = fingerprints.versions_of(("lm_eval",))
    assert [each.split("==")[0] for each in found][:3] == ["lm_eval", "torch", "transformers"] and not any("+" in each for each in found)


def evaluated(tmp_path, scorer, items, **more):
    benchmark = {"name": "b", "kind": "inspect", "scorer": scorer, "metric": "accuracy", "prompt": "{question}", "answerPattern": "", "maxTokens": 4, **more}
    job = Job(tmp_path / "job")
    job.write_lines("items.jsonl", items)
    model = make_model(tmp_path / "model")
    job.write("evaluate.json", {"model": str(model), "items": "items.jsonl", "benchmark": benchmark, "seed": 1})
    return (job, *job.run("-m", "ml_intern_box.evaluate", "evaluate.json", HF_ENDPOINT="http://127.0.0.1:9", ML_INTERN_ROOT=str(tmp_path / "root"), HOME=str(tmp_path / "home")))


def following(name, instruction, **arguments):
    return {"id": name, "question": "What colour is the zorb?", "answer": "", "metadata": {"instruction_id_list": [instruction], "kwargs": [arguments]}}


@WITH_INSPECT
def test_ifeval_is_asked_by_inspect_and_each_instruction_checked(tmp_path):
    items = [
        following("7", "length_constraints:number_words", relation="less than", num_words=100),
        following("3", "keywords:existence", keywords=["unheardof"]),
        following("5", "length_constraints:number_words", relation="at least", num_words=90),
    ]
    job, code, out, err = evaluated(tmp_path, "ifeval", items, scoreKey="prompt_level_strict")
    assert code == 0, err
    outcomes, result = job.lines("artifacts/items.jsonl"), job.result()
    assert [(each["id"], each["correct"], each["valid"]) for each in outcomes] == [("7", True, True), ("3", False, True), ("5", False, True)]
    assert all(0 < each["tokens"] <= 4 and each["generation"] for each in outcomes)
    assert all(each["truncated"] for each in outcomes if each["tokens"] == 4)
    assert (result["evaluator"], result["n"], result["correct"], result["backend"]) == ("inspect-ai", 3, 1, "transformers")
    assert all(result[name] for name in ("evaluatorHash", "itemsHash", "modelHash", "chatTemplateHash", "evaluatorVersion"))
    assert "3 of 3 items" in out and not (tmp_path / "home").exists()


@WITH_INSPECT
def test_a_scorer_of_inspect_itself_and_several_samples_of_an_item(tmp_path):
    items = [{"id": name, "question": f"What colour is the {name}?", "answer": "no such word"} for name in ("zorb", "snig")]
    sampling = {"temperature": 1.0, "n": 2}
    job, code, _, err = evaluated(tmp_path, "inspect_ai.scorer:includes", items, sampling=sampling)
    assert code == 0, err
    assert [(each["id"], each["correct"]) for each in job.lines("artifacts/items.jsonl")] == [(name, False) for name in ("zorb", "zorb", "snig", "snig")]


@WITH_INSPECT
@pytest.mark.parametrize(
    ("scorer", "words"),
    [("ifeval", "cannot be scored here: item a"), ("inspect_ai.scorer:nothing", "The scorer inspect_ai.scorer:nothing cannot be used (AttributeError")],
)
def test_what_cannot_be_scored_is_told_before_the_model_is_asked(tmp_path, scorer, words):
    job, code, _, err = evaluated(tmp_path, scorer, [following("a", "no:such_instruction"), following("b", "punctuation:no_comma")])
    assert code == 3 and job.result()["error"]["reason"] == "benchmark-invalid"
    assert words in job.result()["error"]["message"]
