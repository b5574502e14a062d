"""Each way to fail has a name and a sentence."""

import json

import pytest

from ml_intern_box.failures import classify

CASES = [
    ("oom-gpu", 1, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB."),
    ("oom-host", 1, "RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate"),
    ("oom-host", 1, "MemoryError"),
    ("disk-full", 1, "OSError: [Errno 28] No space left on device: 'x'"),
    ("import-error", 1, "ModuleNotFoundError: No module named 'trl'"),
    ("nan", 1, "ValueError: the loss became nan at step 12"),
    ("nan", 1, "RuntimeError: probability tensor contains either `inf`, `nan` or element < 0"),
    ("killed", -15, ""),
    ("killed", -9, ""),
    ("killed", 137, "Killed"),
    ("exit", 3, "something else"),
]


@pytest.mark.parametrize("expected, code, said", CASES)
def test_failures_are_told_apart(tmp_path, expected, code, said):
    (tmp_path / "stderr.log").write_text("Traceback (most recent call last):\n  File x\n%s\n" % said)
    assert classify(code, str(tmp_path), "train", False, False)["class"] == expected


def test_a_kill_for_lack_of_memory_is_called_that(tmp_path):
    assert classify(-9, str(tmp_path), "train", True, False)["class"] == "oom-host"


@pytest.mark.parametrize(
    "said",
    [
        "torch.distributed.elastic.multiprocessing.errors.ChildFailedError:\n  exitcode  : -9 (pid: 12)\n",
        "RuntimeError: DataLoader worker (pid 12) is killed by signal: Killed. \n",
    ],
)
def test_a_kill_of_one_of_its_processes_for_lack_of_memory_is_called_that_too(tmp_path, said):
    (tmp_path / "stderr.log").write_text("Traceback (most recent call last):\n" + said)
    assert classify(1, str(tmp_path), "train", True, False)["class"] == "oom-host"
    assert classify(1, str(tmp_path), "train", False, False)["class"] == "exit"


OOM = "Traceback (most recent call last):\n  File x\ntorch.OutOfMemoryError: CUDA out of memory.\n"
LATER = "Traceback (most recent call last):\n  File y\nKeyError: 'answer'\n"


@pytest.mark.parametrize(
    "expected, said",
    [
        ("exit", OOM + "Trying a smaller batch.\n" + LATER),
        ("oom-gpu", OOM + "\nDuring handling of the above exception, another exception occurred:\n\n" + LATER),
        ("oom-gpu", OOM + "Exception ignored in: <function x>\n" + LATER),
        ("oom-gpu", OOM + LATER + "torch.distributed.elastic.multiprocessing.errors.ChildFailedError:\n"),
    ],
)
def test_what_was_caught_and_gone_on_from_is_not_what_ended_the_job(tmp_path, expected, said):
    (tmp_path / "stderr.log").write_text(said)
    assert classify(1, str(tmp_path), "train", False, False)["class"] == expected


def test_a_full_disk_is_noticed_even_when_nothing_could_be_written(tmp_path):
    assert classify(1, str(tmp_path), "train", False, True)["class"] == "disk-full"


def test_a_last_loss_that_is_not_a_number_is_divergence(tmp_path):
    (tmp_path / "metrics.jsonl").write_text(json.dumps({"loss": float("nan")}) + "\n")
    assert classify(1, str(tmp_path), "train", False, False)["class"] == "nan"


def test_the_sentence_is_the_exception_not_the_noise_after_it(tmp_path):
    (tmp_path / "stderr.log").write_text("10%|#   |\r20%|##  |\nKeyError: 'answer'\nwandb: waiting\n")
    failure = classify(1, str(tmp_path), "train", False, False)
    assert failure["message"] == "The job failed (exit code 1): KeyError: 'answer'"


def test_secrets_are_hidden(tmp_path):
    (tmp_path / "stderr.log").write_text("ValueError: token hf_secret was refused\n")
    failure = classify(1, str(tmp_path), "train", False, False, hidden=["hf_secret"])
    assert "hf_secret" not in failure["message"]


def test_of_several_processes_the_one_that_failed_is_quoted_not_their_launcher(tmp_path):
    said = "ValueError: bad shape\nTraceback (most recent call last):\n"
    (tmp_path / "stderr.log").write_text(said + "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n")
    assert classify(1, str(tmp_path), "train", False, False)["message"].endswith("ValueError: bad shape")
