"""Whatever process of a supervisor is killed, the job goes on or is told as what it is, and no byte is lost."""

import json
import os
import random
import signal
import threading
import time

import pytest
from stand_in_smi import install
from supervised import is_final, is_running, read, request

from ml_intern_box.errors import BoxError
from ml_intern_box.hashing import content_hash

LINES = """
import sys, time
for i in range(60):
    print('line', i, flush=True)
    time.sleep(0.05)
"""
ALL_LINES = "".join("line %d\n" % i for i in range(60)).encode()
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


@pytest.mark.parametrize("role", ["worker", "guardian"])
def test_a_job_goes_on_when_part_of_its_supervisor_is_killed(box, role):
    box.submit(request(LINES))
    box.wait_for_line("job-1", "line 3")
    box.kill("job-1", role)
    last, files = box.follow("job-1")
    assert (last["state"], last["failure"], last["exitCode"]) == ("finished", None, 0)
    assert files["stdout.log"] == ALL_LINES


def test_each_of_them_brings_the_other_back_again_and_again(box):
    box.submit(request(LINES))
    box.wait_for_line("job-1", "line 3")
    for role in ("guardian", "worker", "guardian", "guardian", "worker", "worker"):
        before = box.pid_of("job-1", role)
        box.kill("job-1", role)
        box.wait_for(lambda: box.pid_of("job-1", role) != before)  # noqa: B023
    last, files = box.follow("job-1")
    assert (last["state"], files["stdout.log"]) == ("finished", ALL_LINES)
    assert last["wallSeconds"] >= 3


@pytest.mark.parametrize("seed", range(4))
def test_a_step_is_started_once_at_whatever_moment_its_worker_is_killed(box, seed):
    luck = random.Random(seed)
    step = ["{python}", "-c", "open('../artifacts/starts', 'a').write('x')"]
    box.submit(request("print('last')", steps=[step, step, step, ["{python}", "main.py"]]))
    killed = 0
    while killed < 8 and not is_final(box.written("job-1")):
        time.sleep(luck.random() / 20)
        worker = box.written("job-1")["pid"]
        if is_running(worker) and not is_final(box.written("job-1")):
            os.kill(worker, signal.SIGKILL)
            killed += 1
            box.wait_for(lambda: box.written("job-1")["pid"] != worker or is_final(box.written("job-1")))  # noqa: B023
    last, files = box.follow("job-1")
    assert (last["state"], files["stdout.log"]) == ("finished", b"last\n")
    assert read(box.job("job-1") + "/artifacts/starts") == "xxx"


def test_a_killed_runner_ends_its_step(box):
    box.submit(request(FAMILY))
    pids = family(box, "job-1")
    box.kill("job-1", "runner")
    last, _ = box.follow("job-1")
    assert (last["state"], last["failure"]["class"]) == ("failed", "killed")
    assert [pid for pid in pids if is_running(pid)] == []


def test_a_killed_worker_does_not_make_the_cap_begin_anew(box):
    box.submit(request(SLEEPER, cap=3))
    box.wait_for_line("job-1", "up")
    for _ in range(3):
        time.sleep(0.7)
        box.kill("job-1", "worker")
    last, _ = box.follow("job-1")
    assert last["failure"]["class"] == "timeout"
    assert 3 <= last["wallSeconds"] < 20


def test_a_killed_worker_does_not_make_the_grace_begin_anew(box):
    program = """
import signal, time
signal.signal(signal.SIGTERM, lambda *_: print('asked', flush=True))
print('up', flush=True)
while True:
    time.sleep(1)
"""
    box.submit(request(program, kind="evaluate"))
    box.wait_for_line("job-1", "up")
    assert box.ask("stop", "job-1")["status"]["state"] == "finishing"
    box.kill("job-1", "worker")
    last, files = box.follow("job-1")
    assert last["state"] == "stopped"
    assert files["stdout.log"] == b"up\nasked\n"


def test_a_job_is_lost_when_all_of_its_supervisor_was_killed_and_its_processes_can_be_ended(box):
    box.submit(request(FAMILY))
    pids = family(box, "job-1")
    runner = box.pid_of("job-1", "runner")
    box.kill("job-1", "guardian", "worker")
    assert box.status("job-1")["state"] == "running", "not before the beat is stale"
    box.age("job-1")
    lost = box.status("job-1")
    assert (lost["state"], lost["failure"]["class"]) == ("failed", "lost")
    assert "4 of its processes still run" in lost["failure"]["message"]
    assert box.follow("job-1")[0]["state"] == "failed"
    assert box.ask("stop", "job-1")["status"]["state"] == "failed"
    assert [pid for pid in pids if is_running(pid)] == []
    assert "still run" not in box.status("job-1")["failure"]["message"]
    box.wait_for(lambda: not is_running(runner))


def test_a_stop_right_after_the_supervisor_was_killed_ends_the_processes(box):
    box.submit(request(FAMILY))
    pids = family(box, "job-1")
    box.kill("job-1", "guardian", "worker")
    box.ask("stop", "job-1")
    assert [pid for pid in pids if is_running(pid)] == []


def test_a_recycled_process_id_is_not_mistaken_for_the_supervisor(box):
    box.submit(request(SLEEPER))
    box.wait_for_line("job-1", "up")
    box.kill("job-1", "guardian", "worker")
    box.age("job-1")
    box.change("job-1", pid=os.getpid(), guardian={"pid": os.getpid(), "startTime": "1"})
    assert box.status("job-1")["failure"]["class"] == "lost"


def test_a_restarted_machine_is_told_from_a_killed_supervisor(box):
    box.submit(request(SLEEPER))
    box.wait_for_line("job-1", "up")
    box.kill("job-1", "guardian", "worker")
    box.change("job-1", bootId="another")
    status = box.status("job-1")
    assert (status["state"], status["failure"]["class"]) == ("rebooted", "lost")
    assert "restarted" in status["failure"]["message"]


def test_a_paused_supervisor_is_stalled_and_not_lost(box):
    box.submit(request(SLEEPER))
    box.wait_for_line("job-1", "up")
    pids = [box.pid_of("job-1", role) for role in ("guardian", "worker")]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    box.age("job-1")
    status = box.status("job-1")
    assert (status["state"], status["failure"]) == ("stalled", None)
    assert "suspended" in status["note"]
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    box.wait_for(lambda: box.status("job-1")["state"] == "running")


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_makes_no_job_lost(box, hours):
    box.submit(request(SLEEPER))
    box.wait_for_line("job-1", "up")
    box.kill("job-1", "guardian", "worker")
    box.change("job-1", heartbeatAt=time.time() + hours * 3600)
    assert box.status("job-1")["state"] == "running"
    box.age("job-1")
    assert box.status("job-1")["failure"]["class"] == "lost"


def test_a_beat_of_another_machine_counts_although_its_processes_cannot_be_seen(box):
    box.submit(request(SLEEPER))
    box.wait_for_line("job-1", "up")
    box.kill("job-1", "guardian", "worker")
    box.change("job-1", host="another", bootId="another", beat=1)
    assert box.status("job-1")["state"] == "running"
    path = box.job("job-1") + "/status.json"
    old = os.stat(path).st_mtime - 120
    os.utime(path, (old, old))
    status = box.status("job-1")
    assert status["failure"]["class"] == "lost"
    assert "another" in status["failure"]["message"]


def test_a_job_that_was_taken_in_is_run_in_the_foreground_once(box, tmp_path):
    from ml_intern_box import submit

    wanted = request("import os; print(len(os.environ['TOKEN']))")
    submit.take_in(box.root, wanted)
    approved = ["--approved", wanted["spec"]["approvedHash"]]
    assert box.status("job-1")["state"] == "queued"
    env = dict(os.environ, ML_INTERN_JOB_SECRETS=json.dumps({"TOKEN": "hf_abc"}))
    runs = [box.popen("run", "job-1", *approved, env=env) for _ in range(3)]
    answers = [json.loads(process.communicate()[0]) for process in runs]
    assert sorted(process.returncode for process in runs) == [0, 1, 1]
    assert sorted("error" in answer for answer in answers) == [False, True, True]
    last, files = box.follow("job-1")
    assert (last["state"], files["stdout.log"]) == ("finished", b"6\n")


def test_a_folder_that_was_made_another_jobs_before_it_is_run_is_refused(box):
    from ml_intern_box import submit

    wanted = request("print('approved')")
    job = submit.take_in(box.root, wanted)
    other = request("print('pwned')")
    with open(job + "/spec.json", "w") as file:
        json.dump(other["spec"], file)
    with open(job + "/work/main.py", "w") as file:
        file.write("print('pwned')")
    box.popen("run", "job-1", "--approved", wanted["spec"]["approvedHash"]).communicate(timeout=30)
    last, files = box.follow("job-1")
    assert (last["state"], last["failure"]["class"]) == ("failed", "not-approved")
    assert "not what was approved" in last["failure"]["message"]
    assert files.get("stdout.log", b"") == b""


def test_a_folder_that_is_changed_between_submission_and_start_runs_what_was_sent_or_nothing(box, monkeypatch):
    from ml_intern_box import submit

    class Changing(submit.Local):
        def start(self, root, job, spec, secrets, lock):
            with open(job + "/spec.json", "w") as file:
                json.dump(request("print('pwned')")["spec"], file)
            with open(job + "/work/main.py", "w") as file:
                file.write("print('pwned')")
            super().start(root, job, spec, secrets, lock)

    with pytest.raises(BoxError):
        submit.submit(str(box.root), request("print('approved')"), Changing())
    last, files = box.follow("job-1")
    assert (last["state"], last["failure"]["class"]) == ("failed", "not-approved")
    assert files.get("stdout.log", b"") == b""


def test_a_foreground_supervisor_that_is_told_to_end_lets_its_job_save(box):
    from ml_intern_box import submit

    program = """
import signal, sys, time
def save(*_):
    print('saved', flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print('up', flush=True)
time.sleep(600)
"""
    wanted = request(program)
    submit.take_in(box.root, wanted)
    process = box.popen("run", "job-1", "--approved", wanted["spec"]["approvedHash"])
    box.wait_for_line("job-1", "up")
    process.terminate()
    process.communicate(timeout=30)
    status = box.status("job-1")
    assert (status["state"], status["failure"]["class"]) == ("failed", "killed")
    assert read(box.job("job-1") + "/stdout.log") == "up\nsaved\n"


def test_logs_of_any_content_arrive_whole(box):
    program = """
import os, sys
block = bytes(range(256)) * 4096
for _ in range(80):
    os.write(1, block)
os.write(2, b'\\xc3')
os.write(2, b'\\xa9 no end of line')
"""
    box.submit(request(program))
    last, files = box.follow("job-1")
    assert last["state"] == "finished"
    assert files["stdout.log"] == bytes(range(256)) * 4096 * 80
    assert files["stderr.log"] == b"\xc3\xa9 no end of line"


def test_a_child_that_lingers_with_the_pipe_open_holds_up_nothing(box):
    program = """
import subprocess, sys
subprocess.Popen(['setsid', 'sh', '-c', 'echo child; exec sleep 600'])
subprocess.Popen([sys.executable, '-c', "import time; print('sibling', flush=True); time.sleep(600)"])
import time; time.sleep(1)
print('parent')
"""
    box.submit(request(program))
    last, files = box.follow("job-1")
    assert last["state"] == "finished"
    assert sorted(files["stdout.log"].split()) == [b"child", b"parent", b"sibling"]


def test_a_reader_that_hangs_does_not_hold_up_the_job(box):
    box.submit(request("for i in range(200000): print('x' * 100)"))
    follower = box.popen("follow", "job-1")
    box.wait_for(lambda: is_final(box.status("job-1")))
    assert box.status("job-1")["state"] == "finished"
    drained = threading.Thread(target=follower.communicate)
    drained.start()
    drained.join(60)
    assert follower.returncode == 0


def test_a_job_that_writes_nan_is_ended_by_its_rules(box):
    program = """
import json, time
with open('../metrics.jsonl', 'a') as file:
    file.write(json.dumps({'time': 1, 'step': 7, 'loss': float('nan')}) + '\\n')
time.sleep(600)
"""
    wanted = request(program)
    wanted["spec"]["content"]["rules"] = {"nan": 1}
    wanted["spec"]["approvedHash"] = content_hash(wanted["spec"]["content"])
    box.submit(wanted)
    last, files = box.follow("job-1")
    assert (last["state"], last["failure"]["class"]) == ("failed", "nan")
    assert b'"cpuPercent"' in files["telemetry.jsonl"]


@pytest.mark.parametrize("field", [{"gpus": -1}, {"gpuCapSeconds": 1.5}, {"rules": {"nan": "1"}}, {"rules": {"odd": 1}}])
def test_what_is_no_whole_number_is_refused(box, field):
    wanted = request("print(1)")
    wanted["spec"]["content"].update(field)
    assert box.submit(wanted)["error"]["reason"] == "bad-input"


def test_a_job_waits_for_its_gpu_and_sees_no_other(box, tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, 1)
    monkeypatch.setenv("ML_INTERN_GPU_LOCKS", str(tmp_path / "gpus"))
    for number, program in enumerate((SLEEPER, "import os; print(os.environ['CUDA_VISIBLE_DEVICES'])")):
        wanted = request(program, job_id="job-%d" % number)
        wanted["spec"]["content"]["gpus"] = 1
        wanted["spec"]["approvedHash"] = content_hash(wanted["spec"]["content"])
        box.submit(wanted)
        if number == 0:
            box.wait_for_line("job-0", "up")
    box.wait_for(lambda: box.status("job-1")["state"] == "queued" and box.status("job-1")["note"])
    assert "GPU 0 is used by the job job-0" in box.status("job-1")["note"]
    for role in ("worker", "guardian"):
        killed = box.pid_of("job-1", role)
        box.kill("job-1", role)
        # One at a time: each must have been replaced before the other may go.
        box.wait_for(lambda: box.pid_of("job-1", role) != killed)
    box.ask("stop", "job-0")
    last, files = box.follow("job-1")
    assert (last["state"], last["gpus"], files["stdout.log"]) == ("finished", [0], b"0\n")
    assert last["gpuSeconds"] > 0
