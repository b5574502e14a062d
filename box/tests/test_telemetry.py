"""What is recorded while a job runs; the GPUs are those of a stand-in for nvidia-smi."""

import json
import os
import subprocess
import sys

import pytest
from ml_intern_box import telemetry
from stand_in_smi import install


@pytest.fixture
def smi(tmp_path, monkeypatch):
    monkeypatch.setattr(telemetry, "INTERVAL", 0.0)
    return install(tmp_path, monkeypatch, 2)


@pytest.fixture
def job(tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    return folder


def lines(job):
    return [json.loads(line) for line in (job / "telemetry.jsonl").read_text().splitlines()]


def sampled(recorder):
    """The next sample: nvidia-smi is asked at one call and read at a later one."""
    before = recorder.last
    while recorder.sample() is before:
        continue
    return recorder.last


def test_a_sample_has_the_jobs_own_gpus_and_the_machine(smi, job):
    smi.gpu(1, utilization__gpu=93, memory__used=61234, power__draw=512.5, temperature__gpu=66)
    sample = sampled(telemetry.Recorder(str(job), [1], lambda: [os.getpid()]))
    assert sample["gpus"] == [{"index": 1, "utilisation": 93, "memoryMiB": 61234, "watts": 512.5, "celsius": 66}]
    assert sample["memoryMiB"] > 0 and sample["diskFreeMiB"] > 0 and sample["job"]["memoryMiB"] > 0
    assert lines(job) == [sample]


def test_what_the_driver_does_not_know_is_null(smi, job):
    smi.gpu(0, utilization__gpu="[N/A]", power__draw="[Not Supported]")
    [gpu] = sampled(telemetry.Recorder(str(job), [0], list))["gpus"]
    assert (gpu["utilisation"], gpu["watts"], gpu["celsius"]) == (None, None, 31)


def test_the_cpu_of_the_job_is_that_of_its_processes(job, monkeypatch):
    monkeypatch.setattr(telemetry, "INTERVAL", 0.0)
    with subprocess.Popen([sys.executable, "-c", "print(flush=True)\nwhile True: pass"], stdout=subprocess.PIPE) as busy:
        busy.stdout.readline()
        recorder = telemetry.Recorder(str(job), [], lambda: [busy.pid])
        assert recorder.sample()["job"]["cpuPercent"] is None
        while not (recorder.sample()["job"]["cpuPercent"] and recorder.last["cpuPercent"]):
            continue
        busy.kill()


def test_a_process_that_is_gone_costs_nothing(job, monkeypatch):
    monkeypatch.setattr(telemetry, "INTERVAL", 0.0)
    recorder = telemetry.Recorder(str(job), [], lambda: [2**22 + 1])
    assert recorder.sample()["job"] == {"cpuPercent": None, "memoryMiB": 0}


def test_without_a_proc_file_system_the_figures_are_null(job, monkeypatch):
    real_open, real_isdir = open, os.path.isdir

    def no_proc(path, *arguments, **options):
        if str(path).startswith("/proc"):
            raise FileNotFoundError(path)
        return real_open(path, *arguments, **options)

    monkeypatch.setattr("builtins.open", no_proc)
    monkeypatch.setattr(os.path, "isdir", lambda path: not str(path).startswith("/proc") and real_isdir(path))
    sample = telemetry.Recorder(str(job), [], lambda: [os.getpid()]).sample()
    assert (sample["cpuPercent"], sample["memoryMiB"]) == (None, None)
    assert sample["job"] == {"cpuPercent": None, "memoryMiB": None} and sample["diskFreeMiB"] > 0


def test_between_two_samples_nothing_is_asked_or_written(job):
    recorder = telemetry.Recorder(str(job), [], list)
    first = recorder.sample()
    assert recorder.sample() is first and len(lines(job)) == 1


def test_a_driver_that_hangs_is_given_up_and_left_alone_for_a_while(smi, job, monkeypatch):
    monkeypatch.setattr(telemetry, "SMI_SECONDS", 0.1)
    smi.set(hangs=600)
    recorder = telemetry.Recorder(str(job), [0], list)
    assert sampled(recorder)["gpus"] == []
    smi.set(hangs=0)
    assert sampled(recorder)["gpus"] == [] and recorder.query is None


def test_the_file_stays_small(job, monkeypatch):
    monkeypatch.setattr(telemetry, "INTERVAL", 0.0)
    monkeypatch.setattr(telemetry, "SEGMENT_BYTES", 1000)
    recorder = telemetry.Recorder(str(job), [], list)
    for _ in range(50):
        recorder.sample()
    sizes = [path.stat().st_size for path in job.iterdir()]
    assert len(sizes) == 2 and max(sizes) < 1500


def test_a_folder_that_cannot_be_written_to_stops_nobody(job):
    recorder = telemetry.Recorder(str(job / "gone"), [], list)
    assert recorder.sample()["gpus"] == []
