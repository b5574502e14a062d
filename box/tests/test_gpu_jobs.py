"""Jobs that take GPUs, under the real supervisor; the GPUs are those of a stand-in for nvidia-smi."""

import json
import os
import signal

import pytest
from ml_intern_box import tickets
from ml_intern_box.hashing import content_hash
from stand_in_smi import install
from supervised import is_final, read, request

SEES = "import os\nprint('sees', os.environ.get('CUDA_VISIBLE_DEVICES'), flush=True)\n"
WAITS = SEES + "import time\ntime.sleep(600)\n"


@pytest.fixture
def smi(tmp_path, monkeypatch):
    monkeypatch.setenv(tickets.VARIABLE, str(tmp_path / "locks"))
    return install(tmp_path, monkeypatch, 2)


def submit(box, job_id, program, **wanted):
    made = request(program, job_id=job_id)
    made["spec"]["content"].update(wanted)
    made["spec"]["approvedHash"] = content_hash(made["spec"]["content"])
    return box.submit(made)


def worker_of(box, job_id):
    return json.loads(read(box.job(job_id) + "/status.json"))["pid"]


def wait_for_note(box, job_id, words):
    box.wait_for(lambda: words in (box.status(job_id)["note"] or ""), 60)


def test_a_job_sees_its_own_gpus_and_a_job_that_wants_none_sees_none(box, smi):
    submit(box, "one", WAITS, gpus=1)
    box.wait_for_line("one", "sees 0")
    submit(box, "two", SEES, gpus=1)
    last, files = box.follow("two")
    assert files["stdout.log"] == b"sees 1\n" and last["gpus"] == [1] and last["gpuSeconds"] > 0
    submit(box, "none", SEES)
    last, files = box.follow("none")
    assert files["stdout.log"] == b"sees \n" and last["gpus"] == [] and last["gpuSeconds"] == 0


def test_without_gpus_a_job_that_wants_some_runs_on_the_cpu(box, monkeypatch, tmp_path):
    monkeypatch.setenv(tickets.VARIABLE, str(tmp_path / "locks"))
    install(tmp_path, monkeypatch, 0)
    submit(box, "one", SEES, gpus=2)
    last, files = box.follow("one")
    assert files["stdout.log"] == b"sees \n" and (last["gpus"], last["gpuSeconds"]) == ([], 0)


def test_a_job_waits_its_turn_in_words_and_the_wait_costs_nothing(box, smi):
    submit(box, "one", WAITS, gpus=2)
    box.wait_for_line("one", "sees 0,1")
    submit(box, "two", SEES, gpus=1)
    wait_for_note(box, "two", "used by the job one")
    waiting = box.status("two")
    assert (waiting["state"], waiting["startedAt"], waiting["wallSeconds"]) == ("queued", None, 0)
    box.ask("stop", "one")
    last, files = box.follow("two")
    assert last["state"] == "finished" and last["note"] is None


def test_a_job_that_waits_can_be_stopped(box, smi):
    submit(box, "one", WAITS, gpus=2)
    box.wait_for_line("one", "sees 0,1")
    submit(box, "two", SEES, gpus=1)
    wait_for_note(box, "two", "used by the job one")
    box.ask("stop", "two")
    last, files = box.follow("two")
    assert last["state"] == "stopped" and "stdout.log" not in files


def test_a_job_keeps_its_gpus_when_its_worker_is_killed(box, smi):
    submit(box, "one", WAITS, gpus=2)
    box.wait_for_line("one", "sees 0,1")
    killed = worker_of(box, "one")
    os.kill(killed, signal.SIGKILL)
    box.wait_for(lambda: worker_of(box, "one") != killed)
    submit(box, "two", SEES, gpus=1)
    wait_for_note(box, "two", "used by the job one")
    assert box.status("one")["state"] == "running" and box.status("one")["gpus"] == [0, 1]


def test_a_gpu_that_vanishes_does_not_cost_a_job_whose_worker_is_killed(box, smi):
    submit(box, "one", WAITS, gpus=2)
    box.wait_for_line("one", "sees 0,1")
    smi.set(gpu=smi.state["gpu"][:1])
    killed = worker_of(box, "one")
    os.kill(killed, signal.SIGKILL)
    box.wait_for(lambda: worker_of(box, "one") != killed and box.written("one")["wallSeconds"] > 0)
    assert (box.status("one")["state"], box.status("one")["gpus"]) == ("running", [0, 1])


@pytest.mark.parametrize(
    "trouble, cap, kind",  # what a killed worker had asked is ended by nobody, so it hangs no longer than it must
    [({"fails": 15}, {"gpuCapSeconds": 4}, "budget"), ({"hangs": 30}, {"capSeconds": 2}, "timeout")],
)
def test_caps_hold_when_the_driver_fails_and_the_worker_is_killed(box, smi, trouble, cap, kind):
    submit(box, "one", WAITS, gpus=2, **cap)
    box.wait_for_line("one", "sees 0,1")
    smi.set(**trouble)
    os.kill(worker_of(box, "one"), signal.SIGKILL)
    last, _ = box.follow("one")
    assert last["failure"]["class"] == kind and last["gpus"] == [0, 1]


def test_a_driver_that_fails_is_waited_for_instead_of_training_on_the_cpu_without_being_counted(box, smi):
    smi.set(fails=15)
    submit(box, "one", SEES, gpus=1)
    wait_for_note(box, "one", "nvidia-smi fails or does not answer")
    smi.set(fails=0)
    last, files = box.follow("one")
    assert files["stdout.log"] == b"sees 0\n" and last["gpuSeconds"] > 0


@pytest.mark.parametrize("whom", ["worker", "guardian", "both in turn"])
def test_a_job_that_waits_goes_on_waiting_when_its_supervisors_are_killed(box, smi, whom):
    submit(box, "one", WAITS, gpus=2)
    box.wait_for_line("one", "sees 0,1")
    submit(box, "two", SEES, gpus=1)
    wait_for_note(box, "two", "used by the job one")
    for each in ("guardian", "worker") if whom == "both in turn" else (whom,):
        facts = json.loads(read(box.job("two") + "/status.json"))
        os.kill(facts["pid"] if each == "worker" else facts["guardian"]["pid"], signal.SIGKILL)
        box.wait_for(lambda: worker_of(box, "two") != facts["pid"])
    box.ask("stop", "one")
    box.wait_for(lambda: is_final(box.status("two")), 60)
    assert box.status("two")["state"] == "finished"


def test_more_gpus_than_there_are_are_refused_in_words(box, smi):
    submit(box, "one", SEES, gpus=3)
    last, files = box.follow("one")
    assert last["state"] == "failed" and "wants 3 GPUs, but this box has 2" in last["failure"]["message"]
    assert "stdout.log" not in files


def test_the_cap_on_gpu_time_counts_each_gpu(box, smi):
    submit(box, "one", WAITS, gpus=2, gpuCapSeconds=2)
    last, _ = box.follow("one")
    assert last["failure"]["class"] == "budget" and last["gpuSeconds"] > last["wallSeconds"]


def test_gpus_are_free_again_when_a_job_has_ended(box, smi, tmp_path):
    submit(box, "one", SEES, gpus=2)
    box.follow("one")
    submit(box, "two", SEES, gpus=2)
    assert box.follow("two")[1]["stdout.log"] == b"sees 0,1\n"
    box.wait_for(lambda: [name for name in os.listdir(str(tmp_path / "locks")) if name.startswith("job-")] == [])
