"""What a cluster says, as recorded from real ones, and what follows from it."""

import json
import os
import subprocess
import time

import pytest

from ml_intern_box import folders, slurm, slurm_ask, slurm_card, slurm_merge, slurm_options, slurm_records, slurm_submit
from ml_intern_box.errors import BoxError

NOW = 1795501600.0
QUEUE = """\
1|RUNNING|None|gpu[01-02]|gpu|1795505154|ml-intern-a|ml-intern 0123
2|PENDING|ReqNodeNotAvail, UnavailableNodes:gpu01||gpu|N/A|ml-intern-b|with | a bar
3|CANCELLED|None|gpu01|gpu|1795501557|interactive|(null)
4_7|RUNNING|None|gpu01|gpu|1795501557|array|(null)
garbage
"""
ACCOUNTING = """\
1|CANCELLED by 1000|gpu01|gpu|1795501557|ml-intern-a
2|OUT_OF_MEMORY|gpu01|gpu|1795501557|ml-intern-b
2.batch|OUT_OF_MEMORY|gpu01||1795501557|batch
3|RUNNING|gpu01|gpu|Unknown|ml-intern-c
"""


def word(state, **more):
    known = dict(id="7", state=state, reason="None", nodes="gpu01", partition="gpu", end=NOW - 30, name="n", comment="", by=None)
    return slurm_ask.Job(**dict(known, **more))


def facts(**more):
    return slurm_merge.Facts("7", NOW, **more)


def beating(**more):
    return dict({"state": "running", "heartbeatAt": NOW - 1, "endedAt": None, "failure": None}, **more)


def silent(**more):
    return beating(heartbeatAt=NOW - 300, **more)


def killed(**more):
    return beating(state="failed", endedAt=NOW - 1, failure={"class": "killed", "message": "told to end"}, **more)


def judged(written, said, **more):
    changes = slurm_merge.merge(written, said, facts(**more))
    state = changes.get("state", (written or {}).get("state"))
    return state, (changes.get("failure") or {}).get("class")


def test_reads_the_queue(monkeypatch):
    monkeypatch.setattr(slurm_ask, "run", lambda words, timeout=0: QUEUE)
    jobs = slurm_ask.jobs()
    assert sorted(jobs) == ["1", "2", "3"]
    assert (jobs["1"].state, jobs["1"].end, jobs["1"].comment) == ("RUNNING", 1795505154, "ml-intern 0123")
    assert (jobs["2"].end, jobs["2"].comment) == (None, "with | a bar")


def test_reads_the_accounting(monkeypatch):
    monkeypatch.setattr(slurm_ask, "run", lambda words, timeout=0: ACCOUNTING)
    jobs = slurm_ask.ended(job_id="1")
    assert (jobs["1"].state, jobs["1"].by) == ("CANCELLED", "1000")
    assert (jobs["2"].state, jobs["3"].end) == ("OUT_OF_MEMORY", None)


def test_does_without_accounting(monkeypatch):
    def refuse(_words, _timeout=0):
        raise slurm_ask.Refused("Slurm accounting storage is disabled")

    monkeypatch.setattr(slurm_ask, "run", refuse)
    assert slurm_ask.ended(name="ml-intern-a", since="2026-11-24T06:00:00") == {}


@pytest.mark.parametrize(
    "written, said, expected",
    [
        (None, word("PENDING", reason="Resources"), ("queued", None)),
        (None, word("CONFIGURING"), ("starting", None)),
        (None, word("RUNNING"), ("starting", None)),
        (beating(), word("RUNNING"), ("running", None)),
        # Slurm's word may be older than the supervisor's.
        (beating(), word("PENDING"), ("running", None)),
        (beating(), None, ("running", None)),
        (beating(), "connection refused", ("running", None)),
        (silent(), "connection refused", ("running", None)),
        (silent(), word("RUNNING"), ("running", None)),
        (silent(), word("SUSPENDED"), ("stalled", None)),
        (silent(), None, ("failed", "lost")),
        (silent(), word("PENDING"), ("failed", "lost")),
        (silent(), word("COMPLETED"), ("failed", "lost")),
        (silent(), word("COMPLETED", end=NOW - 1), ("finishing", None)),
        (silent(), word("TIMEOUT"), ("failed", "timeout")),
        (silent(), word("DEADLINE"), ("failed", "timeout")),
        (silent(), word("OUT_OF_MEMORY"), ("failed", "oom-host")),
        (silent(), word("NODE_FAIL"), ("failed", "lost")),
        (silent(), word("CANCELLED"), ("failed", "killed")),
        (silent(), word("PREEMPTED"), ("failed", "killed")),
        (None, None, ("failed", "lost")),
        (None, "connection refused", ("queued", None)),
        (None, word("BOOT_FAIL"), ("failed", "lost")),
        (None, word("FAILED"), ("failed", "environment")),
        (killed(), word("COMPLETING"), ("finishing", None)),
        (killed(), word("NODE_FAIL"), ("failed", "lost")),
        (killed(), word("OUT_OF_MEMORY"), ("failed", "oom-host")),
        (killed(), word("FAILED"), ("failed", None)),
        (killed(), None, ("failed", None)),
        (beating(state="finished"), word("CANCELLED"), ("failed", "killed")),
        (beating(state="finished"), word("COMPLETED"), ("finished", None)),
        (beating(state="finished"), word("COMPLETING"), ("finished", None)),
    ],
)
def test_puts_two_witnesses_together(written, said, expected):
    assert judged(written, said) == expected


def test_what_was_asked_for_is_told_from_what_happened():
    assert judged(None, word("CANCELLED"), stop_asked=True) == ("stopped", None)
    assert judged(killed(), word("FAILED"), stop_asked=True) == ("stopped", None)
    assert judged(killed(), word("FAILED"), limit_came=True) == ("failed", "timeout")
    assert judged(None, word("NODE_FAIL"), nodes="gpu01: Node unexpectedly rebooted") == ("rebooted", "lost")
    assert judged(None, None, is_new=True) == (None, None)


def test_says_what_a_job_waits_for():
    note = slurm_merge.merge(None, word("PENDING", reason="Priority"), facts())["note"]
    assert note == "Slurm job 7 waits: jobs of higher priority are before it (Priority)."
    sentence = word("PENDING", reason="Nodes required for job are DOWN, DRAINED or reserved")
    note = slurm_merge.merge(None, sentence, facts(nodes="gpu01: new kernel"))["note"]
    assert note == "Slurm job 7 waits: Nodes required for job are DOWN, DRAINED or reserved; gpu01: new kernel."
    assert slurm_merge.asks_for_nodes(sentence) == "--partition=gpu"
    assert slurm_merge.asks_for_nodes(word("PENDING", reason="Priority")) is None


def test_gives_the_last_words_of_a_script_that_failed():
    end = slurm_merge.merge(None, word("FAILED"), facts(log="There is no python3 on the node gpu01."))
    assert end["failure"]["message"].endswith("began. It said: There is no python3 on the node gpu01.")


@pytest.mark.parametrize(
    "option",
    ["--wrap=id", "--output=x", "--uid=0", "--export=ALL", "--array=1-9", "-p gpu", "--mem", "--mem=1 --wrap=x", "--time=soon", "--partition=$(id)", 7],
)
def test_refuses_options_that_could_change_what_runs(option):
    with pytest.raises(BoxError) as refused:
        slurm_options.check([option])
    assert refused.value.reason == "bad-input"


def test_refuses_an_option_given_twice():
    with pytest.raises(BoxError):
        slurm_options.check(["--mem=1G", "--mem=2G"])


def test_the_time_limit_leaves_room_for_our_own_cap():
    words, limit = slurm_options.arguments({}, 3600, 0)
    assert words == ["--signal=B:USR1@60", "--time=63"]
    assert limit == 63 * 60
    chosen = slurm_options.check(["--time=1-02:00", "--exclusive"])
    assert slurm_options.arguments(chosen, 60, 0)[0] == ["--exclusive", "--signal=B:USR1@60", "--time=1560"]


@pytest.mark.parametrize("text, expected", [("90", 5400), ("1:30", 90), ("2:00:00", 7200), ("1-12", 129600), ("1-0:0:5", 86405)])
def test_reads_times_as_slurm_writes_them(text, expected):
    assert slurm_options.seconds(text) == expected


@pytest.mark.parametrize(
    "wanted, gpus, expected",
    [
        (None, 2, "gpu:2"),
        ("gpu:a100:8", 2, "gpu:a100:2"),
        ("gpu:a100", 1, "gpu:a100:1"),
        ("gpu:4", 1, "gpu:1"),
        ("gpu:a100:8", 0, None),
        ("shard:2,gpu:a100", 1, "shard:2,gpu:a100:1"),
    ],
)
def test_asks_for_as_many_gpus_as_the_job_needs(wanted, gpus, expected):
    words, _ = slurm_options.arguments({"gres": wanted} if wanted else {}, 60, gpus)
    assert [each for each in words if each.startswith("--gres")] == (["--gres=" + expected] if expected else [])


def sinfo(*lines):
    widths = [width for _, width in slurm_ask.NODE_FIELDS]
    return "".join("".join(word.ljust(width) for word, width in zip(line, widths)) + "\n" for line in lines)


NODES = sinfo(
    ("gpu01", "gpu*", "up", "mixed", "gpu:a100:4(S:0-1)", "gpu:a100:3(IDX:0-2)", "64", "512000", "2-00:00:00"),
    ("gpu02", "gpu*", "up", "drained", "gpu:a100:4(S:0-1)", "gpu:a100:0(IDX:N/A)", "64", "512000", "2-00:00:00"),
    ("cpu01", "long", "up", "idle", "(null)", "(null)", "128", "256000", "infinite"),
)


def test_counts_what_partitions_give():
    gpu, long = slurm_card.summed(slurm_card.parse(NODES))
    assert (gpu["name"], gpu["default"], gpu["limitSeconds"]) == ("gpu", True, 172800)
    assert (gpu["nodes"], gpu["freeNodes"], gpu["gpus"], gpu["freeGpus"]) == (2, 0, 8, 1)
    assert (long["limitSeconds"], long["freeNodes"], long["gpus"]) == (None, 1, 0)


def test_the_card_is_that_of_the_largest_node(monkeypatch):
    monkeypatch.setattr(slurm_ask, "nodes", lambda: NODES)
    card = slurm_card.describe({"missing": [], "cpus": 2}, [])
    assert (card["cpus"], card["memoryMiB"], [gpu["name"] for gpu in card["gpus"]]) == (64, 512000, ["a100"] * 4)
    assert card["missing"] == []
    assert slurm_card.describe({"missing": []}, ["--partition=long"])["gpus"] == []
    assert "the partition no" in slurm_card.describe({"missing": []}, ["--partition=no"])["missing"][0]["what"]


def test_the_card_says_that_slurm_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    card = slurm_card.describe({"missing": []}, [])
    assert "sbatch" in card["missing"][0]["what"]


def test_a_slow_program_is_no_answer(monkeypatch, tmp_path):
    (tmp_path / "squeue").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    (tmp_path / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(slurm_ask.NoAnswer):
        slurm_ask.run(["squeue"], timeout=0.2)


def test_nothing_of_the_session_changes_a_submission(monkeypatch):
    monkeypatch.setenv("SBATCH_ARRAY_INX", "1-100")
    monkeypatch.setenv("SLURM_CONF", "/etc/x")
    given = slurm_ask.environment("sbatch")
    assert "SBATCH_ARRAY_INX" not in given and given["SLURM_CONF"] == "/etc/x"


class TestAJobFolder:
    @pytest.fixture
    def job(self, tmp_path, monkeypatch):
        folder = tmp_path / "job-1"
        folder.mkdir()
        slurm_records.write(str(folder), {"name": "ml-intern-job-1", "comment": "ml-intern 99", "submittedAt": time.time()})
        monkeypatch.setattr(slurm_ask, "ended", lambda **_which: {})
        monkeypatch.setattr(slurm, "queue", slurm.Queue())
        return str(folder)

    def test_finds_a_submission_that_was_cut_off_by_name_and_comment(self, job, monkeypatch):
        other = word("PENDING", id="8", name="ml-intern-job-1", comment="ml-intern of another folder")
        ours = word("PENDING", id="9", name="ml-intern-job-1", comment="ml-intern 99")
        monkeypatch.setattr(slurm_ask, "jobs", lambda: {"8": other, "9": ours})
        assert slurm_submit.Launcher([]).is_started(job)
        assert slurm_records.read(job)["id"] == "9"

    def test_what_slurm_copies_holds_the_approved_hash(self, job, monkeypatch):
        copied = []
        monkeypatch.setattr(slurm_ask, "submit", lambda words: copied.append(open(words[-1]).read()) or "7")
        spec = {"content": {"capSeconds": 60}, "approvedHash": "ab" * 32}
        slurm_submit.Launcher([]).start("/root of it", job, spec, {}, None)
        assert "--root '/root of it' --approved %s job-1" % ("ab" * 32) in copied[0]

    def test_secrets_do_not_stay_where_nothing_could_be_started(self, job, monkeypatch):
        monkeypatch.setattr(slurm_ask, "submit", lambda words: "7")
        spec = {"content": {"capSeconds": 60}, "approvedHash": "ab" * 32}
        slurm_submit.Launcher([]).start("/root", job, spec, {"TOKEN": "x"}, None)
        assert os.path.exists(os.path.join(job, slurm_records.SECRETS))
        script = os.path.join(job, slurm_submit.SCRIPT)
        text = open(script).read().replace(folders.package_parent(), "/not/on/this/node")
        assert subprocess.run(["sh", "-c", text]).returncode == 96
        assert not os.path.exists(os.path.join(job, slurm_records.SECRETS))

    def test_starts_nothing_while_slurm_cannot_tell(self, job, monkeypatch):
        def silence():
            raise slurm_ask.NoAnswer("connect failure")

        monkeypatch.setattr(slurm_ask, "jobs", silence)
        with pytest.raises(BoxError) as refused:
            slurm_submit.Launcher([]).is_started(job)
        assert refused.value.reason == "box-command"

    def test_a_submission_that_slurm_never_had_is_said_to_be_cut_off(self, job, monkeypatch):
        slurm_records.keep_secrets(job, {"TOKEN": "x"})
        assert os.stat(os.path.join(job, slurm_records.SECRETS)).st_mode & 0o777 == 0o600
        monkeypatch.setattr(slurm_ask, "jobs", lambda: {})
        assert slurm.current(job)["state"] == "queued"
        monkeypatch.setattr(slurm, "NEW_SECONDS", 0)
        assert slurm.current(job)["failure"]["class"] == "lost"
        assert not os.path.exists(os.path.join(job, slurm_records.SECRETS))

    def test_an_end_is_remembered_after_slurm_forgets_it(self, job, monkeypatch):
        slurm_records.write(job, dict(slurm_records.read(job), id="7"))
        monkeypatch.setattr(slurm_ask, "jobs", lambda: {"7": word("OUT_OF_MEMORY")})
        first = slurm.current(job)
        monkeypatch.setattr(slurm_ask, "jobs", lambda: pytest.fail("asked again"))
        assert slurm.current(job) == first and first["failure"]["class"] == "oom-host"

    def test_secrets_are_taken_once(self, job):
        slurm_records.keep_secrets(job, {"TOKEN": "x"})
        assert slurm_records.take_secrets(job) == {"TOKEN": "x"}
        assert slurm_records.take_secrets(job) == {}

    def test_a_record_of_garbage_is_survived(self, job, monkeypatch):
        monkeypatch.setattr(slurm_ask, "jobs", lambda: {})
        with open(os.path.join(job, slurm_records.RECORD), "w") as file:
            file.write(json.dumps([1, 2]))
        assert slurm.current(job)["state"] in ("queued", "failed")
