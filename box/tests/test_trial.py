"""The starting script, run for a few steps: what it would take in all, and what a trial leaves behind."""

import json
import sys

import pytest
from tiny import ITEMS, PACKAGE_PARENT, PROMPT, Job, make_model

CONFIG = {"data": "data/train.jsonl", "learning_rate": 0.02, "max_steps": 500, "batch_size": 2, "max_length": 32, "seed": 1}
ROWS = [{"prompt": PROMPT.replace("{question}", i["question"]), "completion": " " + i["answer"]} for i in ITEMS]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("base") / "model")


@pytest.fixture
def job(tmp_path, model):
    def make(script=None, **changes):
        job = Job(tmp_path / "job")
        job.write("config.json", {**CONFIG, "base_model": str(model), **changes})
        job.write_lines("data/train.jsonl", ROWS * 50)
        job.write("train.py", script or (PACKAGE_PARENT / "scripts" / "sft.py").read_text())
        return job

    return make


def test_a_trial_says_what_all_of_it_takes_and_leaves_nothing_else(job):
    tried = job()
    code, out, err = tried.run("-m", "ml_intern_box.trial", "--steps", "8", "--gpus", "1", "--", sys.executable, "train.py")
    assert code == 0, err
    forecast = json.loads((tried.folder / "artifacts" / "forecast.json").read_text())
    assert forecast["steps"] == 500 and forecast["measuredSteps"] == 8 and forecast["rowsPerStep"] == 2
    assert forecast["tokensPerSecond"] > 0 and forecast["peakMemoryMiB"] > 50 and forecast["memoryOf"] == "host"
    assert forecast["seconds"]["value"] == pytest.approx(sum(forecast["parts"].values()), rel=0.01)
    assert forecast["parts"]["load"] > forecast["parts"]["finish"] > 0 and forecast["gpuHours"] > 0
    assert tried.result() == forecast
    # No model that could be taken for a trained one, no curve that could be taken for the training's.
    assert {path.name for path in tried.folder.iterdir()} <= {"work", "artifacts", "hf"}
    assert {path.name for path in (tried.folder / "artifacts").iterdir()} == {"forecast.json", "result.json"}


def test_a_crash_is_the_script_s_own_and_comes_before_the_calibration(job):
    tried = job(script="import sys\nprint('started', flush=True)\nraise RuntimeError('no such column')\n")
    code, out, err = tried.run("-m", "ml_intern_box.trial", "--", sys.executable, "train.py")
    assert code == 1 and out.count("started") == 1
    assert err.splitlines()[-1] == "RuntimeError: no such column"


def test_a_script_that_tells_nothing_cannot_be_forecast(job):
    tried = job(script="print('trained')\n")
    code, _, err = tried.run("-m", "ml_intern_box.trial", "--", sys.executable, "train.py")
    assert code == 3 and "ReportCallback" in err and tried.result()["error"]["reason"] == "not-measured"


def test_a_script_that_hangs_is_ended(job):
    tried = job(script="import time\ntime.sleep(600)\n")
    code, _, err = tried.run("-m", "ml_intern_box.trial", "--limit", "1", "--", sys.executable, "train.py")
    assert code == 3 and "was ended after 1 seconds" in err
