"""The same rows become tokens once, wherever their file lies, and by several processes as by one."""

import json

import pytest
from ml_intern_box import train, training_chat, training_rows

datasets = pytest.importorskip("datasets")
transformers = pytest.importorskip("transformers")


@pytest.fixture
def tokenizer():
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["<unk>", "<pad>", "<eos>", "colour", "?", "red", "blue"]
    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    names = {"unk_token": "<unk>", "pad_token": "<pad>", "eos_token": "<eos>"}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, **names)


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")

    def load(job, answers):
        path = tmp_path / job / "train.jsonl"
        path.parent.mkdir()
        rows = [{"prompt": "colour ?", "completion": " " + answer} for answer in answers]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return datasets.load_dataset("json", data_files=str(path), split="train"), str(path)

    return load


@pytest.fixture
def encoded(monkeypatch):
    """How many rows were tokenised in this process."""
    counts, encode = [], training_chat.encode

    def counting(batch, **options):
        counts.append(len(batch["prompt"]))
        return encode(batch, **options)

    monkeypatch.setattr(training_chat, "encode", counting)
    return counts


def test_the_same_rows_in_another_folder_are_not_tokenised_again(load, tokenizer, encoded):
    trial = train.tokens(*load("trial", ["red", "blue"]), tokenizer)
    training = train.tokens(*load("training", ["red", "blue"]), tokenizer)
    assert encoded == [2]
    assert trial["input_ids"] == training["input_ids"]
    assert trial._fingerprint == training._fingerprint  # what is made of them is shared as well


def test_other_rows_or_another_tokenizer_are(load, tokenizer, encoded):
    rows = load("one", ["red", "blue"])
    train.tokens(*rows, tokenizer)
    train.tokens(*load("other", ["blue", "red"]), tokenizer)
    tokenizer.chat_template = "{{ messages }}"
    train.tokens(*rows, tokenizer)
    tokenizer.add_tokens(["green"])
    train.tokens(*rows, tokenizer)
    assert encoded == [2, 2, 2, 2]


def test_several_processes_make_what_one_makes(load, tokenizer, monkeypatch):
    answers = ["red", "blue", "red blue"] * 7
    alone = train.tokens(*load("alone", answers), tokenizer)
    monkeypatch.setattr(training_rows, "workers", lambda rows: 2)
    tokenizer.chat_template = "another, so that nothing is found"
    together = train.tokens(*load("together", answers), tokenizer)
    assert len(together.cache_files) == 2 and len(alone.cache_files) == 1
    assert together["input_ids"] == alone["input_ids"] and together["labels"] == alone["labels"]


def test_rows_of_a_teacher_are_written_once_and_only_a_whole_folder_counts(tmp_path):
    written, place = [], tmp_path / "checkpoints" / "teacher-rows"

    def write():
        written.append(1)
        return datasets.Dataset.from_list([{"input_ids": [1, 2], "labels": [-100, 2]}])

    (tmp_path / "checkpoints" / "teacher-rows.part").mkdir(parents=True)  # of a training that was killed meanwhile
    first = train.kept(place, write)
    again = train.kept(place, write)
    assert written == [1] and first.to_list() == again.to_list() == [{"input_ids": [1, 2], "labels": [-100, 2]}]


def test_few_rows_are_not_worth_a_process(monkeypatch):
    monkeypatch.setattr(training_rows.os, "sched_getaffinity", lambda _: range(64), raising=False)
    assert train.workers(100) is None and train.workers(5000) == training_rows.MOST_WORKERS
