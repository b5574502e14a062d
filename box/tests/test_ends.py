"""Ways in which a job that runs is ended or named, each under the real supervisor."""

import pytest
from ml_intern_box import tickets
from ml_intern_box.hashing import content_hash
from stand_in_smi import install
from supervised import request

DIVERGES = """
import json, time
with open("../metrics.jsonl", "a") as file:
    for step in range(40):
        file.write(json.dumps({"step": step, "loss": 1.0 if step < 12 else 50.0}) + "\\n")
time.sleep(600)
"""
OUT_OF_GPU_MEMORY = "class OutOfMemoryError(RuntimeError): pass\nraise OutOfMemoryError('CUDA out of memory. Tried to allocate')"
RESTS = "print('up', flush=True)\nimport time\ntime.sleep(600)\n"


def submit(box, program, **wanted):
    made = request(program)
    made["spec"]["content"].update(wanted)
    made["spec"]["approvedHash"] = content_hash(made["spec"]["content"])
    box.submit(made)


@pytest.mark.parametrize(
    "program, rules, kind", [(DIVERGES, {"divergence": 4}, "diverged"), (OUT_OF_GPU_MEMORY, {}, "oom-gpu")]
)
def test_a_job_that_comes_to_no_good_is_told_by_its_class(box, program, rules, kind):
    submit(box, program, rules=rules)
    last, _ = box.follow("job-1")
    assert (last["state"], last["failure"]["class"]) == ("failed", kind)


def test_a_job_that_rests_is_called_stalled_and_one_that_lets_its_gpu_idle_is_ended(box, tmp_path, monkeypatch):
    monkeypatch.setenv(tickets.VARIABLE, str(tmp_path / "locks"))
    install(tmp_path, monkeypatch, 1)
    submit(box, RESTS, gpus=1, rules={"stallSeconds": 1, "idleGpuSeconds": 6})
    box.wait_for(lambda: box.status("job-1")["state"] == "stalled", 60)
    last, _ = box.follow("job-1")
    assert last["failure"]["class"] == "idle-gpu"
