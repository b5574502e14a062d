"""The starting script trains, reports, and leaves a model that the evaluator scores."""

import pytest
from tiny import BENCHMARK, ITEMS, PACKAGE_PARENT, PROMPT, Job, make_model

CONFIG = {"data": "data/train.jsonl", "learning_rate": 0.02, "max_steps": 60, "batch_size": 3, "max_length": 32, "seed": 1}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("base") / "model")


@pytest.fixture
def job(tmp_path, model):
    def make(rows=None, **changes):
        job = Job(tmp_path / "job")
        job.write("config.json", {**CONFIG, "base_model": str(model), **changes})
        default = [{"prompt": PROMPT.replace("{question}", i["question"]), "completion": " " + i["answer"]} for i in ITEMS]
        job.write_lines("data/train.jsonl", rows or default)
        job.write("train.py", (PACKAGE_PARENT / "scripts" / "sft.py").read_text())
        return job

    return make


def test_what_is_learnt_is_scored(job, tmp_path):
    training = job()
    code, out, err = training.run("train.py")
    assert code == 0, err
    metrics = training.lines("metrics.jsonl")
    assert metrics[-1]["step"] == 60 and metrics[-1]["total_steps"] == 60 and metrics[-1]["loss"] < metrics[0]["loss"]
    assert {"learning_rate", "grad_norm", "epoch", "tokens", "eta_seconds"} <= set(metrics[-1])

    scoring = Job(tmp_path / "scoring")
    scoring.write_lines("items.jsonl", ITEMS)
    trained = training.folder / "artifacts" / "model"
    scoring.write("evaluate.json", {"model": str(trained), "items": "items.jsonl", "benchmark": BENCHMARK, "seed": 1})
    code, _, err = scoring.run("-m", "ml_intern_box.evaluate", "evaluate.json")
    assert code == 0, err
    # An answer that is right only when it ends there: the model has learnt to stop as well.
    assert scoring.result()["correct"] == 3 and scoring.result()["truncated"] == 0


def test_it_runs_without_us(job):
    training = job(max_steps=2)
    code, out, err = training.run("train.py", PYTHONPATH="", ML_INTERN_JOB_DIR=str(training.folder))
    assert code == 0, err
    assert not (training.folder / "metrics.jsonl").exists()
    assert (training.folder / "artifacts" / "model" / "config.json").exists()


def test_rows_that_do_not_fit_are_left_out_and_counted(job, warm):
    long = {"prompt": "what " * 60, "completion": " red"}
    training = job(rows=[long, {"prompt": "Question: what?\nAnswer:", "completion": " red"}], max_steps=1)
    code, out = warm.run(training, "train.py")
    assert code == 0, out
    assert "1 of 2 rows fit into 32 tokens; 1 are left out" in out


def test_without_a_row_that_fits_it_says_so(job, warm):
    code, out = warm.run(job(rows=[{"prompt": "what " * 60, "completion": " red"}]), "train.py")
    assert code == 1 and "max_length" in out.splitlines()[-1]


def test_a_diverging_run_stops_with_its_reason(job, warm):
    training = job(learning_rate=1e30, max_grad_norm=0, max_steps=200, logging_steps=1)
    code, out = warm.run(training, "train.py")
    assert code == 3 and training.result()["error"]["reason"] == "nan"
    assert "learning rate" in out.splitlines()[-1]
    assert not (training.folder / "artifacts" / "model" / "config.json").exists()
