"""Whose turn it is on the GPUs: real processes that hold and wait; the GPUs are those of a stand-in for nvidia-smi."""

import getpass
import json
import os
import signal
import stat
import subprocess
import sys
import time

import pytest
from ml_intern_box import gpu_queue, tickets
from ml_intern_box.errors import BoxError
from ml_intern_box.gpu_queue import Turn
from stand_in_smi import install

PACKAGE_PARENT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOLDER = """
import subprocess, sys, time
from ml_intern_box import gpu_queue
gpu_queue.POLL_SECONDS, gpu_queue.SMI_SECONDS = 0.05, 60
root, job, owner, wanted = sys.argv[1:5]
turn = gpu_queue.Turn(root, job, owner, int(wanted))
turn.enter()
print("waits", flush=True)
while turn.try_take() is None:
    time.sleep(0.02)
print("has", *turn.try_take(), flush=True)
if "child" in sys.argv:
    child = subprocess.Popen(["sleep", "600"], pass_fds=turn.fds(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
input()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu_queue, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(gpu_queue, "SMI_PAUSE", 0.0)
    monkeypatch.setattr(gpu_queue, "SMI_SECONDS", 60)  # the stand-in is a Python program on a busy machine
    monkeypatch.setenv(tickets.VARIABLE, str(tmp_path / "locks"))
    return tmp_path / "locks"


@pytest.fixture
def smi(tmp_path, monkeypatch):
    return install(tmp_path, monkeypatch, 2)


@pytest.fixture
def start(tmp_path):
    """Starts a process that takes its turn as a job's supervisor does."""
    started = []

    def begin(job, owner="ann", wanted=1, root="/srv/ann", *more):
        command = [sys.executable, "-c", HOLDER, root, job, owner, str(wanted), *more]
        process = subprocess.Popen(command, cwd=PACKAGE_PARENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "waits\n"
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def has(process):
    return process.stdout.readline().split()


def turn(job, owner="ann", wanted=1, root="/srv/ann"):
    made = Turn(root, job, owner, wanted)
    made.enter()
    return made


def until_taken(made):
    while made.try_take() is None:
        continue
    return made.try_take()


def test_a_box_without_gpus_and_a_job_that_wants_none_wait_for_nothing(monkeypatch, tmp_path, folder):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert turn("a", wanted=4).try_take() == []
    assert turn("b", wanted=0).try_take() == []
    assert not folder.exists()


def test_every_job_gets_gpus_of_its_own(smi):
    first, second = turn("a"), turn("b")
    assert (first.try_take(), second.try_take()) == ([0], [1])
    assert first.try_take() == [0] and len(first.fds()) == 1
    third = turn("c")
    assert third.try_take() is None
    assert third.waiting_for == "It waits for a GPU: GPU 0 is used by the job a, GPU 1 is used by the job b."
    first.leave()
    assert until_taken(third) == [0] and third.waiting_for is None


def test_more_gpus_than_the_box_has_are_refused_at_once(smi):
    with pytest.raises(BoxError, match="wants 3 GPUs, but this box has 2") as refused:
        turn("a", wanted=3)
    assert refused.value.next_step == "Launch it with at most 2."


def test_only_what_the_environment_allows_counts(smi, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    with pytest.raises(BoxError, match="this box has 1"):
        turn("a", wanted=2)
    assert turn("b").try_take() == [1]


def test_within_an_owner_who_came_first_goes_first(smi, start):
    holder = turn("holder", wanted=2)
    holder.try_take()
    first, second = start("first"), start("second")
    third = turn("third")
    assert third.try_take() is None and "2 jobs are before it" in third.waiting_for
    holder.leave()
    assert sorted([has(first), has(second)]) == [["has", "0"], ["has", "1"]]
    assert third.try_take() is None


def test_who_holds_the_fewest_goes_first_and_two_roots_share_one_queue(smi, start):
    mine, other = turn("a"), turn("b")
    mine.try_take()
    other.try_take()
    ann = start("c", owner="ann")
    bob = start("d", "bob", 1, "/home/bob/ml-intern")
    other.leave()
    assert has(bob) == ["has", "1"]
    mine.leave()
    assert has(ann) == ["has", "0"]


def test_an_owner_who_waits_with_many_does_not_take_all_that_gets_free(smi, start):
    holder = turn("holder", owner="zoe", wanted=2)
    holder.try_take()
    first = turn("first", owner="ann")
    second = turn("second", owner="ann")
    bob = turn("third", owner="bob")
    assert [each.try_take() for each in (first, second, bob)] == [None] * 3
    holder.leave()
    assert second.try_take() is None
    assert (bob.try_take() is None, first.try_take() is None) == (False, False)


def test_many_runs_of_one_person_get_no_more_than_the_one_of_another(smi, monkeypatch):
    uid = os.geteuid() + 1
    theirs = [other_users(uid, "run-%d" % number, []) for number in range(5)]
    theirs.append(other_users(uid, "run-5", ["GPU-00000000-aaaa"]))
    living = tickets.living
    monkeypatch.setattr(tickets, "living", lambda folder: living(folder) + theirs)
    assert turn("mine").try_take() == [1]


def other_users(uid, run, held):
    facts = {"root": "/", "job": run, "wanted": 1, "usable": ["GPU-00000000-aaaa", "GPU-00000001-aaaa"], "gpus": held}
    return dict(facts, name="job-%d-%s" % (uid, run), owner=(uid, run), arrival=0.0, askedAt=time.time())


def test_small_jobs_do_not_starve_a_big_one(smi):
    one, two = turn("one"), turn("two")
    assert (one.try_take(), two.try_take()) == ([0], [1])
    big, small = turn("big", owner="bob", wanted=2), turn("small", owner="eve")
    assert big.try_take() is None
    one.leave()
    assert small.try_take() is None and "1 job is before it" in small.waiting_for
    two.leave()
    assert big.try_take() == [0, 1]


def test_a_holder_that_is_killed_frees_its_gpus_at_once(smi, start):
    holder = start("a", "ann", 2)
    assert has(holder) == ["has", "0", "1"]
    waiting = turn("b")
    assert waiting.try_take() is None
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert waiting.try_take() == [0]


def test_gpus_stay_the_jobs_while_a_process_of_it_lives(smi, start):
    holder = start("a", "ann", 2, "/srv/ann", "child")
    assert has(holder) == ["has", "0", "1"]
    child = int(holder.stdout.readline())
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    waiting = turn("b")
    try:
        assert waiting.try_take() is None
        # A new supervisor of the same job finds its GPUs, without the lock itself.
        again = turn("a", wanted=2)
        assert again.try_take() == [0, 1] and again.fds() == []
        again.leave()
        assert waiting.try_take() is None
    finally:
        os.kill(child, signal.SIGKILL)
    assert until_taken(waiting) == [0]


def test_between_two_steps_a_new_supervisor_takes_the_lock_itself(smi, start):
    holder = start("a", "ann", 2)
    has(holder)
    again = turn("a", wanted=2)
    assert again.try_take() == [0, 1] and again.fds() == []
    holder.kill()
    holder.wait()
    assert again.try_take() == [0, 1] and len(again.fds()) == 1


def test_a_place_in_the_queue_survives_the_supervisor(smi):
    holder = turn("holder", wanted=2)
    holder.try_take()
    first = turn("first")
    second = turn("second")
    assert second.try_take() is None
    os.close(first.ticket)
    first = turn("first")
    assert second.try_take() is None and "1 job is before it" in second.waiting_for
    holder.leave()
    assert until_taken(first) == [0]


def test_tickets_of_the_dead_vanish(smi, start, folder):
    waiting = start("dead", wanted=2)
    waiting.kill()
    waiting.wait()
    assert turn("a", wanted=2).try_take() == [0, 1]
    assert len([name for name in os.listdir(str(folder)) if name.startswith("job-")]) == 1


def test_a_supervisor_that_was_suspended_holds_up_nobody(smi, folder):
    first = turn("first", owner="bob", wanted=2)
    second = turn("second")
    assert second.try_take() is None
    [path] = [path for path in folder.iterdir() if path.name == first.name]
    os.utime(str(path), (1, 1))
    assert second.try_take() == [0]


def test_programs_of_others_keep_a_gpu_unless_it_is_nearly_empty(smi):
    smi.use(0, os.getpid(), 30000)
    smi.use(1, os.getpid(), 300)
    assert turn("a").try_take() == [1]
    waiting = turn("b")
    assert waiting.try_take() is None and "GPU 0 is used by %s" % getpass.getuser() in waiting.waiting_for
    smi.set(**{"compute-apps": []})
    assert waiting.try_take() is None and "GPU 0 is used by another program" in waiting.waiting_for


def test_a_gpu_that_computes_for_others_is_taken_however_small(smi):
    smi.use(0, os.getpid(), 300)
    smi.gpu(0, utilization__gpu=80)
    assert turn("a").try_take() == [1]


def test_a_driver_that_hangs_is_waited_for(smi, monkeypatch):
    monkeypatch.setattr(gpu_queue, "SMI_SECONDS", 0.2)
    waiting = turn("a")
    smi.set(hangs=600)
    assert waiting.try_take() is None and "nvidia-smi fails or does not answer" in waiting.waiting_for
    smi.set(hangs=0)
    monkeypatch.setattr(gpu_queue, "SMI_SECONDS", 60)
    assert waiting.try_take() == [0]


def test_a_job_that_goes_on_is_asked_nothing_of_the_driver_and_keeps_what_it_has(smi, start):
    first = turn("a", wanted=2)
    assert first.try_take() == [0, 1]
    held = first.uuids()
    inherited = os.dup(first.ticket)
    os.close(first.ticket)
    smi.set(fails=15)
    again = Turn("/srv/ann", "a", "ann", 2)
    again.resume(held)
    assert again.uuids() == held and again.fds() == []
    smi.set(fails=0)
    assert turn("b").try_take() is None
    # What held the ticket has ended: the next step's processes are to hold it.
    os.close(inherited)
    assert len(again.fds()) == 1 and turn("b").try_take() is None


def test_a_queue_that_someone_keeps_locked_stops_no_beat(smi, monkeypatch):
    monkeypatch.setattr(tickets, "MUTEX_SECONDS", 0.1)
    waiting = turn("a")
    with tickets.mutex(waiting.folder) as ours:
        assert ours and waiting.try_take() is None
        assert "keeps locked" in waiting.waiting_for
    assert waiting.try_take() == [0]


def test_the_folder_is_for_everybody_and_no_ticket_is(smi, folder):
    made = turn("a")
    made.try_take()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o1777
    assert stat.S_IMODE((folder / tickets.MUTEX).stat().st_mode) == 0o666
    assert stat.S_IMODE((folder / made.name).stat().st_mode) == 0o644


@pytest.mark.parametrize("trap", ["link", "file", "open to all"])
def test_a_folder_that_is_not_one_is_refused(smi, folder, tmp_path, trap):
    if trap == "link":
        (tmp_path / "elsewhere").mkdir()
        folder.symlink_to(tmp_path / "elsewhere")
    elif trap == "file":
        folder.write_text("")
    else:
        folder.mkdir()
        folder.chmod(0o777)
    with pytest.raises(BoxError, match="The GPU queue in .* cannot be used") as refused:
        turn("a")
    assert refused.value.next_step.endswith("sudo rm -r %s" % folder)


@pytest.mark.parametrize("trap", ["link", "pipe", "folder", "two names"])
def test_a_file_that_was_planted_is_not_opened_or_followed(smi, folder, tmp_path, trap):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder.mkdir()
    folder.chmod(0o1777)
    planted = folder / Turn("/srv/ann", "a", "ann", 1).name
    if trap == "link":
        planted.symlink_to(victim)
    elif trap == "pipe":
        os.mkfifo(str(planted))
    elif trap == "folder":
        planted.mkdir()
    else:
        os.link(str(victim), str(planted))
    with pytest.raises(BoxError):
        turn("a")
    assert victim.read_text() == "precious"
    assert turn("b").try_take() == [0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of other users")
def test_a_ticket_of_ours_that_another_user_made_is_refused(smi, folder):
    folder.mkdir()
    folder.chmod(0o1777)
    planted = folder / Turn("/srv/ann", "a", "ann", 1).name
    planted.write_text("{}")
    os.chown(str(planted), 12345, 12345)
    with pytest.raises(BoxError, match="belongs to another user"):
        turn("a")


def test_a_ticket_that_says_anything_is_passed_over(smi, folder):
    waiting = turn("a")
    nonsense = [b"", b"\xff", b"[]", b"[" * 200000, b'{"gpus": 7}', json.dumps({"gpus": [{}]}).encode()]
    held = []
    for number, text in enumerate(nonsense):
        path = folder / ("job-0-%d" % number)
        path.write_bytes(text)
        held.append(os.open(str(path), os.O_RDONLY))
        assert tickets._try_lock(held[-1])
    assert waiting.try_take() == [0]
    for number in held:
        os.close(number)
