"""What is told about GPUs: by a stand-in for nvidia-smi, as there are none where these tests run."""

import getpass
import os
import subprocess
import sys

import pytest
from ml_intern_box import gpus
from stand_in_smi import install


@pytest.fixture
def smi(tmp_path, monkeypatch):
    return install(tmp_path, monkeypatch, 2)


def test_without_nvidia_smi_there_are_none(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpus.list_gpus() == [] and gpus.visible({}) == []


def test_a_gpu_is_told_with_its_memory_work_and_driver(smi):
    smi.gpu(1, memory__used=40000, utilization__gpu=97)
    first, second = gpus.list_gpus()
    assert first["users"] == [] and first["usedMiB"] == 4
    assert (second["index"], second["memoryMiB"], second["usedMiB"], second["utilisation"]) == (1, 81559, 40000, 97)
    assert (second["name"], second["driver"]) == ("NVIDIA H100 80GB HBM3", "550.90.12")


def test_who_uses_a_gpu_and_for_which_job(smi):
    environ = dict(os.environ, ML_INTERN_JOB_DIR="/srv/ml-intern/jobs/run-1-a")
    command = [sys.executable, "-c", "print(1, flush=True); input()"]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        smi.use(1, process.pid, 512)
        first, second = gpus.list_gpus()
        process.communicate(b"\n")
    [user] = second["users"]
    assert first["users"] == []
    assert (user["pid"], user["memoryMiB"], user["job"]) == (process.pid, 512, "run-1-a")
    assert user["user"] == getpass.getuser() and user["command"].endswith("input()")


def test_a_process_that_cannot_be_looked_into_is_told_by_its_name(smi):
    smi.use(0, 2**22 + 1, 300, name="/usr/bin/a, b")
    [user] = gpus.list_gpus()[0]["users"]
    assert user == {"pid": 2**22 + 1, "memoryMiB": 300, "user": "unknown", "command": "/usr/bin/a, b", "job": None}


def test_figures_that_the_driver_does_not_have_count_as_nothing(smi):
    smi.gpu(0, memory__used="[N/A]", utilization__gpu="[Not Supported]")
    smi.use(1, 2**22 + 1, "[N/A]")
    first, second = gpus.list_gpus()
    assert (first["usedMiB"], first["utilisation"]) == (0, 0)
    assert second["users"][0]["memoryMiB"] == 0


def test_gpus_that_a_failing_or_hanging_driver_does_not_tell_of_are_not_taken_for_none(smi):
    smi.set(fails=15, says="Unable to determine the device handle for GPU1: GPU is lost")
    assert gpus.find() is None
    smi.set(fails=6, says="No devices were found")
    assert gpus.find() == []
    smi.set(fails=0, hangs=600)
    assert gpus.find(seconds=0.2) is None


@pytest.mark.parametrize(
    "chosen, expected",
    [
        ("1", [1]),
        ("1,0", [1, 0]),
        ("", []),
        ("-1", []),
        ("0,-1,1", [0]),
        ("GPU-00000001", [1]),
        ("7", []),
        ("MIG-1b2c", []),
    ],
)
def test_only_the_gpus_that_the_environment_names_are_usable(smi, chosen, expected):
    assert [gpu["index"] for gpu in gpus.visible({"CUDA_VISIBLE_DEVICES": chosen})] == expected


def test_all_are_usable_when_the_environment_names_none(smi):
    assert [gpu["index"] for gpu in gpus.visible({})] == [0, 1]


def test_a_job_sees_the_gpus_that_are_its_own_numbered_as_nvidia_smi_does():
    assert gpus.environment([1, 3]) == {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "1,3"}
    assert gpus.environment([]) == {"CUDA_VISIBLE_DEVICES": ""}
