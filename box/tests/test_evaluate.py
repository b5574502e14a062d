"""Scores with every item's outcome behind them."""

import hashlib
import json

import pytest
from ml_intern_box import sealed
from ml_intern_box.evaluation.exact import extract
from ml_intern_box.evaluation.prompts import render
from ml_intern_box.evaluation.recorder import Recorder
from ml_intern_box.model import weights_hash
from tiny import BENCHMARK, ITEMS, Job, make_model


@pytest.mark.parametrize(
    ("generation", "answer"),
    [(" red", "red"), ("red\n", "red"), ("green", None), ("it is red", None), ("", None), ("red red", None)],
)
def test_an_answer_must_match_the_pattern_and_be_an_option(generation, answer):
    assert extract(generation, BENCHMARK) == answer


def test_without_options_any_captured_answer_is_valid():
    assert extract("The answer is 42.", {"answerPattern": r"answer is (\d+)"}) == "42"
    assert extract("maybe", {"answerPattern": r"(?:is (\d+))?"}) is None


def test_the_prompt_is_filled_once():
    item = {"question": "Is {choices} odd?", "choices": ["yes", "no"]}
    assert render(item, {"prompt": "{question}\n{choices}"}) == "Is {choices} odd?\nA. yes\nB. no"


def test_generated_lengths_end_at_the_first_end_token():
    recorder = Recorder(total=3, limit=4, ends={0, 1})
    recorder.note([[5, 0, 1, 1], [5, 6, 7, 8], [0, 0, 0, 0]])
    for prompt in "abc":
        recorder.add_partial("generate_until", (prompt, {}), "")
    assert recorder.lengths == {("a", ""): (1, False), ("b", ""): (4, True), ("c", ""): (0, False)}


def evaluate(tmp_path, model, items=ITEMS):
    job = Job(tmp_path / "job")
    job.write_lines("items.jsonl", items)
    job.write("evaluate.json", {"model": str(model), "items": "items.jsonl", "benchmark": BENCHMARK, "seed": 1})
    return job, *job.run("-m", "ml_intern_box.evaluate", "evaluate.json", HF_ENDPOINT="http://127.0.0.1:9")


def test_an_untrained_model_is_scored_item_by_item_without_any_network(tmp_path):
    model = make_model(tmp_path / "model")
    job, code, out, err = evaluate(tmp_path, model)
    assert code == 0, err
    outcomes = job.lines("artifacts/items.jsonl")
    assert [o["id"] for o in outcomes] == ["a", "b", "c"] and [o["reference"] for o in outcomes] == ["red", "blue", "red"]
    assert all(o["valid"] == (o["answer"] is not None) for o in outcomes)
    assert all(o["tokens"] <= 4 and (o["tokens"] == 4 or not o["truncated"]) for o in outcomes)
    result = job.result()
    assert result["n"] == 3 and result["invalid"] == sum(not o["valid"] for o in outcomes)
    assert result["correct"] == sum(o["correct"] for o in outcomes)
    assert result["modelHash"] == weights_hash(model)
    assert result["itemsHash"] == hashlib.sha256((job.work / "items.jsonl").read_bytes()).hexdigest()
    assert result["evaluator"] == "lm-evaluation-harness" and result["device"] in ("cpu", "cuda")
    assert "3 of 3 items" in out


def test_a_chat_template_is_used_and_hashed(tmp_path):
    template = "{% for m in messages %}hello {{ m['content'] }}{% endfor %}"
    job, code, _, err = evaluate(tmp_path, make_model(tmp_path / "model", chat_template=template))
    assert code == 0, err
    assert job.result()["templateHash"] == hashlib.sha256((BENCHMARK["prompt"] + "\0" + template).encode()).hexdigest()


def test_a_missing_model_is_named(tmp_path):
    job, code, _, err = evaluate(tmp_path, tmp_path / "nowhere")
    assert code == 3 and "nowhere" in err.splitlines()[-1]


def test_an_empty_benchmark_is_refused(tmp_path):
    job, code, _, err = evaluate(tmp_path, make_model(tmp_path / "model"), items=[])
    assert code == 3 and job.result()["error"]["reason"] == "benchmark-invalid"


def test_sealed_items_stay_sealed_whatever_the_evaluator_leaves_on_the_disk(tmp_path):
    model, key = make_model(tmp_path / "model"), "k" * 64
    items = [dict(each, question=f"{each['question']} zorb{n}") for n, each in enumerate(ITEMS)]
    lines = "".join(json.dumps(item) + "\n" for item in items)
    job = Job(tmp_path / "job")
    sealed.write(job.work / "items.jsonl", lines, key)
    job.write("evaluate.json", {"model": str(model), "items": "items.sealed", "benchmark": BENCHMARK, "seed": 1})
    (tmp_path / "job" / "tmp").mkdir()
    surroundings = {"HF_ENDPOINT": "http://127.0.0.1:9", "TMPDIR": str(tmp_path / "job" / "tmp")}
    ask = ("-m", "ml_intern_box.evaluate", "evaluate.json")
    code, out, err = job.run(*ask, **surroundings, **{sealed.VARIABLE: key})
    assert code == 0, err
    assert job.result()["itemsHash"] == hashlib.sha256(lines.encode()).hexdigest()
    outcomes = sealed.read(job.folder / "artifacts" / "items.sealed", key).decode().splitlines()
    assert [json.loads(line)["id"] for line in outcomes] == ["a", "b", "c"]
    left = [path for path in job.folder.rglob("*") if path.is_file()]
    assert len(left) > 3 and not [path for path in left if b"zorb" in path.read_bytes()]
    assert "zorb" not in out + err
    code, _, err = job.run(*ask, **surroundings, **{sealed.VARIABLE: "other" * 9})
    assert code == 3 and "cannot be opened" in err.splitlines()[-1]
