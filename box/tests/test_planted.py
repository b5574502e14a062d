"""A job writes in its own folder, and may plant anything there: it neither hides its state nor holds up what is asked of the box."""

import base64
import hashlib
import json
import os
import subprocess
import time

import pytest
from ml_intern_box import holding, slurm, slurm_ask, slurm_records, status
from ml_intern_box.hashing import content_hash
from supervised import read, request
from test_slurm import word

READ_BY_ALL = ("slurm.json", "spec.json", "status.json", "hold.json", "slurm.log", ".stop", ".lock")
FORGES = """
import json, os, time
end = {"state": "finished", "endedAt": time.time(), "exitCode": 0, "failure": None}
with open("../slurm.json", "w") as file:
    json.dump({"name": "x", "comment": "y", "submittedAt": 1, "end": end}, file)
print("forged", flush=True)
time.sleep(600)
"""


def plant_pipe(box, name, job_id="odd"):
    os.makedirs(box.job(job_id), exist_ok=True)
    path = os.path.join(box.job(job_id), name)
    if os.path.lexists(path):
        os.unlink(path)
    os.mkfifo(path)


def in_time(box, *words):
    """The answer; whatever waits for a pipe would wait for ever."""
    process = box.popen(*words, stdin=subprocess.DEVNULL)
    try:
        return json.loads(process.communicate(timeout=20)[0])
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("command", ["list", "usage", "clean"])
def test_pipes_planted_in_one_job_hold_up_no_command_for_the_box(box, command):
    box.submit(request("print('fine')", job_id="good"))
    box.follow("good")
    for name in READ_BY_ALL:
        plant_pipe(box, name)
    assert "error" not in in_time(box, command)


def test_the_other_jobs_are_listed_whatever_one_has_planted(box):
    box.submit(request("print('fine')", job_id="good"))
    box.follow("good")
    for number, record in enumerate(['{"name": "x", "comment": "y", "submittedAt": 1, "end": {"state": "purple"}}', "[" * 100000, "\0"]):
        os.makedirs(box.job("odd-%d" % number))
        with open(box.job("odd-%d" % number) + "/slurm.json", "w") as file:
            file.write(record)
    listed = {each["id"]: each["state"] for each in in_time(box, "list")["statuses"]}
    assert listed["good"] == "finished" and set(listed.values()) <= set(status.STATES)


def test_a_job_of_which_nothing_can_be_told_is_named(box, monkeypatch):
    os.makedirs(box.job("odd"))
    monkeypatch.setattr(status, "current", lambda _job: 1 / 0)
    told = status.current_or_why_not(box.job("odd"))
    assert (told["id"], told["state"]) == ("odd", "stalled") and "ZeroDivisionError" in told["note"]
    assert status.current_or_why_not(box.job("cleared away meanwhile")) is None


def test_a_job_that_runs_here_cannot_forge_a_record_of_slurm_to_hide_or_to_escape_its_stop(box):
    box.submit(request(FORGES))
    box.wait_for_line("job-1", "forged")
    assert box.status("job-1")["state"] == "running"
    box.ask("stop", "job-1")
    assert box.follow("job-1")[0]["state"] == "stopped"


def test_an_end_that_slurm_contradicts_is_not_believed_while_the_supervisor_beats(tmp_path, monkeypatch):
    job = str(tmp_path / "job-1")
    os.mkdir(job)
    end = {"state": "finished", "endedAt": time.time()}
    entry = {"name": "n", "comment": "c", "submittedAt": time.time(), "id": "7", "end": end}
    slurm_records.write(job, entry)
    spec = {"kind": "train", "run": "r"}
    status.write(job, dict(status.first(job, spec, status.SLURM), state="running"))
    said = {"7": word("RUNNING")}
    monkeypatch.setattr(slurm_ask, "jobs", lambda: said)
    monkeypatch.setattr(slurm, "queue", slurm.Queue())
    assert status.current(job)["state"] == "running"
    said.clear()
    monkeypatch.setattr(slurm, "queue", slurm.Queue())
    monkeypatch.setattr(slurm_ask, "ended", lambda **_which: {})
    assert status.current(job)["state"] == "finished"


def test_a_pipe_in_place_of_an_approved_file_ends_the_job_instead_of_its_supervisor(box):
    second = b"print(2)"
    steps = [["{python}", "main.py"], ["{python}", "second.py"]]
    made = request("import os\nos.unlink('second.py')\nos.mkfifo('second.py')", steps=steps)
    made["spec"]["content"]["files"]["second.py"] = hashlib.sha256(second).hexdigest()
    made["spec"]["approvedHash"] = content_hash(made["spec"]["content"])
    made["files"]["second.py"] = base64.b64encode(second).decode()
    box.submit(made)
    last, _ = box.follow("job-1")
    assert last["failure"]["class"] == "not-approved" and "second.py" in last["failure"]["message"]


def test_a_hold_is_not_written_through_a_link_nor_read_from_one(tmp_path):
    outside = tmp_path / "outside"
    outside.write_text('{"run": "theirs"}')
    folder = tmp_path / "jobs" / "a-1"
    folder.mkdir(parents=True)
    os.symlink(str(outside), str(folder / holding.HOLD))
    assert holding.why_held(str(folder)) is None
    holding.hold(str(tmp_path), "a-1", "a")
    assert holding.why_held(str(folder)) and read(str(outside)) == '{"run": "theirs"}'
