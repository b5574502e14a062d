"""What a job says about itself."""

import json
import math
import subprocess
import sys

import pytest
from ml_intern_box import report
from tiny import PACKAGE_PARENT


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("ML_INTERN_JOB_DIR", str(tmp_path))
    monkeypatch.setattr(report, "_phase", [])
    return tmp_path


def test_each_line_names_step_total_and_the_time_left(job):
    metrics = report.Metrics(total_steps=10)
    metrics.write(5, loss=1.5, learning_rate=0.1, tokens=40, grad_norm=None)
    line = json.loads((job / "metrics.jsonl").read_text())
    assert line["step"] == 5 and line["total_steps"] == 10 and line["loss"] == 1.5 and line["tokens"] == 40
    assert line["eta_seconds"] >= 0 and line["time"] > 0 and "grad_norm" not in line


def test_outside_a_job_metrics_are_printed(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("ML_INTERN_JOB_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    report.Metrics(total_steps=2).write(1, loss=0.5)
    assert json.loads(capsys.readouterr().out)["loss"] == 0.5


def test_every_line_stays_json_when_a_value_is_not_finite(job):
    report.Metrics(total_steps=2).write(1, loss=math.nan, grad_norm=math.inf, learning_rate=0.1)
    line = json.loads((job / "metrics.jsonl").read_text())
    assert set(line) >= {"step", "learning_rate"} and line["non_finite"] == ["grad_norm", "loss"]
    assert "NaN" not in (job / "metrics.jsonl").read_text()


def test_a_line_is_there_at_once_and_carries_the_phase(job):
    report.phase("train")
    metrics = report.Metrics(total_steps=2)
    metrics.write(1, loss=1.0)
    assert json.loads((job / "metrics.jsonl").read_text())["phase"] == "train"
    assert json.loads((job / "artifacts" / "phases.jsonl").read_text())["phase"] == "train"


def test_samples_are_bounded(job):
    for step in range(report.MOST_SAMPLES + 5):
        report.sample(step=step, prompt="x" * 9000, reward=0.5, chosen=[{"role": "user", "content": "a"}], odd=math.nan)
    lines = (job / "artifacts" / "samples.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    assert len(lines) == report.MOST_SAMPLES and len(first["prompt"]) < 4100 and first["reward"] == 0.5 and first["odd"] == "nan"


def test_a_file_that_cannot_be_written_ends_no_training(job, capsys):
    (job / "metrics.jsonl").mkdir()
    metrics = report.Metrics(total_steps=2)
    metrics.write(1, loss=1.0)
    metrics.write(2, loss=1.0)
    assert capsys.readouterr().err.count("cannot be written") == 1


def test_only_the_first_process_speaks(job, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    report.phase("train")
    report.sample(text="a")
    report.Metrics(total_steps=2).write(1, loss=1.0)
    assert not list(job.rglob("*.jsonl"))


def test_what_any_method_logs_passes_and_only_training_itself_must_be_finite():
    logs = {"loss": math.nan, "reward": 0.5, "rewards/margins": 1.5, "completions/mean_length": math.nan, "num_tokens": 7, "x": "y"}
    values = report._values(logs)
    assert math.isnan(values.pop("loss")) and values == {"reward": 0.5, "rewards/margins": 1.5}
    assert report._values({"train_runtime": 3.0, "train_loss": 1.0}) == {}


@pytest.mark.parametrize("values", [(math.nan, 1.0), (1.0, math.inf)])
def test_a_loss_or_gradient_that_is_not_finite_stops_with_a_sentence(job, values, capsys):
    with pytest.raises(SystemExit) as stopped:
        report.stop_on_nan(7, *values)
    assert stopped.value.code == report.EXIT_EXPLAINED
    error = json.loads((job / "artifacts" / "result.json").read_text())["error"]
    assert error["reason"] == "nan" and "step 7" in error["message"] and "learning rate" in error["next"]
    assert "step 7" in capsys.readouterr().err.splitlines()[-1]


def test_the_supervisor_calls_it_nan(job):
    from ml_intern_box import failures

    (job / "stderr.log").write_text("Error: The loss became nan at step 7, so training was stopped. Lower the learning rate.\n")
    assert failures.classify(report.EXIT_EXPLAINED, str(job), "train", False, False)["class"] == "nan"


def test_reporting_costs_no_import_of_transformers():
    code = "import sys, ml_intern_box.report; sys.exit('transformers' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PACKAGE_PARENT).returncode == 0
