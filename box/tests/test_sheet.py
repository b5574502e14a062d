"""The counts behind a data sheet. That they are those of the host is tested with both, in test/adapters/box-sheet.test.ts."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from ml_intern_box import sheet, sheet_tally
from ml_intern_box.errors import BoxError
from ml_intern_box.near_duplicates import DuplicateCounter
from ml_intern_box.sheet_tally import EvenSample, quantiles
from ml_intern_box.sheet_text import estimated_tokens, is_blank, units

SENTENCE = "The quick brown fox jumps over the lazy dog while seven wise owls watch from the old oak tree near the mill"


def answered(tmp_path, **order):
    return sheet.answer(order, lambda rows: None, str(tmp_path))


def counted(tmp_path, texts):
    counter = DuplicateCounter(str(tmp_path))
    for text in texts:
        counter.add(text)
    return counter.counts()


def test_exact_copies_are_told_from_near_ones(tmp_path):
    texts = [SENTENCE, "  %s\n" % SENTENCE.upper(), SENTENCE + " today", "Entirely other words, none said before by anyone here"]
    assert counted(tmp_path, texts) == (1, 1)
    assert list(tmp_path.iterdir()) == []


def test_questions_of_one_template_are_kept_apart(tmp_path):
    texts = ["What is %d plus %d? Think step by step." % (n * 7, n * 11 + 3) for n in range(200)]
    assert counted(tmp_path, texts) == (0, 0)


def test_no_row_and_one_row_have_no_duplicates(tmp_path):
    assert counted(tmp_path, []) == (0, 0)
    assert counted(tmp_path, [SENTENCE]) == (0, 0)


def test_near_copies_are_found_in_scripts_without_spaces(tmp_path):
    text = "法国的首都是哪里请用一句话回答并且说明为什么这座城市如此著名以及它的历史和文化背景还有它的主要河流与桥梁"
    assert counted(tmp_path, [text, text + "吗"]) == (0, 1)


def test_texts_are_measured_as_javascript_does():
    assert [units("é"), units("😀"), units("\ud800")] == [1, 2, 1]
    assert [estimated_tokens("twelve chars"), estimated_tokens("法国的首都"), estimated_tokens("да")] == [3, 5, 1]
    assert [is_blank("\ufeff \u2003"), is_blank("\x1c")] == [True, False]


def test_a_sample_stays_small_and_even():
    sample = EvenSample(10)
    for number in range(1000):
        sample.add(str(number))
    places = [int(each) for each in sample.kept]
    steps = {after - before for before, after in zip(places, places[1:])}
    assert len(places) <= 10 and steps == {128} and places[0] == 0


def test_quantiles_are_of_the_nearest_rank():
    assert quantiles(sheet_tally.array("Q", [1, 2, 3, 4])) == {"p50": 2, "p90": 4, "p99": 4, "max": 4}
    assert quantiles(sheet_tally.array("Q")) == {"p50": 0, "p90": 0, "p99": 0, "max": 0}


def count_of(path, tmp_path, **asked):
    order = dict({"source": {"files": [str(path)]}, "mapping": None, "maxTokens": 64}, **asked)
    return answered(tmp_path, count=order)


def test_rows_are_not_held_in_memory(tmp_path):
    path = tmp_path / "many.jsonl"
    with path.open("w") as file:
        for number in range(20):
            file.write(json.dumps({"text": ("%d%s " % (number, "x" * 2000)) * 1000}) + "\n")
    tracemalloc.start()
    assert count_of(path, tmp_path)["sampled"] == 20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 40e6 and peak < 20e6


def test_a_dataset_of_the_hub_is_read_from_its_files(tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets")
    loaded = datasets.Dataset.from_dict({"text": ["a", "b"], "tags": [["x"], []], "sound": [b"123", b""]})
    monkeypatch.setattr("ml_intern_box.rows.load_rows", lambda dataset: loaded)
    source = {"dataset": {"id": "glim/x", "revision": None, "config": None, "split": "train"}}
    seen = answered(tmp_path, look={"source": source})
    assert seen["columns"] == [
        {"name": "text", "type": "string"},
        {"name": "tags", "type": "list<string>"},
        {"name": "sound", "type": "binary"},
    ]
    assert seen["head"][0] == {"text": "a", "tags": ["x"], "sound": "<3 bytes>"}
    order = {"source": source, "mapping": {"to": "text", "text": "{text}"}, "maxTokens": 64}
    assert answered(tmp_path, count=order)["sampled"] == 2


def test_a_step_of_a_job_tells_why_it_ended(tmp_path, monkeypatch):
    monkeypatch.setenv("ML_INTERN_JOB_DIR", str(tmp_path))
    (tmp_path / "sheet.json").write_text(json.dumps({"look": {"source": {"files": ["/nowhere/none.jsonl"]}}}))
    monkeypatch.setattr("sys.argv", ["sheet", str(tmp_path / "sheet.json")])
    with pytest.raises(SystemExit):
        sheet.main()
    told = json.loads((tmp_path / "artifacts" / "result.json").read_text())["error"]
    assert told["reason"] == "bad-input" and "There is no file" in told["message"]


def test_a_folder_is_listed_without_what_is_hidden(tmp_path):
    for name in ("b/train.jsonl", ".git/x.json", "node_modules/y.json", "a.csv", "b/.z.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    assert answered(tmp_path, look={"place": str(tmp_path)}) == {"folder": str(tmp_path), "paths": ["a.csv", "b/train.jsonl"]}
    monkey = pytest.MonkeyPatch()
    monkey.setattr("ml_intern_box.sheet_source.MOST_PATHS", 1)
    with pytest.raises(BoxError, match="more than 1 files"):
        answered(tmp_path, look={"place": str(tmp_path)})
    monkey.undo()


def test_licences_beyond_what_is_kept_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_tally, "MOST_LICENCES", 2)
    tally = sheet_tally.Tally(None, estimated_tokens, 100, str(tmp_path))
    for licence in ("mit", "apache-2.0", "cc-by-nc-4.0", "mit"):
        tally.add({"text": "a row", "license": licence})
    assert tally.as_json()["licences"] == [{"column": "license", "values": ["mit", "apache-2.0"], "unread": 1}]
