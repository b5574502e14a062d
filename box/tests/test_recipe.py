"""A recipe gives the same rows every time, and says where the others went."""

import json

import pytest
from ml_intern_box import recipe, rows
from tiny import PROMPT, Job

DATASET = {"id": "fern/qa", "revision": "r1", "config": "default", "split": "train"}
MAPPING = {"prompt": PROMPT, "completion": " {answer}"}
ROWS = [{"question": f"Q{n}?", "answer": f"a{n}"} for n in range(20)]


def source(**changes):
    return {"dataset": DATASET, "mapping": MAPPING, "weight": 1, "excludeRows": [], **changes}


def compiled(*sources, data=ROWS, seed=1):
    return recipe.compile_recipe({"seed": seed, "sources": list(sources)}, load=lambda _: data)


def test_rows_become_prompt_and_completion():
    training, waterfall = compiled(source())
    assert {"prompt": "Question: Q3?\nAnswer:", "completion": " a3"} in training
    assert len(training) == 20 and waterfall["unmapped"] == 0


def test_the_same_seed_gives_the_same_order_and_another_seed_another():
    assert compiled(source()) == compiled(source())
    assert compiled(source())[0] != compiled(source(), seed=2)[0]


def test_missing_and_empty_cells_are_counted_not_trained_on():
    data = [{"question": "Q?", "answer": "a"}, {"question": "Q?"}, {"question": " ", "answer": "a"}, {"question": "Q?", "answer": None}]
    training, waterfall = compiled(source(), data=data)
    assert len(training) == 1 and waterfall["unmapped"] == 3


def test_a_zero_and_a_false_are_values():
    training, _ = compiled(source(), data=[{"question": "Q?", "answer": 0}, {"question": "Q?", "answer": False}])
    assert sorted(row["completion"] for row in training) == [" 0", " False"]


def test_excluded_rows_are_numbered_as_in_the_split():
    data = [{"question": "", "answer": "x"}, *ROWS]
    training, _ = compiled(source(excludeRows=[1, 3]), data=data)
    assert {row["completion"] for row in training}.isdisjoint({" a0", " a2"}) and len(training) == 18


def test_the_waterfall_names_every_stage():
    _, waterfall = compiled(source(excludeRows=[0], maxRows=5, weight=3))
    assert [(s["name"], s["rows"]) for s in waterfall["stages"]] == [
        ("loaded", 20), ("mapped", 20), ("without overlap", 19), ("sampled", 5), ("repeated", 15),
    ]  # fmt: skip


def test_several_sources_are_mixed():
    training, waterfall = compiled(source(), source(mapping={"prompt": "{question}", "completion": "{answer}"}, weight=2))
    assert len(training) == 60 and len(waterfall["sources"]) == 2
    assert len({row["prompt"].startswith("Question") for row in training[:20]}) == 2


def test_a_template_reaches_into_nested_columns():
    row = {"messages": [{"content": "Hi"}, {"content": "Ho"}]}
    training, _ = compiled(source(mapping={"prompt": "{messages.0.content}", "completion": "{messages.1.content}"}), data=[row])
    assert training == [{"prompt": "Hi", "completion": "Ho"}]


def test_braces_in_a_value_are_left_alone():
    training, _ = compiled(source(), data=[{"question": "What is {answer}?", "answer": "it"}])
    assert training[0]["prompt"] == "Question: What is {answer}?\nAnswer:"


def test_as_a_job_it_writes_rows_and_waterfall(tmp_path):
    job = Job(tmp_path / "job")
    job.write_lines("rows.jsonl", ROWS)
    dataset = {**DATASET, "id": str(job.work / "rows.jsonl")}
    job.write("recipe.json", {"seed": 1, "sources": [source(dataset=dataset)]})
    code, out, err = job.run("-m", "ml_intern_box.recipe", "recipe.json")
    assert code == 0, err
    assert len(job.lines("work/data/train.jsonl")) == 20
    assert json.loads((job.folder / "artifacts" / "waterfall.json").read_text())["stages"][0] == {"name": "loaded", "rows": 20}


def test_a_recipe_without_rows_left_fails_with_a_sentence(tmp_path):
    job = Job(tmp_path / "job")
    job.write_lines("rows.jsonl", [{"other": "x"}])
    job.write("recipe.json", {"seed": 1, "sources": [source(dataset={**DATASET, "id": str(job.work / "rows.jsonl")})]})
    code, _, err = job.run("-m", "ml_intern_box.recipe", "recipe.json")
    assert code == 3 and "no training rows" in err.splitlines()[-1] and "column" in job.result()["error"]["next"]


def test_a_hub_that_is_away_for_a_moment_is_waited_for(monkeypatch, tmp_path):
    answers = [ConnectionError("refused"), ConnectionError("refused"), ROWS]
    waits = []

    def load(_):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(rows, "load_once", load)
    monkeypatch.setattr(rows.time, "sleep", waits.append)
    assert rows.load_rows(DATASET) == ROWS
    assert len(waits) == 2 and waits[1] > waits[0]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ConnectionError("refused"), "hub-unavailable"), (FileNotFoundError("no such dataset"), "hub-not-found"), (ValueError("Unknown split"), "bad-input")],
)
def test_each_way_to_fail_has_its_reason(monkeypatch, tmp_path, error, reason):
    def load(_):
        raise error

    monkeypatch.setenv("ML_INTERN_JOB_DIR", str(tmp_path))
    monkeypatch.setattr(rows, "load_once", load)
    monkeypatch.setattr(rows.time, "sleep", lambda _: None)
    with pytest.raises(SystemExit) as stopped:
        rows.load_rows(DATASET, patience=0)
    assert stopped.value.code == 3
    told = json.loads((tmp_path / "artifacts" / "result.json").read_text())["error"]
    assert told["reason"] == reason and "fern/qa" in told["message"] and told["next"]
