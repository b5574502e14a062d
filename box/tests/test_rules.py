"""When a job is ended by itself, and when it is called stalled."""

import json
import math
import os

import pytest
from ml_intern_box import report, rules, telemetry


@pytest.fixture
def job(tmp_path):
    return tmp_path


def write(job, *points):
    with open(str(job / "metrics.jsonl"), "a") as file:
        file.writelines(json.dumps(dict({"step": step}, **point)) + "\n" for step, point in enumerate(points, 1))


def watch(job, gpus=(), **wanted):
    return rules.Watch(str(job), {"rules": wanted}, list(gpus))


def sample(at, cpu=0.0, **busy):
    readings = [{"index": int(name[1:]), "utilisation": value} for name, value in sorted(busy.items())]
    return {"time": float(at), "gpus": readings, "job": {"cpuPercent": cpu, "memoryMiB": 1}}


def feed(watched, until, start=0, **figures):
    """The verdict after samples every five seconds."""
    verdict = None
    for at in range(start, until + 1, 5):
        verdict = watched.verdict(sample(at, **figures))
        if verdict is not None and verdict[0] == "end":
            break
    return verdict


# nan


def test_a_metric_that_is_reported_as_not_finite_ends_the_job(job, monkeypatch):
    monkeypatch.setenv("ML_INTERN_JOB_DIR", str(job))
    watched = watch(job, nan=1)
    metrics = report.Metrics(total_steps=9)
    metrics.write(1, loss=2.0)
    assert watched.verdict(None) is None
    metrics.write(2, loss=math.nan, grad_norm=1.0)
    end, kind, message = watched.verdict(None)
    assert (end, kind) == ("end", "nan") and "loss" in message and "step 2" in message


@pytest.mark.parametrize("line", ['{"step": 3, "loss": NaN}', '{"loss": null}', '{"loss": "nan"}', '{"grad_norm": -Infinity}'])
def test_other_programs_write_it_in_their_own_way(job, line):
    (job / "metrics.jsonl").write_text(line + "\n")
    assert watch(job, nan=1).verdict(None)[1] == "nan"


def test_without_the_rule_it_goes_on(job):
    write(job, {"loss": math.nan})
    assert watch(job).verdict(None) is None


def test_half_a_line_is_waited_for_and_garbage_is_passed_over(job):
    watched = watch(job, nan=1)
    path = job / "metrics.jsonl"
    path.write_bytes(b'\xff\xfe\n[1]\n"x"\n{"loss": N')
    assert watched.verdict(None) is None
    with open(str(path), "ab") as file:
        file.write(b"aN}\n")
    assert watched.verdict(None)[1] == "nan"


def test_a_line_without_an_end_takes_no_memory(job, monkeypatch):
    monkeypatch.setattr(rules, "READ_BYTES", 1 << 12)
    monkeypatch.setattr(rules, "LONGEST_LINE", 1 << 12)
    (job / "metrics.jsonl").write_bytes(b"[" * (1 << 16) + b'\n{"loss": NaN}\n')
    watched = watch(job, nan=1)
    verdicts = [watched.verdict(None) for _ in range(18)]
    assert len(watched.metrics.rest) <= 1 << 12
    assert [verdict[1] for verdict in verdicts if verdict] == ["nan"]


def test_a_file_that_is_written_anew_is_read_from_its_start(job):
    watched = watch(job, nan=1)
    write(job, *[{"loss": 1.0}] * 20)
    assert watched.verdict(None) is None
    (job / "metrics.jsonl").write_text('{"loss": NaN}\n')
    assert watched.verdict(None)[1] == "nan"


def test_a_link_in_place_of_the_metrics_is_not_followed(job, tmp_path):
    (tmp_path / "elsewhere").write_text('{"loss": NaN}\n')
    os.symlink(str(tmp_path / "elsewhere"), str(job / "metrics.jsonl"))
    assert watch(job, nan=1).verdict(None) is None


# divergence


def losses(*values):
    return [{"loss": value} for value in values]


def test_a_loss_that_stays_far_above_its_lowest_ends_the_job(job):
    write(job, *losses(*[2.0] * 15, *[12.0] * 30))
    end, kind, message = watch(job, divergence=4).verdict(None)
    assert (end, kind) == ("end", "diverged") and "4 times its lowest of 2" in message


def test_a_spike_ends_nothing(job):
    write(job, *losses(*[2.0] * 15, 30.0, 25.0, *[2.0] * 10))
    assert watch(job, divergence=4).verdict(None) is None


def test_the_first_losses_of_a_warm_up_are_no_divergence(job):
    write(job, *losses(2.0, 50.0, 40.0, 30.0, 20.0, 10.0, *[3.0] * 30))
    assert watch(job, divergence=4).verdict(None) is None


@pytest.mark.parametrize("values", [[0.001] * 15 + [0.05] * 30, [-1.0] * 15 + [3.0] * 30])
def test_multiples_of_nearly_nothing_or_of_a_negative_loss_mean_nothing(job, values):
    write(job, *losses(*values))
    assert watch(job, divergence=4).verdict(None) is None


def test_a_supervisor_that_takes_over_knows_the_lowest_loss(job):
    watched = watch(job, divergence=4)
    write(job, *losses(*[2.0] * 15))
    assert watched.verdict(None) is None
    write(job, *losses(*[12.0] * 30))
    assert watch(job, divergence=4).verdict(None)[1] == "diverged"


# idle GPUs


def test_gpus_that_compute_nothing_end_the_job(job):
    verdict = feed(watch(job, gpus=[0, 1], idleGpuSeconds=60), 60, g0=0, g1=1, cpu=90)
    assert verdict[:2] == ("end", "idle-gpu") and "none of its 2 GPUs has computed for 60 seconds" in verdict[2]


def test_one_gpu_that_computes_is_enough(job):
    assert feed(watch(job, gpus=[0, 1], idleGpuSeconds=60), 600, g0=0, g1=50) is None


def test_a_pause_starts_the_time_anew(job):
    watched = watch(job, gpus=[0], idleGpuSeconds=60)
    assert feed(watched, 55, g0=0) is None
    assert watched.verdict(sample(60, g0=80)) is None
    assert feed(watched, 110, start=65, g0=0) is None


def test_without_gpus_or_without_figures_of_them_the_rule_does_not_apply(job):
    assert feed(watch(job, idleGpuSeconds=60, stallSeconds=10**6), 300) is None
    assert feed(watch(job, gpus=[0], idleGpuSeconds=60, stallSeconds=10**6), 300, g0=None) is None
    assert feed(watch(job, gpus=[0], idleGpuSeconds=60, stallSeconds=10**6), 300) is None


def test_a_machine_that_slept_or_a_clock_that_was_set_ends_nothing(job):
    watched = watch(job, gpus=[0], idleGpuSeconds=600)
    for at in (0, 5, 100000, 5):
        assert watched.verdict(sample(at, g0=0, cpu=50)) is None


def test_a_sample_that_is_seen_twice_counts_once(job):
    watched = watch(job, gpus=[0], idleGpuSeconds=60)
    assert [watched.verdict(sample(5, g0=0, cpu=50)) for _ in range(100)] == [None] * 100


# stalling


def test_a_job_that_neither_writes_nor_computes_is_stalled_until_it_does(job):
    watched = watch(job)
    assert feed(watched, 595) is None
    assert feed(watched, 720, start=600) == ("stalled", "It has neither written nor computed for 12 minutes.")
    (job / "stdout.log").write_text("alive\n")
    assert watched.verdict(sample(725)) is None


@pytest.mark.parametrize("figures", [{"cpu": 5.0}, {"cpu": None}, {"g0": 70}, {"g0": None}])
def test_what_computes_or_may_compute_is_not_stalled(job, figures):
    gpus = [0] if "g0" in figures else []
    assert feed(watch(job, gpus=gpus), 2000, **figures) is None


def test_a_supervisor_that_takes_over_knows_how_long_it_has_been_quiet(job):
    (job / "stdout.log").write_text("started\n")
    os.utime(str(job / "stdout.log"), (100, 100))
    with open(str(job / telemetry.NAME), "w") as file:
        file.write('{"time": 1, "gpus": [7], "job": {}}\nnonsense\n')
        file.writelines(json.dumps(sample(at)) + "\n" for at in range(0, 700, 5))
    assert watch(job, stallSeconds=500).verdict(sample(700))[0] == "stalled"
    assert watch(job, stallSeconds=650).verdict(sample(700)) is None
