"""What our folder on the box holds, what may go, and what is never touched."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time

import pytest
from supervised import is_running, read, request

from ml_intern_box import cleaning, housekeeping, sizes
from ml_intern_box.errors import BoxError

SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(600)\n"
OLD = time.time() - 30 * 86400
IS_ROOT = os.geteuid() == 0


def finished(box, job_id="old-1", environment=None):
    """A job that ended a month ago."""
    folder = box.job(job_id)
    os.makedirs(folder + "/artifacts")
    status = {"id": job_id, "kind": "train", "state": "finished", "startedAt": OLD, "heartbeatAt": OLD, "endedAt": OLD}
    status.update(run="test", exitCode=0, wallSeconds=1, gpuSeconds=0, gpus=[], failure=None)
    write(folder + "/status.json", json.dumps(status))
    write(folder + "/spec.json", json.dumps({"kind": "train", "content": {"environment": environment}}))
    write(folder + "/artifacts/weights", b"x" * 200000)
    return folder


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def age(path, when=OLD):
    for folder, folders, names in os.walk(path):
        for name in folders + names:
            os.utime(os.path.join(folder, name), (when, when), follow_symlinks=False)
    os.utime(path, (when, when), follow_symlinks=False)


def environment(box, name="0123456789abcdef", ready=True):
    folder = os.path.join(box.root, "envs", name)
    write(folder + "/bin/python", "x" * 5000)
    if ready:
        write(folder + "/ready.json", '{"name": "train"}')
    write(folder + ".lock", "")
    age(os.path.join(box.root, "envs"))
    return folder


def clean(box, *words):
    return box.ask("clean", *words)["clean"]


def names(report):
    return {(item["kind"], item["name"]) for item in report["items"]}


def test_usage_tells_what_lies_where_and_since_when(box):
    finished(box)
    environment(box)
    write(box.root + "/cache/hf/model", b"x" * 1000000)
    told = box.ask("usage")["usage"]
    assert told["parts"]["cache"] >= 1000000 and told["parts"]["jobs"] >= 200000 and told["parts"]["envs"] >= 5000
    assert told["bytes"] == sum(told["parts"].values()) and told["complete"] and told["foreign"] == 0
    assert [(each["id"], each["state"]) for each in told["jobs"]] == [("old-1", "finished")]
    assert told["environments"][0]["name"] == "train"
    assert told["oldest"] == pytest.approx(OLD)


def test_a_file_with_two_names_counts_once(tmp_path):
    write(str(tmp_path / "a" / "one"), b"x" * 1000000)
    os.link(str(tmp_path / "a" / "one"), str(tmp_path / "a" / "two"))
    measure = sizes.Measure()
    assert 1000000 <= measure.add(str(tmp_path / "a")) < 1900000


def test_counting_ends_when_time_is_up(tmp_path):
    write(str(tmp_path / "file"), b"x")
    measure = sizes.Measure(seconds=-1)
    assert (measure.add(str(tmp_path)), measure.complete) == (0, False)


def test_a_link_is_not_followed_when_counting(box, tmp_path):
    write(str(tmp_path / "elsewhere" / "huge"), b"x" * 3000000)
    os.makedirs(box.root + "/envs")
    os.symlink(str(tmp_path / "elsewhere"), box.root + "/cache")
    os.symlink(str(tmp_path / "elsewhere"), box.root + "/envs/link")
    assert box.ask("usage")["usage"]["bytes"] < 1000000


def test_cleaning_says_first_what_would_go(box):
    folder = finished(box)
    told = clean(box)
    assert names(told) == {("job", "old-1")} and not told["removed"] and told["bytes"] >= 200000
    assert os.path.isdir(folder)


def test_cleaning_removes_what_is_old_and_over_and_nothing_else(box):
    folder = finished(box)
    kept = environment(box, "aaaaaaaaaaaaaaaa")
    os.utime(kept + ".lock")
    gone = environment(box)
    os.utime(kept + ".lock")
    box.submit(request("print(1)", job_id="new-1"))
    box.follow("new-1")
    told = clean(box, "--remove")
    assert names(told) == {("job", "old-1"), ("environment", "0123456789abcdef")} and told["removed"]
    assert not os.path.exists(folder) and not os.path.exists(gone)
    assert os.path.isdir(kept) and os.path.isdir(box.job("new-1"))
    assert not [name for name in os.listdir(box.root) if name.startswith(cleaning.TRASH)]


def test_a_job_that_runs_is_never_removed(box):
    box.submit(request(SLEEPER))
    box.wait_for_line("job-1", "up")
    write(box.root + "/cache/hf/model", "x")
    told = clean(box, "--days", "0", "--caches", "--remove")
    assert told["items"] == [] and box.status("job-1")["state"] == "running"
    assert os.path.exists(box.root + "/cache/hf/model"), "a job that runs may read it"


def test_an_environment_that_a_running_job_uses_is_kept(box):
    folder = environment(box)
    jobs = [
        {
            "environment": "0123456789abcdef",
            "final": False,
            "lastUsed": OLD,
            "id": "x",
            "path": folder,
            "state": "running",
        }
    ]
    found = list(cleaning._candidates(os.path.realpath(box.root), jobs, time.time(), False))
    assert [item for item in found if item["kind"] == "environment"] == []


@pytest.mark.parametrize("mark", [".lock", "/ready.json"])
def test_an_environment_that_comes_into_use_while_its_size_is_measured_is_kept(box, monkeypatch, mark):
    folder = environment(box)
    measured = sizes.Measure.add
    monkeypatch.setattr(sizes.Measure, "add", lambda self, path: os.utime(folder + mark) or measured(self, path))
    told = cleaning.clean(box.root, 14, False, True)
    assert told["items"] == [] and told["kept"] == [
        {"name": "envs/0123456789abcdef", "why": "it has just come into use"}
    ]
    assert os.path.isdir(folder)


def test_an_environment_is_as_young_as_the_last_job_that_ran_in_it(box):
    folder = environment(box)
    os.unlink(folder + "/bin/python")
    os.symlink(sys.executable, folder + "/bin/python")
    age(box.root + "/envs")
    box.submit(request("print(1)", environment="0123456789abcdef"))
    assert box.follow("job-1")[0]["state"] == "finished"
    shutil.rmtree(box.job("job-1"))
    assert clean(box, "--remove")["items"] == []


def test_a_job_whose_processes_still_run_is_kept(box):
    folder = finished(box)
    stray = subprocess.Popen(
        ["sleep", "600"], env={"ML_INTERN_JOB_DIR": os.path.realpath(folder), "PATH": os.environ["PATH"]}
    )
    try:
        told = clean(box, "--remove")
        assert told["items"] == [] and told["kept"] == [
            {"name": "jobs/old-1", "why": "it runs, or its processes still do"}
        ]
        assert is_running(stray.pid) and os.path.isdir(folder)
    finally:
        stray.kill()
        stray.wait()


def test_an_environment_that_is_being_built_is_kept(box):
    folder = environment(box, ready=False)
    with open(folder + ".lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert clean(box, "--remove")["kept"] == [{"name": "envs/0123456789abcdef", "why": "it is in use"}]
        assert box.ask("usage")["usage"]["environments"][0]["building"]
    assert not box.ask("usage")["usage"]["environments"][0]["building"]
    assert names(clean(box, "--remove")) == {("temporary", "envs/0123456789abcdef")}
    assert not os.path.exists(folder)


def test_what_an_interrupted_act_left_goes(box):
    write(box.root + "/box/0123.77.tmp/half.py", "x")
    write(box.root + "/.trash-1-2/0/rest", "x")
    age(box.root + "/box")
    assert names(clean(box, "--remove")) == {("temporary", "box/0123.77.tmp"), ("temporary", ".trash-1-2")}
    assert not os.path.exists(box.root + "/.trash-1-2") and not os.path.exists(box.root + "/box/0123.77.tmp")


def test_two_clean_ups_may_meet(box, monkeypatch):
    """What one of them has listed, the other removes before it is opened."""
    finished(box)
    really = os.open

    def late(path, *more, **named):
        if path == "artifacts" and named.get("dir_fd") is not None:
            raise FileNotFoundError(2, "No such file or directory", path)
        return really(path, *more, **named)

    monkeypatch.setattr(os, "open", late)
    assert names(cleaning.clean(os.path.realpath(box.root), 7, False, True)) == {("job", "old-1")}


def test_caches_go_only_when_asked(box):
    write(box.root + "/cache/hf/model", "x")
    assert clean(box, "--remove")["items"] == []
    assert names(clean(box, "--remove", "--caches")) == {("cache", "cache/hf")}
    assert not os.path.exists(box.root + "/cache/hf")


def test_files_that_were_sent_go_when_no_job_asked_for_them(box):
    write(box.root + "/files/ab/abcd", "old")
    age(box.root + "/files")
    write(box.root + "/files/cd/cdef", "just sent")
    told = clean(box, "--remove", "--caches")
    assert names(told) == {("file", "files sent: 1")}
    assert not os.path.exists(box.root + "/files/ab/abcd") and os.path.exists(box.root + "/files/cd/cdef")


def test_a_link_to_outside_is_neither_followed_nor_removed(box, tmp_path):
    precious = tmp_path / "precious"
    write(str(precious / "thesis"), "x")
    age(str(precious))
    folder = finished(box)
    os.symlink(str(precious), folder + "/work")
    os.symlink(str(precious), box.root + "/files")
    for place in ("/cache", "/envs", "/box"):
        os.makedirs(box.root + place, exist_ok=True)
        os.symlink(str(precious), box.root + place + "/link")
        age(box.root + place)
    os.symlink(str(precious), box.root + "/jobs/link")
    told = clean(box, "--days", "0", "--caches", "--remove")
    assert names(told) == {("job", "old-1")}
    assert read(str(precious / "thesis")) == "x" and os.path.islink(box.root + "/cache/link")


@pytest.mark.skipif(not IS_ROOT, reason="only root can give a file to another user")
def test_what_is_another_users_is_not_touched(box):
    folder, mixed = finished(box), finished(box, "old-2")
    os.chown(folder, 12345, 12345)
    os.chown(mixed + "/artifacts/weights", 12345, 12345)
    write(box.root + "/cache/theirs/model", "x")
    os.chown(box.root + "/cache/theirs", 12345, 12345)
    told = clean(box, "--days", "0", "--caches", "--remove")
    assert told["items"] == []
    assert told["kept"] == [{"name": "jobs/old-2", "why": "it holds files of another user"}]
    assert os.path.isdir(folder) and os.path.isdir(mixed) and os.path.isdir(box.root + "/cache/theirs")
    assert box.ask("usage")["usage"]["foreign"] == 2


def test_old_code_is_offered_and_old_wheels_where_caches_are(box):
    box.ask("list")
    for path in ("/code/lab/train.py", "/code/.lock", "/wheelhouse/a-1-py3-none-any.whl"):
        write(box.root + path, "x")
    assert names(clean(box)) == set()
    age(box.root + "/code")
    age(box.root + "/wheelhouse")
    assert names(clean(box)) == {("file", "code/lab")}
    assert names(clean(box, "--caches", "--remove")) == {("file", "code/lab"), ("cache", "wheelhouse")}
    assert os.listdir(box.root + "/code") == [".lock"] and not os.path.exists(box.root + "/wheelhouse")


def test_a_quota_that_cannot_be_measured_is_not_called_kept(box, monkeypatch):
    monkeypatch.setattr(housekeeping, "QUOTA_SECONDS", -1)
    with pytest.raises(BoxError, match="could not be told"):
        housekeeping.refuse_over_quota(box.root, {}, 500000)


def test_new_jobs_are_refused_over_the_quota_and_known_ones_are_answered(box):
    known = request("print(1)", job_id="known")
    box.submit(known)
    box.follow("known")
    write(box.root + "/cache/hf/model", b"x" * 1000000)
    submit = lambda body: box.ask("submit", "--quota", "500000", stdin=json.dumps(body).encode())  # noqa: E731
    refused = submit(request("print(1)", job_id="new"))["error"]
    assert refused["reason"] == "box-disk-full" and "box clean" in refused["next"]
    assert not os.path.exists(box.job("new"))
    assert submit(known)["status"]["state"] == "finished"


def test_an_interrupted_removal_is_finished_by_the_next(box):
    folder = finished(box)
    program = (
        "import sys, shutil; from ml_intern_box import cleaning; cleaning.shutil.rmtree = lambda *a, **k: sys.exit(9);"
        "cleaning.clean(sys.argv[1], 1, False, True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, os.path.realpath(box.root)],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
    )
    assert done.returncode == 9 and not os.path.exists(folder)
    assert box.ask("list")["statuses"] == [], "what is half gone is no job any more"
    assert [item["kind"] for item in clean(box, "--remove")["items"]] == ["temporary"]
    assert not [name for name in os.listdir(box.root) if name.startswith(cleaning.TRASH)]


def test_garbage_among_the_jobs_hinders_nobody(tmp_path):
    write(str(tmp_path / "jobs" / "odd-1" / "status.json"), "[1, 2]")
    write(str(tmp_path / "jobs" / "odd-2" / "status.json"), '{"state": 7}')
    write(str(tmp_path / "jobs" / "file"), "x")
    assert isinstance(housekeeping.usage(str(tmp_path))["jobs"], list)
    assert cleaning.clean(str(tmp_path), 1, True, True)["items"] == []
