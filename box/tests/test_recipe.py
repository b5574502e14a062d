"""A recipe gives the same bytes every time, and says where every row went."""

import hashlib
import json
from collections import Counter

import pytest
from ml_intern_box import recipe, rows
from ml_intern_box.errors import BoxError
from tiny import PROMPT, Job

DATASET = {"id": "fern/qa", "revision": "r1", "config": "default", "split": "train"}
MAPPING = {"prompt": PROMPT, "completion": " {answer}"}
ROWS = [
    {"question": f"Q{n}?", "answer": f"a{n}", "level": n % 4, "kind": "easy" if n % 2 else "hard"} for n in range(20)
]


def source(**changes):
    return {"dataset": DATASET, "mapping": MAPPING, "weight": 1, "excludeRows": [], **changes}


@pytest.fixture
def compiled(tmp_path):
    """Compiles sources over `data`, or over one list of rows for each dataset id."""

    def run(*sources, data=ROWS, seed=1, **more):
        load = (lambda dataset: data[dataset["id"]]) if isinstance(data, dict) else (lambda _: data)
        waterfall = recipe.compile_to(
            {"seed": seed, "sources": list(sources), **more}, tmp_path / "train.jsonl", tmp_path, load, lambda _: None
        )
        lines = (tmp_path / "train.jsonl").read_text(encoding="utf-8").splitlines()
        assert waterfall["sha256"] == hashlib.sha256((tmp_path / "train.jsonl").read_bytes()).hexdigest()
        return [json.loads(line) for line in lines], waterfall

    run.folder = tmp_path
    return run


def stages(waterfall):
    return [(stage["name"], stage["rows"]) for stage in waterfall["stages"]]


def refused(compiled, *sources, **more):
    with pytest.raises(BoxError) as error:
        compiled(*sources, **more)
    assert error.value.next_step.endswith((".", "?")) or ":" in error.value.next_step
    return f"{error.value.message} {error.value.next_step}"


def test_rows_become_prompt_and_completion_and_nothing_else(compiled):
    training, waterfall = compiled(source())
    assert {"prompt": "Question: Q3?\nAnswer:", "completion": " a3"} in training
    assert len(training) == 20 and waterfall["unmapped"] == {}
    assert all(set(row) == {"prompt", "completion"} for row in training)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_order(compiled):
    assert compiled(source(weight=1.5), source(maxRows=5)) == compiled(source(weight=1.5), source(maxRows=5))
    assert compiled(source())[0] != compiled(source(), seed=2)[0]


def test_the_bytes_are_those_of_every_machine(compiled):
    """Changes only when the compiler changes what a recipe means."""
    _, waterfall = compiled(source(weight=1.5, maxRows=10), dedup={"exact": True, "near": 0.8}, caps={"rows": 12})
    assert waterfall["sha256"] == "ccbbe3898c03f284b5e72338cf651aa2ea7232b9e1d465f961018f86dd260da1"


def test_missing_and_empty_cells_are_counted_by_problem_not_trained_on(compiled):
    data = [
        {"question": "Q?", "answer": "a"},
        {"question": "Q?"},
        {"question": " ", "answer": "a"},
        {"question": "Q?", "answer": None},
    ]
    training, waterfall = compiled(source(), data=data)
    assert len(training) == 1 and sum(waterfall["unmapped"].values()) == 3
    assert waterfall["sources"][0]["unmapped"] == waterfall["unmapped"]


def test_a_zero_and_a_false_are_values(compiled):
    training, _ = compiled(source(), data=[{"question": "Q?", "answer": 0}, {"question": "P?", "answer": False}])
    assert sorted(row["completion"] for row in training) in ([" 0", " False"], [" 0", " false"])


def test_half_a_character_is_counted_instead_of_breaking_the_file(compiled):
    training, waterfall = compiled(source(), data=[{"question": "Q \ud800?", "answer": "a"}, *ROWS])
    assert len(training) == 20 and waterfall["unmapped"] == {"broken-text": 1}


def test_excluded_rows_are_numbered_as_in_the_split(compiled):
    data = [{"question": "", "answer": "x"}, *ROWS]
    training, _ = compiled(source(excludeRows=[1, 3]), data=data)
    assert {row["completion"] for row in training}.isdisjoint({" a0", " a2"}) and len(training) == 18


def test_the_waterfall_names_every_stage(compiled):
    wanted = source(
        excludeRows=[1],
        maxRows=3,
        weight=3,
        filters=[
            {"kind": "value", "column": "kind", "keep": ["easy"]},
            {"kind": "length", "unit": "characters", "max": 60},
            {"kind": "range", "column": "level", "min": 1, "name": "not trivial"},
        ],
    )
    _, waterfall = compiled(wanted, dedup={"exact": True}, caps={"rows": 8})
    assert stages(waterfall) == [
        ("loaded", 20), ("value kind", 10), ("not trivial", 10), ("mapped", 10), ("length", 10),
        ("without overlap", 9), ("deduplicated", 9), ("sampled", 3), ("repeated", 9), ("capped", 8),
    ]  # fmt: skip


def test_a_source_without_a_filter_passes_through_its_stage(compiled):
    wanted = [source(filters=[{"kind": "range", "column": "level", "max": 0}]), source()]
    _, waterfall = compiled(*wanted)
    assert dict(stages(waterfall)) == {
        "loaded": 40,
        "range level": 25,
        "mapped": 25,
        "without overlap": 25,
        "sampled": 25,
        "repeated": 25,
    }
    assert [stage["name"] for stage in waterfall["sources"][1]["stages"]][:2] == ["loaded", "mapped"]


def test_each_training_row_says_where_it_came_from(compiled):
    training, _ = compiled(
        source(weight=2), source(mapping={"prompt": "{question}", "completion": "{answer}"}, maxRows=3)
    )
    places = [json.loads(line) for line in (compiled.folder / "provenance.jsonl").read_text().splitlines()]
    assert Counter(place[0] for place in places) == {0: 40, 1: 3}
    for row, (_, number) in zip(training, places):
        assert f"Q{number}?" in row["prompt"] and row["completion"].strip() == f"a{number}"


def test_a_weight_of_one_and_a_half_takes_every_row_once_and_a_seeded_half_twice(compiled):
    training, _ = compiled(source(weight=1.5))
    counts = Counter(row["completion"] for row in training)
    assert len(counts) == 20 and sorted(counts.values()) == [1] * 10 + [2] * 10
    other = Counter(row["completion"] for row in compiled(source(weight=1.5), seed=2)[0])
    assert {name for name, count in counts.items() if count == 2} != {
        name for name, count in other.items() if count == 2
    }


def test_fifty_times_upsampled_rows_are_spread_over_the_training(compiled):
    data = {"fern/qa": ROWS * 50, "few": [{"question": "Rare?", "answer": "yes"}] * 4}
    training, _ = compiled(source(), source(dataset={**DATASET, "id": "few"}, weight=50), data=data)
    rare = [at for at, row in enumerate(training) if row["completion"] == " yes"]
    assert len(rare) == 200 and all(
        any(begin <= at < begin + 150 for at in rare) for begin in range(0, len(training) - 150, 150)
    )


def test_shares_keep_their_proportion_and_use_as_many_rows_as_there_can_be(compiled):
    data = {"fern/qa": ROWS, "many": [{"question": f"M{n}?", "answer": "m"} for n in range(100)]}
    many = {**DATASET, "id": "many"}
    training, waterfall = compiled(source(share=1), source(dataset=many, share=3), data=data)
    assert Counter("m" in row["completion"] for row in training) == {False: 20, True: 60}
    assert dict(stages(waterfall))["mixed"] == 80
    training, _ = compiled(source(share=0.5), source(dataset=many, share=0.5), data=data, caps={"rows": 10})
    assert Counter("m" in row["completion"] for row in training) == {False: 5, True: 5}


def test_another_source_changes_neither_sample_nor_copies_of_the_first(compiled):
    alone = compiled(source(maxRows=5, weight=1.4))[0]
    both = compiled(source(maxRows=5, weight=1.4), source(mapping={"prompt": "{question}", "completion": "{answer}"}))[
        0
    ]
    assert [row for row in both if row["prompt"].startswith("Question")] == alone


def test_rows_that_say_the_same_are_left_out_across_sources(compiled):
    data = {
        "fern/qa": ROWS,
        "copy": [
            {"question": "q3?  ", "answer": "A3"},
            {"question": "New?", "answer": "n"},
            {"question": "New?", "answer": "n"},
        ],
    }
    _, waterfall = compiled(source(), source(dataset={**DATASET, "id": "copy"}), data=data, dedup={"exact": True})
    assert [dict(stages(each))["deduplicated"] for each in waterfall["sources"]] == [20, 1]


def test_rows_with_one_prompt_and_other_answers_go_when_prompts_are_compared(compiled):
    data = [{"question": "Q?", "answer": "a"}, {"question": "Q?", "answer": "b"}, {"question": "P?", "answer": "a"}]
    training, _ = compiled(source(), data=data, dedup={"exact": True, "by": "prompt"})
    assert sorted(row["completion"] for row in training) == [" a", " a"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weight": 0}, "weight 0"),
        ({"weight": -1}, "weight -1"),
        ({"weight": float("nan")}, "weight nan"),
        ({"mapping": None}, "no mapping"),
        ({"maxRows": 0}, "maxRows is 0"),
        ({"excludeRows": [-1]}, "excludeRows"),
        ({"upsampling": 3}, "unknown field upsampling"),
        ({"dataset": {}}, "names no dataset"),
        ({"share": 1, "weight": 1}, "Only 1 of the 2 sources"),
        ({"filters": [{"kind": "sentiment"}]}, "unknown kind 'sentiment'"),
        ({"filters": [{"kind": "regex", "drop": "(a"}]}, "no regular expression"),
        ({"filters": [{"kind": "regex"}]}, "neither keep nor drop"),
        ({"filters": [{"kind": "length", "unit": "pages", "max": 3}]}, "'pages'"),
        ({"filters": [{"kind": "length", "unit": "words", "min": 9, "max": 3}]}, "no row can pass"),
        ({"filters": [{"kind": "length", "unit": "tokens", "max": 3}]}, "names no tokenizer"),
        ({"filters": [{"kind": "language", "keep": ["tlh"]}]}, "tlh"),
        ({"filters": [{"kind": "range", "min": 1}]}, "names no column"),
        ({"filters": [{"kind": "quality", "rules": {"minWit": 1}}]}, "unknown field minWit"),
        ({"filters": [{"kind": "value", "column": "levle", "keep": [1]}]}, "no row has a column “levle”"),
        (
            {"filters": [{"kind": "range", "column": "level", "min": 99}]},
            "after the stage “range level”. 20 rows were left before it",
        ),
        ({"mapping": {"prompt": "{qestion}", "completion": "{answer}"}}, "after the stage “mapped”"),
        ({"excludeRows": list(range(20))}, "after the stage “without overlap”"),
        ({"weight": 0.01}, "after the stage “repeated”"),
    ],
)
def test_a_bad_recipe_names_the_source_and_what_to_do(compiled, change, told):
    message = refused(compiled, source(), source(**change))
    assert told in message and ("Source 2 (" in message or "2 sources" in message or "names no tokenizer" in message)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"dedup": {"near": 3}}, "dedup.near is 3"),
        ({"dedup": {"fuzzy": True}}, "unknown field fuzzy"),
        ({"caps": {"rows": 0}}, "caps: rows is 0"),
        ({"maxTokens": 100}, "names no tokenizer"),
        ({"seed": "x"}, "seed is 'x'"),
        ({"sources": []}, "no sources"),
    ],
)
def test_a_bad_setting_of_the_whole_recipe_is_refused(compiled, more, told):
    with pytest.raises(BoxError) as error:
        recipe.compile_to(
            {"seed": 1, "sources": [source()], **more}, compiled.folder / "t", compiled.folder, lambda _: ROWS
        )
    assert told in error.value.message


def test_a_pattern_that_backtracks_without_end_is_stopped_and_named(compiled, monkeypatch):
    monkeypatch.setattr("ml_intern_box.filters.REGEX_SECONDS", 0.2)
    data = [*ROWS, {"question": "a" * 60 + "!", "answer": "x"}]
    message = refused(
        compiled,
        source(filters=[{"kind": "regex", "keep": "^(?:Question: )?(?:(a+)+|[^a].*)$", "column": "question"}]),
        data=data,
    )
    assert "row 20" in message and "“regex question”" in message and "nested repetition" in message


def test_nothing_half_made_is_left_behind_by_a_failure(compiled):
    refused(compiled, source(filters=[{"kind": "range", "column": "level", "min": 99}]))
    assert list(compiled.folder.iterdir()) == []


def test_files_are_read_by_line_with_what_cannot_be_read_counted(compiled, tmp_path):
    (tmp_path / "a.jsonl").write_text(
        '{"question": "Q?", "answer": "a"}\n\nnot json\n[1]\n{"question": "P?", "answer": "b"}\n'
    )
    (tmp_path / "b.csv").write_text('question,answer\n"C, D?",c\n')
    sources = [source(dataset={"file": str(tmp_path / name)}) for name in ("a.jsonl", "b.csv")]
    waterfall = recipe.compile_to(
        {"seed": 1, "sources": sources}, tmp_path / "out" / "t.jsonl", tmp_path / "out", progress=lambda _: None
    )
    assert waterfall["rows"] == 3 and waterfall["unmapped"] == {"unreadable": 2}
    assert {tuple(json.loads(line)) for line in (tmp_path / "out" / "provenance.jsonl").read_text().splitlines()} == {
        (0, 0),
        (0, 4),
        (1, 0),
    }


def test_a_file_that_is_not_the_approved_one_is_refused(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"question": "Q?", "answer": "a"}\n')
    wanted = source(dataset={"file": str(tmp_path / "a.jsonl"), "revision": "sha256:" + "0" * 64})
    with pytest.raises(BoxError) as error:
        recipe.compile_to({"seed": 1, "sources": [wanted]}, tmp_path / "t", tmp_path)
    assert error.value.reason == "not-approved" and "content changed" in error.value.message


def test_as_a_job_it_writes_rows_and_waterfall(tmp_path):
    job = Job(tmp_path / "job")
    job.write_lines("rows.jsonl", ROWS)
    job.write("recipe.json", {"seed": 1, "sources": [source(dataset={**DATASET, "id": "rows.jsonl"})]})
    code, out, err = job.run("-m", "ml_intern_box.recipe", "recipe.json")
    assert code == 0, err
    assert len(job.lines("work/data/train.jsonl")) == 20 and "20 training rows" in out
    assert json.loads((job.folder / "artifacts" / "waterfall.json").read_text())["stages"][0] == {
        "name": "loaded",
        "rows": 20,
    }
    assert sorted(path.name for path in (job.work / "data").iterdir()) == ["train.jsonl"]


def test_a_recipe_without_rows_left_fails_with_a_sentence(tmp_path):
    job = Job(tmp_path / "job")
    job.write_lines("rows.jsonl", [{"other": "x"}])
    job.write("recipe.json", {"seed": 1, "sources": [source(dataset={"file": "rows.jsonl"})]})
    code, _, err = job.run("-m", "ml_intern_box.recipe", "recipe.json")
    assert (
        code == 3
        and "no row is left" in err.splitlines()[-1]
        and "The columns are: other" in job.result()["error"]["next"]
    )


def order(folder, *sources, **more):
    return json.dumps(
        {
            "recipe": {"seed": 1, "sources": list(sources), **more},
            "out": str(folder / "out"),
            "root": str(folder / "root"),
        }
    )


def test_the_command_line_gets_one_object_a_line(tmp_path):
    job = Job(tmp_path / "job")
    job.write_lines("rows.jsonl", ROWS)
    # More than fits a command line.
    left_out = [10**6 + number for number in range(30_000)]
    told = order(tmp_path, source(dataset={"file": str(job.work / "rows.jsonl")}, excludeRows=left_out))
    code, out, err = job.run("-m", "ml_intern_box.recipe", "--order", told=told)
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and "progress" in told[0], err
    result = told[-1]["result"]
    assert result["rows"] == 20 and result["waterfall"]["sha256"] == result["sha256"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "provenance.jsonl",
        "recipe.json",
        "train.jsonl",
        "waterfall.json",
    ]


def test_the_command_line_is_told_what_is_wrong(tmp_path):
    job = Job(tmp_path / "job")
    told = order(tmp_path, source(dataset={"file": "none.jsonl"}))
    code, out, _ = job.run("-m", "ml_intern_box.recipe", "--order", told=told)
    assert code == 3 and "none.jsonl" in json.loads(out)["error"]["message"]


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
    [
        (ConnectionError("refused"), "hub-unavailable"),
        (FileNotFoundError("no such dataset"), "hub-not-found"),
        (ValueError("Unknown split"), "bad-input"),
    ],
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


def test_parquet_and_arrow_files_give_the_same_bytes_as_jsonl(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    table = pyarrow.Table.from_pylist(ROWS)
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    for name, writer in (("a.arrow", pyarrow.ipc.new_file), ("b.arrow", pyarrow.ipc.new_stream)):
        with writer(str(tmp_path / name), table.schema) as out:
            out.write_table(table, max_chunksize=7)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    sums = set()
    for name in ("a.jsonl", "a.parquet", "a.arrow", "b.arrow"):
        wanted = source(dataset={"file": str(tmp_path / name)}, excludeRows=[8])
        sums.add(
            recipe.compile_to({"seed": 1, "sources": [wanted]}, tmp_path / "t", tmp_path, progress=lambda _: None)[
                "sha256"
            ]
        )
    assert len(sums) == 1


def test_tokens_are_counted_by_the_tokenizer_that_is_named(compiled, tmp_path):
    pytest.importorskip("torch")
    from tiny import make_model

    make_model(tmp_path / "model")
    data = [{"question": "what colour is the zorb ?", "answer": "red"}, {"question": "zorb ?", "answer": "blue"}]
    short = {"kind": "length", "unit": "tokens", "max": 7}
    training, waterfall = compiled(source(filters=[short]), data=data, tokenizer=str(tmp_path / "model"))
    assert [row["completion"] for row in training] == [" blue"] and waterfall["tokens"] > 0
    assert compiled(source(), data=data, tokenizer=str(tmp_path / "model"), maxTokens=7)[1]["rows"] == 1
    assert compiled(source(), data=data, tokenizer=str(tmp_path / "model"), caps={"tokens": 12})[1]["rows"] == 1
    assert "cannot be loaded" in refused(compiled, source(), tokenizer=str(tmp_path / "none"), maxTokens=7)
