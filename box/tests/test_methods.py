"""Every method trains end to end, improves on held-out items, and goes on after a stop as if there had been none."""

import os
import signal

import numpy
import pytest
from colours import BENCHMARK, OTHER, chance, items
from safetensors.numpy import load_file
from tiny import PACKAGE_PARENT, Job

ROWS = items(160, seed=5)
HELD_OUT = items(60, seed=7)
assert not {row["question"] for row in ROWS} & {item["question"] for item in HELD_OUT}
COMMON = {"data": "data/train.jsonl", "batch_size": 16, "max_length": 32, "logging_steps": 1, "seed": 1, "schedule": "constant"}
WRITES = {"max_completion_length": 3}
SFT = [{"prompt": row["question"], "completion": " " + row["answer"]} for row in ROWS]
DPO = [{"prompt": r["question"], "chosen": " " + r["answer"], "rejected": " " + OTHER[r["answer"]]} for r in ROWS]
GRPO = [{"prompt": row["question"], "answer": row["answer"]} for row in ROWS]
DISTILL = [{"prompt": row["question"]} for row in ROWS]
TRAININGS = {
    "sft": ("sft", SFT, {"learning_rate": 0.001, "max_steps": 24}),
    "sft-lora": ("sft", SFT, {"learning_rate": 0.003, "max_steps": 24, "method": "lora"}),
    "dpo": ("dpo", DPO, {"learning_rate": 0.001, "max_steps": 30}),
    "grpo": ("grpo", GRPO, {"learning_rate": 0.001, "max_steps": 30, "batch_size": 64, "num_generations": 4, **WRITES}),
    "distill": ("distill", DISTILL, {"learning_rate": 0.001, "max_steps": 24, **WRITES}),
    "distill-on-policy": ("distill", DISTILL, {"learning_rate": 0.001, "max_steps": 24, "mode": "on-policy", **WRITES}),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("methods")


@pytest.fixture(scope="module")
def models(place, warm):
    making = Job(place / "making")
    code, log = warm.run(making, str(PACKAGE_PARENT / "tests" / "colours.py"), str(place))
    assert code == 0, log
    return place


@pytest.fixture(scope="module")
def make(place, models):
    def make(name, training, rows=None, **changes):
        script, default, settings = TRAININGS[training]
        job = Job(place / training / name)
        teacher = {"teacher": str(models / "knowing")} if script == "distill" else {}
        base = {"base_model": str(models / "mistaken"), **teacher}
        job.write("config.json", {**COMMON, **base, **settings, **changes})
        job.write_lines("data/train.jsonl", rows or default)
        job.write("train.py", (PACKAGE_PARENT / "scripts" / f"{script}.py").read_text(encoding="utf-8"))
        return job

    return make


@pytest.fixture(scope="module", params=TRAININGS)
def training(request):
    return request.param


@pytest.fixture(scope="module")
def undisturbed(training, make, warm):
    """A training that runs to its end at once."""
    job = make("undisturbed", training)
    code, log = warm.run(job, "train.py")
    assert code == 0, log
    return job


@pytest.fixture(scope="module")
def right(place, warm):
    """Whether a model is right on each held-out item, as the evaluator sees it: it must have ended there as well."""

    def right(name, model):
        scoring = Job(place / "scoring" / name)
        scoring.write_lines("items.jsonl", HELD_OUT)
        asked = {"model": str(model), "items": "items.jsonl", "benchmark": BENCHMARK, "seed": 1}
        scoring.write("evaluate.json", asked)
        code, log = warm.run(scoring, "-m", "ml_intern_box.evaluate", "evaluate.json")
        assert code == 0, log
        return [outcome["correct"] for outcome in scoring.lines("artifacts/items.jsonl")]

    return right


@pytest.fixture(scope="module")
def before(models, right):
    return right("before", models / "mistaken")


def model_of(job):
    return job.folder / "artifacts" / "model"


def steps(job):
    """The last line of each step; after a kill some steps are done again."""
    return {line["step"]: line for line in job.lines("metrics.jsonl")}


def assert_same_training(one, other):
    a, b = steps(one), steps(other)
    assert a.keys() == b.keys()
    for step, line in a.items():
        for name in line.keys() & {"loss", "grad_norm", "reward"}:
            assert b[step][name] == pytest.approx(line[name], rel=1e-4, abs=1e-6), (step, name)
    a, b = (load_file(model_of(job) / "model.safetensors") for job in (one, other))
    assert a.keys() == b.keys()
    for name, weight in a.items():
        numpy.testing.assert_allclose(b[name], weight, atol=1e-5, err_msg=name)


def test_it_improves_significantly_on_held_out_items(training, undisturbed, before, right):
    after = right(training, model_of(undisturbed))
    assert sum(after) > sum(before) and chance(before, after) < 0.001, (sum(before), sum(after))


def test_told_to_stop_and_started_again_it_ends_as_if_undisturbed(training, undisturbed, make, warm):
    broken = make("told", training)
    pid = warm.start(broken, "train.py", pause_at=13)
    warm.wait_for_pause(pid)
    # It has not ended, and what it has done so far can be seen.
    assert list(steps(broken)) == list(range(1, 14))
    os.kill(pid, signal.SIGTERM)
    os.kill(pid, signal.SIGCONT)
    assert warm.wait(pid) == 143, (broken.folder / "log").read_text()
    assert not model_of(broken).exists()
    code, log = warm.run(broken, "train.py")
    assert code == 0 and "checkpoint-14.\n" in log, log
    assert_same_training(undisturbed, broken)


@pytest.mark.parametrize("training", ["sft"], indirect=True)
def test_killed_and_started_again_it_ends_as_if_undisturbed(training, undisturbed, make, warm):
    broken = make("killed", training, save_steps=8)
    pid = warm.start(broken, "train.py", pause_at=13)
    warm.wait_for_pause(pid)
    os.kill(pid, signal.SIGKILL)
    assert warm.wait(pid) == -signal.SIGKILL
    # What a kill in the middle of saving leaves is no checkpoint.
    (broken.folder / "artifacts" / "checkpoints" / "checkpoint-12").mkdir()
    code, log = warm.run(broken, "train.py")
    assert code == 0 and "checkpoint-8.\n" in log, log
    assert_same_training(undisturbed, broken)


@pytest.mark.parametrize(
    ("method", "rows", "words"),
    [
        ("dpo", SFT, "Rows must be {prompt, chosen, rejected}; the columns are ['prompt', 'completion']."),
        ("sft", [*SFT[:2], {"text": "red"}], "Rows must be {messages}, {prompt, completion} or {text}, all alike"),
        ("grpo", [{"prompt": "a " * 60, "answer": "red"}], "0 of 1 prompts fit into 29 tokens"),
        ("distill", [{"prompt": "a " * 60}], "No prompt fits: raise max_length."),
    ],
)
def test_rows_that_a_method_cannot_use_are_named(method, rows, words, make, warm):
    code, log = warm.run(make("refused", method, rows=rows), "train.py")
    assert code == 1 and words in log
