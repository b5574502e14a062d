"""Items of the presets' datasets, made up in their shapes, become items that can be asked and graded."""

import json
from pathlib import Path

import pytest
from ml_intern_box.evaluation import choice, code, fetch, numeric, prompts

PRESETS = {path.stem: json.loads(path.read_text()) for path in (Path(__file__).resolve().parent.parent / "benchmarks").glob("*.json")}
TURNS = [{"role": ("user", "assistant")[n % 2], "content": f"turn {n}"} for n in range(5)]


def criteria(*points, tag="axis:completeness"):
    return [{"criterion": f"c{point}", "points": point, "tags": [tag]} for point in points]


def test_multiple_choice_is_mixed_the_same_way_each_time():
    wrong = {f"Incorrect Answer {n}": f" wrong {n}" for n in (1, 2, 3)}
    rows = [{"Record ID": f"r{n}", "Question": f"What is {n}?\n", "Correct Answer": "right ", **wrong} for n in range(30)]
    items, settings = fetch.convert(rows, "gpqa"), PRESETS["gpqa-main"]["settings"]
    letters = [choice.right_letter(item, settings) for item in items]
    assert len(set(letters)) == 4 and letters == [choice.right_letter(item, settings) for item in fetch.convert(rows, "gpqa")]
    text = prompts.render(items[0], settings)
    assert f"\n{letters[0]}. right" in text and "one of A,B,C,D" in text
    assert choice.grade(items[0], f"So.\nANSWER: {letters[0]}", settings).correct


def test_worked_answers_are_shown_and_the_last_number_counts():
    rows = [{"question": f"{n} pears and 2 more?", "answer": f"{n} + 2 = {n + 2}\n#### {n + 2}"} for n in range(1200, 1215)]
    items = fetch.convert(rows, "gsm8k")
    settings = dict(PRESETS["gsm8k"]["settings"], fewShot={"items": items[1:], "n": 10, "seed": 0})
    assert prompts.with_examples(items[0], settings).count("#### ") == 10
    assert numeric.grade(items[0], "Well, 1,202 pears.\n#### 1,202", settings).correct
    assert fetch.convert([{"id": 3, "problem": "p", "answer": 204}], "aime")[0]["answer"] == "204"


def test_programs_keep_their_tests():
    row = {"task_id": "Own/1", "prompt": "def two():\n", "test": "def check(candidate):\n    assert candidate() == 2\n", "entry_point": "two"}
    item = fetch.convert([row], "humaneval")[0]
    assert code.grade(item, "```python\ndef two():\n    return 2\n```", PRESETS["humaneval"]["settings"]).correct


@pytest.mark.parametrize(
    ("turns", "rubrics", "kept"),
    [(5, criteria(5, -1), True), (3, criteria(5), False), (5, criteria(5, -1, -2, -3), False), (5, criteria(5, tag="axis:accuracy"), False)],
)
def test_the_easy_part_of_a_rubric_benchmark_is_chosen(turns, rubrics, kept):
    items = fetch.convert([{"prompt_id": "p", "prompt": TURNS[:turns], "rubrics": rubrics}], "healthbench-easy")
    assert bool(items) is kept
    assert not kept or (items[0]["messages"] == TURNS and set(items[0]["rubric"][0]) == {"criterion", "points"})


def test_calls_and_answers_to_compare_with():
    row = {"id": "e1", "question": [[{"role": "user", "content": "Add 1 and 2"}]], "function": [{"name": "add"}], "ground_truth": ["add(a=1, b=2)"]}
    assert fetch.convert([row], "bfcl")[0]["answer"] == "add(a=1, b=2)"
    stored = fetch.answers_of([{"uid": "u1", "messages": [{"role": "assistant", "content": {"answer": "Theirs"}}]}])
    rows = [{"uid": "u1", "prompt": "Write.", "category": "creative_writing"}, {"uid": "u2", "prompt": "x", "category": "hard_prompt"}]
    assert [(item["id"], item["against"]) for item in fetch.convert(rows, "arena-writing", stored)] == [("u1", "Theirs")]
    with pytest.raises(KeyError):
        fetch.convert(rows[:1], "arena-writing", {})


def test_every_preset_names_a_reader_that_exists():
    readers = {name: preset["dataset"].get("reader") for name, preset in PRESETS.items() if preset.get("runner") != "inspect"}
    assert len(PRESETS) == 8 and set(readers.values()) <= set(fetch.READERS)
