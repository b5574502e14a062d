"""What a few steps say about all of them."""

import json
import random

import pytest
from ml_intern_box import calibration, trial
from ml_intern_box.forecast import forecast, seconds_per_step, warm_up

MEASURED = {
    "loaded": 110.0,
    "began": 115.0,
    "ended": 140.0,
    "stepSeconds": [3.0, *[1.0] * 19],
    "evaluateSeconds": 4.0,
    "saveSeconds": 2.0,
    "evaluations": 5,
    "saves": 1,
    "tokens": 2000,
    "totalSteps": 1000,
    "rowsPerStep": 8,
    "peakMemoryMiB": 900.0,
    "restingMemoryMiB": 300.0,
    "memoryOf": "gpu",
}


def test_all_parts_are_counted():
    result = forecast(MEASURED, started=100.0, ended=147.0, gpus=2)
    assert result["parts"] == {"load": 10, "prepare": 5, "evaluate": 20, "save": 2, "finish": 7, "train": 1002}
    assert result["seconds"]["value"] == 1046 and result["steps"] == 1000
    assert result["seconds"]["low"] < 1046 < result["seconds"]["high"]
    assert result["gpuHours"] == pytest.approx(2 * 1046 / 3600, rel=1e-3)
    assert result["tokensPerSecond"] == 100 and result["peakMemoryMiB"] == 900


def test_slow_first_steps_and_hiccups_do_not_count_as_the_usual_step():
    steady = [0.5 + 0.01 * (n % 3) for n in range(40)]
    assert seconds_per_step([9.0, 4.0, 1.0, *steady])["value"] == pytest.approx(0.51, abs=0.01)
    assert seconds_per_step([9.0, *steady[:20], 60.0, *steady[20:]])["value"] == pytest.approx(0.51, rel=0.06)


def test_the_interval_holds_the_mean_of_the_training():
    source, held = random.Random(1), 0
    for _ in range(200):
        sample = [2.0, *(source.lognormvariate(0, 0.4) for _ in range(29))]
        figure = seconds_per_step(sample)
        held += figure["low"] <= 1.0833 <= figure["high"]
    assert held >= 185


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_steps_give_a_wide_interval(count):
    figure = seconds_per_step([1.0] * count)
    assert figure["value"] == 1.0 and warm_up(count) < count
    assert count == 3 or figure["high"] >= 1.5
    with pytest.raises(ValueError):
        seconds_per_step([])


def test_a_forecast_of_fewer_steps_than_were_measured_counts_only_those():
    result = forecast({**MEASURED, "totalSteps": 1, "evaluations": 0, "saves": 0}, started=100.0, ended=140.0)
    assert result["parts"]["train"] == 3.0 and result["gpuHours"] == 0


def test_the_few_rows_hold_the_longest(tmp_path):
    rows = [json.dumps({"text": "x" * (n % 97)}) for n in range(1000)]
    rows[500] = json.dumps({"text": "y" * 5000})
    (tmp_path / "all").write_text("\n".join(rows) + "\n")
    trial.few_rows(tmp_path / "all", tmp_path / "few", 64)
    few = (tmp_path / "few").read_text().splitlines()
    assert rows[500] in few and rows[0] in few and 40 <= len(few) <= 64


def test_nothing_is_measured_unless_it_is_asked_for(monkeypatch):
    monkeypatch.delenv(calibration.STEPS, raising=False)
    monkeypatch.delenv(calibration.SECONDS, raising=False)
    assert calibration.asked() is None
    monkeypatch.setenv(calibration.STEPS, "2")
    assert calibration.asked().most_steps == 2
