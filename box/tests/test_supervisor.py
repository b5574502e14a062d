"""What a job may count on, and what may count on a job."""

import json
import os
import signal
import stat
import subprocess

import pytest
from supervised import collect, is_final, is_running, read, request

SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(600)\n"
FAMILY = """
import subprocess, sys, time
grandparent = 'import subprocess, time; print(subprocess.Popen(["sleep", "600"]).pid, flush=True); time.sleep(600)'
child = subprocess.Popen([sys.executable, '-c', grandparent])
stray = subprocess.Popen(['setsid', 'sleep', '600'])
print(child.pid, stray.pid, 'up', flush=True)
time.sleep(600)
"""


def family(box, job_id):
    box.wait_for(lambda: len(read(box.job(job_id) + "/stdout.log").split()) == 4)
    return [int(word) for word in read(box.job(job_id) + "/stdout.log").split() if word.isdigit()]


def test_a_job_runs_its_steps_in_order_and_finishes(box):
    steps = [["{python}", "-c", "print('first')"], ["{python}", "main.py"]]
    box.submit(request("import os; print('second', os.getcwd())", steps=steps))
    last, files = box.follow("job-1")
    assert (last["state"], last["exitCode"], last["failure"]) == ("finished", 0, None)
    assert files["stdout.log"].decode() == "first\nsecond %s\n" % os.path.realpath(box.job("job-1") + "/work")
    assert last["startedAt"] <= last["endedAt"] and last["wallSeconds"] > 0 and last["gpuSeconds"] == 0


def test_a_failing_step_ends_the_job(box):
    steps = [["{python}", "main.py"], ["{python}", "-c", "print('never')"]]
    box.submit(request("print('one'); raise ValueError('bad shape')", steps=steps))
    last, files = box.follow("job-1")
    assert last["failure"] == {"class": "exit", "message": "The job failed (exit code 1): ValueError: bad shape"}
    assert files["stdout.log"] == b"one\n"


def test_refuses_content_that_was_not_approved(box):
    changed = request("print('hello')")
    changed["spec"]["content"]["capSeconds"] = 9999
    box.submit(changed)
    last, files = box.follow("job-1")
    assert (last["state"], last["failure"]["class"]) == ("failed", "not-approved")
    assert files == {}


@pytest.mark.parametrize("name", ["main.py", "extra.py"])
def test_refuses_files_that_were_not_approved(box, name):
    tampered = request("print('hello')")
    tampered["files"][name] = request("print('evil')")["files"]["main.py"]
    box.submit(tampered)
    last, files = box.follow("job-1")
    assert last["failure"]["class"] == "not-approved"
    assert files == {}


def test_refuses_a_script_that_an_earlier_step_rewrote(box):
    steps = [["{python}", "-c", "open('main.py', 'a').write('#')"], ["{python}", "main.py"]]
    box.submit(request("print('hello')", steps=steps))
    last, files = box.follow("job-1")
    assert last["failure"] == {"class": "not-approved", "message": "The file main.py is not the one that was approved."}
    assert "stdout.log" not in files


def test_refuses_to_start_without_its_environment(box):
    box.submit(request("print('hello')", environment="0123456789abcdef"))
    assert box.follow("job-1")[0]["failure"]["class"] == "environment"


def test_an_environment_job_builds_what_later_jobs_run_in(box, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    program = "import json; json.dump({'name': 'bare', 'requirements': []}, open('environment.json', 'w'))"
    steps = [["{python}", "main.py"], ["{python}", "-m", "ml_intern_box.environment", "environment.json"]]
    box.submit(request(program, job_id="env-1", kind="environment", steps=steps))
    assert box.follow("env-1")[0]["state"] == "finished", read(box.job("env-1") + "/stderr.log")
    built = json.loads(read(box.job("env-1") + "/artifacts/result.json"))
    box.submit(request("import sys; print(sys.prefix, sys.dont_write_bytecode)", environment=built["hash"]))
    last, files = box.follow("job-1")
    # What Python compiled there is kept for the next job, also on a box that says otherwise.
    assert (last["state"], files["stdout.log"].decode().strip()) == ("finished", built["path"] + " False")


def test_concurrent_submissions_start_a_job_once(box):
    body = json.dumps(request("open('../artifacts/starts', 'a').write('x')")).encode()
    submissions = [box.popen("submit", stdin=subprocess.PIPE) for _ in range(6)]
    for process in submissions:
        process.stdin.write(body)
        process.stdin.close()
    answers = [json.loads(process.stdout.read()) for process in submissions]
    assert [process.wait() for process in submissions] == [0] * 6
    assert {answer["status"]["id"] for answer in answers} == {"job-1"}
    box.follow("job-1")
    assert box.submit(json.loads(body))["status"]["state"] == "finished"
    assert read(box.job("job-1") + "/artifacts/starts") == "x"


def test_another_job_cannot_take_a_taken_id(box):
    box.submit(request("print(1)"))
    assert box.submit(request("print(2)"))["error"]["reason"] == "bad-input"


def test_a_submission_that_was_cut_off_can_be_repeated(box):
    os.makedirs(box.job("job-1") + "/work/half")
    old = os.stat(box.job("job-1")).st_mtime - 60
    os.utime(box.job("job-1"), (old, old))
    assert box.status("job-1")["failure"]["class"] == "lost"
    box.submit(request("import os; print(os.listdir())"))
    last, files = box.follow("job-1")
    assert (last["state"], files["stdout.log"]) == ("finished", b"['main.py']\n")


def test_the_cap_ends_a_job_after_a_grace_to_save(box):
    program = """
import signal, sys, time
def save(*_):
    open('../artifacts/checkpoint', 'w').write('saved')
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
time.sleep(600)
"""
    box.submit(request(program, cap=1))
    last, _ = box.follow("job-1")
    assert (last["state"], last["failure"]["class"]) == ("failed", "timeout")
    assert read(box.job("job-1") + "/artifacts/checkpoint") == "saved"


def test_a_training_has_the_time_to_save_a_large_checkpoint(box):
    program = """
import os, signal, sys, time
def save(*_):
    print(os.environ['TORCH_ELASTIC_SHUTDOWN_TIMEOUT'], flush=True)
    time.sleep(12)
    open('../artifacts/checkpoint', 'w').write('saved')
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print('up', flush=True)
time.sleep(600)
"""
    box.submit(request(program))
    box.wait_for_line("job-1", "up")
    box.ask("stop", "job-1")
    last, files = box.follow("job-1")
    assert last["state"] == "stopped"
    assert read(box.job("job-1") + "/artifacts/checkpoint") == "saved"
    assert int(files["stdout.log"].split()[-1]) >= 120, "torchrun would kill its processes earlier"


def test_stop_ends_grandchildren_and_those_that_left_the_group(box):
    box.submit(request(FAMILY))
    pids = family(box, "job-1")
    assert box.ask("stop", "job-1")["status"]["state"] in ("finishing", "stopped")
    box.wait_for(lambda: is_final(box.status("job-1")))
    assert box.status("job-1")["state"] == "stopped"
    assert [pid for pid in pids if is_running(pid)] == []


def test_a_job_that_ends_leaves_no_process_behind(box):
    box.submit(request("import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"))
    last, files = box.follow("job-1")
    assert last["state"] == "finished"
    assert not is_running(int(files["stdout.log"]))


def test_a_job_outlives_whoever_submitted_it(box):
    process = box.popen("submit", stdin=subprocess.PIPE, start_new_session=True)
    process.communicate(json.dumps(request("import time; time.sleep(1); print('alive')")).encode())
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    last, files = box.follow("job-1")
    assert (last["state"], files["stdout.log"]) == ("finished", b"alive\n")


def test_following_goes_on_at_a_byte(box):
    program = "import time\nfor i in range(40):\n    print('line', i, '\\u00e9', flush=True)\n    time.sleep(0.05)\n"
    box.submit(request(program))
    box.wait_for_line("job-1", "line 5")
    first = box.popen("follow", "job-1")
    heard = b""
    while b"line 5" not in heard:
        heard += os.read(first.stdout.fileno(), 1 << 16)
    first.kill()
    _, head = collect(heard)
    got = head["stdout.log"]
    last, rest = box.follow("job-1", {"stdout.log": len(got)})
    assert last["state"] == "finished"
    assert (got + rest.get("stdout.log", b"")).decode() == "".join("line %d é\n" % i for i in range(40))


def test_following_ends_when_nobody_reads(box):
    box.submit(request(SLEEPER))
    box.wait_for_line("job-1", "up")
    follower = box.popen("follow", "job-1")
    follower.stdout.readline()
    follower.stdout.close()
    assert follower.wait(timeout=10) == 0


@pytest.mark.parametrize("path", ["../status.json", "/etc/passwd", "work/../../../x", "", "work//main.py", "work/link"])
def test_hostile_paths_are_refused(box, path):
    box.submit(request("import os; os.symlink('/etc/passwd', 'link')"))
    box.follow("job-1")
    code, out = box.run("read", "job-1", path)
    assert (code, json.loads(out)["error"]["reason"]) == (1, "bad-input")


@pytest.mark.parametrize("path", ["../../escaped", "/tmp/escaped", "a/../../../escaped"])
def test_hostile_file_names_are_refused(box, path):
    hostile = request("print(1)")
    hostile["files"][path] = hostile["files"]["main.py"]
    assert box.submit(hostile)["error"]["reason"] == "bad-input"
    assert not os.path.exists(os.path.join(box.root, "escaped"))


@pytest.mark.parametrize("job_id", ["../x", "", ".", "a/b", "-rf", "x" * 200])
def test_hostile_ids_are_refused(box, job_id):
    assert box.submit(request("print(1)", job_id=job_id))["error"]["reason"] == "bad-input"


def test_secrets_are_neither_on_disk_nor_in_the_process_list(box):
    secret = "hf_neverwrittenanywhere"
    program = """
import os, time
print(len(os.environ['TOKEN']), flush=True)
time.sleep(1)
raise ValueError(os.environ['TOKEN'])
"""
    box.submit(request(program, secrets={"TOKEN": secret}))
    box.wait_for_line("job-1", str(len(secret)))
    listing = subprocess.run(["ps", "-ewwo", "args"], stdout=subprocess.PIPE, check=True).stdout.decode()
    assert secret not in listing
    last, _ = box.follow("job-1")
    assert "***" in last["failure"]["message"]
    for folder, _, names in os.walk(box.root):
        for name in names:
            if name != "stderr.log":  # what a program prints itself is its own affair
                assert secret not in read(os.path.join(folder, name)), name


def test_the_jobs_folder_is_private(box):
    box.ask("list")
    assert stat.S_IMODE(os.stat(os.path.join(box.root, "jobs")).st_mode) == 0o700


def test_an_incomplete_request_is_refused(box):
    broken = request("print(1)")
    del broken["spec"]["content"]["steps"]
    assert box.submit(broken)["error"]["reason"] == "bad-input"
    assert box.ask("submit", stdin=b"not json")["error"]["reason"] == "bad-input"


def test_each_step_sees_the_secrets_that_the_content_names_for_it(box, monkeypatch):
    """The box's own are secrets too: a step that is given none has none."""
    monkeypatch.setenv("WANDB_API_KEY", "of-the-box")
    monkeypatch.setenv("GIT_TOKEN", "of-the-box")
    shown = "import json, os; print(json.dumps({n: v for n, v in os.environ.items() if 'TOKEN' in n or 'KEY' in n}))"
    asked = request(
        shown,
        steps=[["{python}", "-c", shown], ["{python}", "main.py"]],
        step_secrets=[["HF_TOKEN", "GIT_TOKEN"], []],
        secrets={"HF_TOKEN": "of-the-job", "OTHER": "never"},
    )
    box.submit(asked)
    last, files = box.follow("job-1")
    assert last["state"] == "finished"
    first, second = [json.loads(line) for line in files["stdout.log"].decode().splitlines()]
    assert first == {"HF_TOKEN": "of-the-job", "GIT_TOKEN": "of-the-box", "TOKENIZERS_PARALLELISM": "false"}
    assert second == {"TOKENIZERS_PARALLELISM": "false"}


@pytest.mark.parametrize("named", [[], [[], []], [["HF_TOKEN", 1]], "HF_TOKEN"])
def test_secrets_that_are_not_named_step_by_step_are_refused(box, named):
    answer = box.ask("submit", stdin=json.dumps(request("print(1)", step_secrets=named)).encode())
    assert answer["error"]["reason"] == "bad-input"
