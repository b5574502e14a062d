"""Evaluation items are found in training rows; what merely looks alike is not."""

import json

from ml_intern_box import sealed
from ml_intern_box.overlap import scan
from ml_intern_box.overlap_verdict import threshold_for
from tiny import Job

QA = {"question": "question", "answer": "answer"}
THINGS = ["zorb", "blick", "snig", "wazz", "kimple", "frark", "nelf", "ploda"]
SHORT_ITEMS = [{"id": t, "question": f"What colour is the {t}?", "answer": "red"} for t in THINGS]
LONG = (
    "A baker sells twelve loaves in the morning and half as many in the afternoon, then gives three to a neighbour; "
    "how many loaves has the baker handed out by the evening of that day?"
)
LONG_ANSWER = "In the afternoon six loaves are sold, so eighteen are sold in all, and with the gift that makes twenty one loaves."


def kinds(rows, items, columns=QA):
    return [(hit.row, hit.item, hit.kind) for hit in scan(rows, items, columns).hits]


def qa(question, answer="blue"):
    return {"question": question, "answer": answer}


def test_a_short_question_is_found_word_for_word_whatever_its_answer():
    assert kinds([qa("what colour is the ZORB")], SHORT_ITEMS) == [(0, 0, "verbatim")]


def test_another_thing_asked_in_the_same_words_is_not_a_hit():
    assert (
        kinds([qa("What colour is the ruzz?", "red"), qa("What sound does the zorb make?", "red")], SHORT_ITEMS) == []
    )


def test_a_longer_template_about_another_thing_is_not_a_hit():
    items = [{"id": t, "question": f"What is the name of the colour of the {t}?", "answer": "red"} for t in THINGS]
    assert kinds([qa("What is the name of the colour of the ruzz?", "red")], items) == []


def test_a_question_inside_a_longer_text_or_a_conversation_is_found():
    rows = [{"messages": [{"role": "user", "content": "Hello! What colour is the snig? Choose one."}], "n": 3}]
    assert kinds(rows, SHORT_ITEMS, None) == [(0, 2, "verbatim")]


def test_thirteen_words_in_a_row_are_verbatim():
    rows = [qa("so: " + " ".join(LONG.split()[4:19])), qa("so: " + " ".join(LONG.split()[4:14]))]
    assert kinds(rows, [{"question": LONG, "answer": "21"}]) == [(0, 0, "verbatim")]


def test_a_reworded_item_is_near():
    reworded = LONG.replace("twelve", "12").replace("neighbour", "friend")
    items = [{"question": LONG, "answer": "twenty one"}, *SHORT_ITEMS]
    # Runs of 13 words are broken up by the changes, most runs of 5 are not.
    broken = reworded.replace("the evening", "evening")
    findings = scan([qa(broken, "twenty one")], items, QA)
    assert [(hit.item, hit.kind) for hit in findings.hits] in ([(0, "near")], [(0, "verbatim")])
    assert scan([qa("A baker sells bread in the morning.", "twenty one")], items, QA).hits == []


def test_near_needs_most_of_the_rare_runs():
    question = "which of the two old harbour masters wrote down the fog of march in his green book first"
    changed = "which of the two old harbour masters wrote down the fog of april in his green book first"
    items = [{"question": question, "answer": "the tall one"}]
    assert threshold_for(20) == 0.8
    assert kinds([qa("which of the two old bakers wrote down the price of bread", "the tall one")], items) == []
    assert kinds([qa(changed, "the tall one")], items) == []


def test_a_long_answer_that_leaks_without_its_question_is_found():
    assert kinds([qa("Show your work.", LONG_ANSWER)], [{"question": LONG, "answer": LONG_ANSWER}]) == [
        (0, 0, "answer")
    ]


def test_a_question_of_three_words_counts_only_as_a_whole():
    items = [{"question": "Two plus two?", "answer": "four"}]
    assert kinds([qa("What is two plus two plus five?", "nine"), qa("two plus two", "4")], items) == [
        (1, 0, "verbatim")
    ]


def test_the_threshold_rises_for_short_items():
    assert [threshold_for(n) for n in (3, 8, 12, 16, 40)] == [1.0, 1.0, 0.9, 0.8, 0.8]


def test_only_the_named_columns_are_read():
    row = {"question": "Hello?", "answer": "hi", "note": "What colour is the zorb?"}
    assert kinds([row], SHORT_ITEMS) == [] and kinds([row], SHORT_ITEMS, None) == [(0, 0, "verbatim")]


def test_an_empty_dataset_and_empty_cells_are_no_trouble():
    assert scan([], SHORT_ITEMS, QA).rows == 0
    assert scan([{"question": None, "answer": ""}], SHORT_ITEMS, QA).hits == []


def run(tmp_path, columns, rows):
    job = Job(tmp_path / "job")
    job.write_lines("rows.jsonl", rows)
    job.write_lines("items.jsonl", SHORT_ITEMS)
    dataset = {"id": str(job.work / "rows.jsonl"), "revision": None, "config": "default", "split": "train"}
    job.write("overlap.json", {"dataset": dataset, "columns": columns, "items": "items.jsonl"})
    return job, *job.run("-m", "ml_intern_box.overlap", "overlap.json")


def test_as_a_job_it_reports_counts_flags_and_examples(tmp_path):
    rows = [qa("What does it eat?"), *(qa(item["question"]) for item in SHORT_ITEMS)]
    job, code, _, err = run(tmp_path, QA, rows)
    assert code == 0, err
    result = job.result()
    assert result["rows"] == 9 and result["items"] == 8 and result["hitCount"] == 8
    assert result["flaggedRows"] == list(range(1, 9)) and len(result["examples"]) == 5
    assert result["examples"][0]["itemText"].startswith("What colour is the zorb?")


def test_in_a_run_neither_the_items_nor_what_resembles_them_lies_open(tmp_path):
    job, key = Job(tmp_path / "job"), "k" * 64
    lines = "".join(json.dumps(item) + "\n" for item in SHORT_ITEMS)
    sealed.write(job.work / "items.jsonl", lines, key)
    job.write_lines("rows.jsonl", [qa(SHORT_ITEMS[0]["question"])])
    dataset = {"id": str(job.work / "rows.jsonl"), "revision": None, "config": "default", "split": "train"}
    job.write("overlap.json", {"dataset": dataset, "columns": QA, "items": "items.sealed"})
    code, _, err = job.run("-m", "ml_intern_box.overlap", "overlap.json", **{sealed.VARIABLE: key})
    assert code == 0, err
    result = json.loads(sealed.read(job.folder / "artifacts" / "result.sealed", key))
    assert result["examples"][0]["itemText"].startswith("What colour is the zorb?")
    holding = [path.name for path in job.folder.rglob("*") if path.is_file() and b"zorb" in path.read_bytes()]
    assert set(holding) == {"rows.jsonl"}


def test_a_column_that_is_not_there_is_named(tmp_path):
    job, code, _, err = run(tmp_path, {"question": "prompt"}, [qa("x")])
    assert code == 3 and "prompt" in err.splitlines()[-1] and "question" in job.result()["error"]["message"]
