"""The overlap check of files, as the command line orders it: formats, malformed lines, errors, removal, cancellation."""

import csv
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PACKAGE_PARENT = Path(__file__).resolve().parent.parent
ITEM = {
    "question": "How many litres of paint does Ottilie need for the four walls of her square studio?",
    "answer": "12",
}
CLEAN = {"question": "How many tins of varnish does the carpenter order for the long table?", "answer": "3"}


def check(folder, **order):
    order = {
        "train": [str(folder / name) for name in order.pop("train")],
        "eval": str(folder / order.pop("eval", "items.jsonl")),
        **order,
    }
    command = [sys.executable, "-m", "ml_intern_box.overlap", "--order"]
    done = subprocess.run(
        command,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        cwd=folder,
        env=dict(os.environ, PYTHONPATH=str(PACKAGE_PARENT)),
        timeout=120,
    )
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout else {"stderr": done.stderr}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "items.jsonl").write_text(json.dumps(ITEM) + "\n", encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in (CLEAN, ITEM, CLEAN)), encoding="utf-8"
    )
    return tmp_path


def hits(answer):
    return [(hit["row"], hit["item"], hit["kind"]) for hit in answer["result"]["hits"]]


def error(answer):
    return "%(message)s %(next)s" % answer["error"]


def test_a_row_is_named_by_its_line(folder):
    result = check(folder, train=["rows.jsonl"])["result"]
    assert {key: result[key] for key in ("rows", "items", "flaggedRows", "kinds")} == {
        "rows": 3,
        "items": 1,
        "flaggedRows": 1,
        "kinds": {"verbatim": 1},
    }
    assert result["hits"] == [{"row": 1, "item": 0, "score": 1.0, "kind": "verbatim"}] and result["seconds"] >= 0
    assert (
        ITEM["question"] in result["examples"][0]["rowText"] and ITEM["question"] in result["examples"][0]["itemText"]
    )


def test_lines_that_are_no_rows_are_counted_and_named_and_move_no_number(folder):
    lines = [
        json.dumps(CLEAN).encode(),
        b"",
        b"{broken",
        "caf\u00e9".encode("latin-1"),
        json.dumps(ITEM).encode(),
        b'{"torn": "',
    ]
    (folder / "mess.jsonl").write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines))
    answer = check(folder, train=["mess.jsonl"])
    assert hits(answer) == [(4, 0, "verbatim")]
    assert answer["result"]["rows"] == 2 and answer["result"]["unreadable"] == 3
    assert [problem["line"] for problem in answer["result"]["problems"]] == [2, 3, 5]
    assert "not UTF-8" in answer["result"]["problems"][1]["problem"]


def test_blank_lines_among_the_items_move_no_number(folder):
    (folder / "spaced.jsonl").write_text("\n\n%s\nnot json\n" % json.dumps(ITEM))
    answer = check(folder, train=["rows.jsonl"], eval="spaced.jsonl")
    assert hits(answer) == [(1, 2, "verbatim")] and answer["result"]["unreadable"] == 1


def write_csv(path, delimiter=","):
    with open(path, "w", newline="") as file:
        table = csv.writer(file, delimiter=delimiter)
        table.writerows([["question", "answer"], *([row["question"], row["answer"]] for row in (CLEAN, ITEM, CLEAN))])


def test_csv_tsv_json_and_compressed_rows_are_read(folder):
    write_csv(folder / "rows.csv")
    write_csv(folder / "rows.tsv", "\t")
    (folder / "list.json").write_text(json.dumps([CLEAN, ITEM, CLEAN], indent=2))
    (folder / "inside.json").write_text(json.dumps({"version": 1, "data": [CLEAN, ITEM]}))
    (folder / "list.jsonl").write_text("[\n%s,\n%s\n]" % (json.dumps(CLEAN), json.dumps(ITEM)))
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress((folder / "rows.jsonl").read_bytes()))
    for name in ("rows.csv", "rows.tsv", "list.json", "inside.json", "list.jsonl", "rows.jsonl.gz"):
        assert hits(check(folder, train=[name], processes=2)) == [(1, 0, "verbatim")], name


def test_parquet_is_read_where_pyarrow_is(folder):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    parquet.write_table(pyarrow.Table.from_pylist([CLEAN, ITEM, CLEAN]), folder / "rows.parquet")
    assert hits(check(folder, train=["rows.parquet"], processes=2)) == [(1, 0, "verbatim")]


def test_without_pyarrow_it_says_what_is_needed(folder):
    (folder / "rows.parquet").write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    bare = "import sys; sys.modules['pyarrow'] = None\nfrom ml_intern_box import other_python, overlap_order\nother_python.has = lambda python, name: False\nsys.exit(overlap_order.run(%r))"
    order = {"train": [str(folder / "rows.parquet")], "eval": str(folder / "items.jsonl"), "root": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", bare % order],
        capture_output=True,
        text=True,
        env=dict(os.environ, PYTHONPATH=str(PACKAGE_PARENT)),
    )
    assert (
        done.returncode == 3
        and "pyarrow" in error(json.loads(done.stdout))
        and "jsonl" in error(json.loads(done.stdout))
    )


def test_several_files_are_told_apart(folder):
    (folder / "more.jsonl").write_text(json.dumps(ITEM) + "\n")
    found = check(folder, train=["rows.jsonl", "more.jsonl"])["result"]
    assert [(Path(hit["file"]).name, hit["row"]) for hit in found["hits"]] == [("rows.jsonl", 1), ("more.jsonl", 0)]


def test_many_pieces_keep_their_numbers(folder):
    filler = {"text": "The tide table of the week hangs beside the door. " * 400}
    rows = [ITEM if number in (0, 777, 1199) else filler for number in range(1200)]
    (folder / "big.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert hits(check(folder, train=["big.jsonl"], processes=3)) == [
        (0, 0, "verbatim"),
        (777, 0, "verbatim"),
        (1199, 0, "verbatim"),
    ]


def test_an_item_deep_inside_a_row_of_megabytes_is_found(folder):
    noise = " ".join("word%d" % (number * 7919 % 100_003) for number in range(400_000))
    (folder / "huge.jsonl").write_text(json.dumps({"text": noise + " " + ITEM["question"] + " " + noise}) + "\n")
    answer = check(folder, train=["huge.jsonl"])
    assert hits(answer) == [(0, 0, "verbatim")] and len(json.dumps(answer)) < 3000


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.jsonl", None, "There is no file"),
        ("empty.jsonl", b"", "is empty"),
        ("utf16.jsonl", json.dumps(ITEM).encode("utf-16"), "iconv"),
        ("latin1.csv", "question\nd\u00e9j\u00e0 vu\n".encode("latin-1"), "not UTF-8"),
        ("text.docx", b"PK\x03\x04....", "zip file"),
        ("prose.txt", b"Once upon a time", "format"),
        ("broken.json", b'[{"a": 1}, {"a"', "not JSON"),
        ("no-rows.jsonl", b"nothing\nhere\n", "No row"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_that_says_why(folder, name, content, said):
    if content is not None:
        (folder / name).write_bytes(content)
    assert said in error(check(folder, train=[name]))


def test_a_folder_and_an_evaluation_without_items_are_errors(folder):
    (folder / "blank.jsonl").write_text('{"question": ""}\n')
    assert "is a folder" in error(check(folder, train=["."]))
    assert "no evaluation items" in error(check(folder, train=["rows.jsonl"], eval="blank.jsonl"))


def test_removal_writes_the_other_rows_and_a_record_that_says_why(folder):
    with open(folder / "rows.jsonl", "a") as file:
        file.write("{broken\n")
    removed = check(folder, train=["rows.jsonl"], remove=str(folder / "out" / "clean.jsonl"))["result"]["removed"]
    assert (removed["rows"], removed["kept"], removed["unreadable"]) == (1, 2, 1)
    assert [json.loads(line) for line in (folder / "out" / "clean.jsonl").read_text().splitlines()] == [CLEAN, CLEAN]
    record = [json.loads(line) for line in Path(removed["record"]).read_text().splitlines()]
    assert (
        record[0]["row"] == 1
        and record[0]["hits"] == [{"item": 0, "score": 1.0, "kind": "verbatim"}]
        and ITEM["question"] in record[0]["text"]
    )
    assert record[1]["row"] == 3 and "not JSON" in record[1]["problem"]


def test_removal_keeps_csv_csv_and_never_writes_over_its_source(folder):
    write_csv(folder / "rows.csv")
    check(folder, train=["rows.csv"], remove=str(folder / "clean.csv"))
    with open(folder / "clean.csv", newline="") as file:
        assert list(csv.reader(file)) == [["question", "answer"], [CLEAN["question"], "3"], [CLEAN["question"], "3"]]
    assert "over itself" in error(check(folder, train=["rows.csv"], remove=str(folder / "rows.csv")))


def test_when_nobody_listens_any_more_it_ends_with_all_its_processes(folder):
    row = json.dumps({"text": "The ferry sails at noon, and the harbour is quiet until then. " * 20}) + "\n"
    with open(folder / "long.jsonl", "w") as file:
        for _ in range(20):
            file.write(row * 1000)
    order = json.dumps(
        {"train": [str(folder / "long.jsonl")] * 20, "eval": str(folder / "items.jsonl"), "processes": 2}
    )
    environment = dict(os.environ, PYTHONPATH=str(PACKAGE_PARENT))
    check = subprocess.Popen(
        [sys.executable, "-m", "ml_intern_box.overlap", "--order"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    with check.stdin as told:
        told.write(order.encode())
    try:
        assert "progress" in json.loads(check.stdout.readline())
        check.stdout.close()
        check.wait(30)
        with pytest.raises(ProcessLookupError):
            for _ in range(100):
                os.killpg(check.pid, 0)
                time.sleep(0.1)
    finally:
        try:
            os.killpg(check.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
