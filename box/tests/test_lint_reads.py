"""A script may read what its job has and its configuration names; a look around at other jobs is an error."""

import pytest

from ml_intern_box import lint

IMPORTS = """import glob, json, os, gzip, shutil
from pathlib import Path
import numpy as np
import pandas as pd
import torch
from datasets import Dataset, load_dataset, load_from_disk
config = json.loads(Path("config.json").read_text())
"""
CONFIG = {
    "base_model": "/models/tiny",
    "teacher": "../../run-teacher/artifacts/model",
    "data": "data/train.jsonl",
    "resume_from": "../../run-01/artifacts/checkpoints/checkpoint-9",
}

OUTSIDE = [
    'for path in glob.glob("../../*-overlap-*/work/items.jsonl"): print(open(path).read())',
    'for path in glob.iglob("*", root_dir="../.."): pass',
    'open("../../run-eval-baseline-dev-t1/work/items.jsonl")',
    'with open(os.path.join("..", "..", "other", "spec.json")) as file: pass',
    'other = "../.."\nos.listdir(other)',
    'Path("../..").rglob("items.*")',
    'Path(".").glob("../../*/work/*")',
    'Path("~/.ml-intern").expanduser().iterdir()',
    'Path.home().joinpath("x")\n(Path.home() / "bench.jsonl").read_text()',
    'os.walk(os.path.expanduser("~"))',
    'open("/data/bench/items.jsonl", "rb")',
    'gzip.open("/data/items.gz")',
    'shutil.copy("../../other/work/items.jsonl", "mine.jsonl")',
    'np.load("/data/x.npy")',
    'torch.load("../../other/artifacts/model.pt")',
    'pd.read_json("../../other/work/items.jsonl", lines=True)',
    'load_dataset("json", data_files={"train": ["../../other/work/items.jsonl"]})',
    'load_dataset("../../other/work")',
    'load_from_disk("/data/rows")',
    'Dataset.from_json("../../other/work/items.jsonl")',
    'open("/proc/1/environ")',
    'open(f"{config[\'teacher\']}/../../work/items.jsonl")',
]

INSIDE = [
    'open("config.json")\nopen("data/train.jsonl", "rt")\nPath("data").glob("*.jsonl")',
    'open(config["data"])\nload_dataset("json", data_files=config["data"], split="train")',
    'open(os.path.join(config["base_model"], "config.json"))\nos.listdir(config["base_model"])',
    '(Path(config["teacher"]) / "config.json").read_text()',
    'json.load(open(Path(config["resume_from"]) / "trainer_state.json"))',
    'Path("../artifacts/model").iterdir()\nglob.glob("../artifacts/checkpoints/checkpoint-*")',
    'open("../metrics.jsonl")\nos.listdir(os.environ.get("ML_INTERN_JOB_DIR", "."))',
    'open("/proc/meminfo")\nopen("/dev/urandom", "rb")\nopen("/usr/share/dict/words")',
    'import tempfile\nfolder = tempfile.mkdtemp()\nos.listdir(folder)',
    'name = input()\nopen(name)\nglob.glob(name + "/*")',
    'Path(__file__).parent.joinpath("x")\n(Path(__file__).resolve().parent / "config.json").read_text()',
    '"a.b".replace("a", "b")\nrows = load_dataset("json", data_files="data/*.jsonl")',
    'load_dataset("hf://datasets/x/y")\n{}.get("x")\n[].copy()',
]


def read(script, config=CONFIG):
    order = {"script": IMPORTS + script + "\n", "config": config, "baseModel": "/models/tiny"}
    return [each["message"] for each in lint.check(order)["errors"] if each["message"].startswith("Reads")]


@pytest.mark.parametrize("script", OUTSIDE)
def test_what_lies_outside_is_not_read(script):
    assert read(script) != []


@pytest.mark.parametrize("script", INSIDE)
def test_what_the_job_has_is_read(script):
    assert read(script) == [] and read(script, None) == []


@pytest.mark.parametrize("value", ["../../*-overlap-*/work/items.jsonl", "../../run-eval/work/items.sealed"])
def test_a_configuration_opens_no_work_of_other_jobs(value):
    assert read('open(config["data"])', {**CONFIG, "data": value}) != []
