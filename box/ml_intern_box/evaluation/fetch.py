"""Brings a preset's items from the Hub, turned into the shape of our own benchmark files once, and hashes them.

Usage: python -m ml_intern_box.evaluation.fetch order.json
  {dataset: {id, config?, split, revision?, files?, reader, against?}, out: "benchmark.jsonl"}
Writes the items and artifacts/result.json {id, revision, items, itemsHash}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Optional

from ml_intern_box import hashing, report
from ml_intern_box.rows import first_line

Row = Dict[str, Any]


def gpqa(row: Row) -> Row:
    wrong = [row[f"Incorrect Answer {number}"].strip() for number in (1, 2, 3)]
    right = row["Correct Answer"].strip()
    return {"id": row.get("Record ID"), "question": row["Question"].strip(), "answer": "A", "choices": [right, *wrong]}


def gsm8k(row: Row) -> Row:
    return {"question": row["question"], "answer": row["answer"].rsplit("####", 1)[-1].strip(), "solution": row["answer"]}


def humaneval(row: Row) -> Row:
    return {"id": row["task_id"], "question": row["prompt"], "tests": row["test"], "entryPoint": row["entry_point"], "answer": ""}


def aime(row: Row) -> Row:
    return {"id": row.get("id"), "question": row["problem"], "answer": str(row["answer"])}


def healthbench_easy(row: Row) -> Optional[Row]:
    """Conversations of five turns or more, with rubrics on completeness and at most two criteria that take points."""
    rubrics = row["rubrics"]
    complete = any("completeness" in tag for each in rubrics for tag in each.get("tags", []))
    if len(row["prompt"]) < 5 or not complete or sum(each["points"] < 0 for each in rubrics) > 2:
        return None
    criteria = [{"criterion": each["criterion"], "points": each["points"]} for each in rubrics]
    turns = [{"role": turn["role"], "content": turn["content"]} for turn in row["prompt"]]
    return {"id": row["prompt_id"], "question": turns[-1]["content"], "answer": "", "messages": turns, "rubric": criteria}


def bfcl(row: Row) -> Row:
    tools = "\n".join(json.dumps(each, ensure_ascii=False) for each in row["function"])
    turns = row["question"][0] if isinstance(row["question"][0], list) else row["question"]
    asked = "\n".join(turn["content"] for turn in turns)
    return {"id": row["id"], "question": f"Functions:\n{tools}\n\nRequest: {asked}", "answer": row["ground_truth"][0]}


def arena_writing(row: Row) -> Optional[Row]:
    return {"id": row["uid"], "question": row["prompt"], "answer": ""} if row["category"] == "creative_writing" else None


READERS: Dict[str, Callable[[Row], Optional[Row]]] = {
    **{"gpqa": gpqa, "gsm8k": gsm8k, "humaneval": humaneval, "aime": aime},
    **{"healthbench-easy": healthbench_easy, "bfcl": bfcl, "arena-writing": arena_writing},
}


def convert(rows: Iterable[Row], reader: str, against: Optional[Dict[str, str]] = None) -> List[Row]:
    """Items with ids of their own; those without an answer to be judged against are an error, not left out."""
    items = [item for item in map(READERS[reader], rows) if item is not None]
    for number, item in enumerate(items):
        item["id"] = str(item.get("id") or number)
        if against is not None:
            item["against"] = against[item["id"]]
    return items


def answers_of(rows: Iterable[Row]) -> Dict[str, str]:
    """By question: the last turn of a stored conversation, as Arena-Hard keeps the answers of models."""
    found = {}
    for row in rows:
        content = row["messages"][-1]["content"]
        found[str(row["uid"])] = content["answer"] if isinstance(content, dict) else content
    return found


def lines_of(text: str) -> List[Row]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def load(dataset: Dict[str, Any]) -> "tuple[List[Row], str]":
    """Rows and the commit that they came from. Files are read as they lie; else `datasets` reads the split."""
    from huggingface_hub import HfApi, hf_hub_download

    name, revision = dataset["id"], dataset.get("revision")
    commit = HfApi().dataset_info(name, revision=revision).sha or ""

    def file(path: str) -> str:
        return Path(hf_hub_download(name, path, repo_type="dataset", revision=commit)).read_text(encoding="utf-8")

    if dataset.get("files"):
        rows = [row for path in dataset["files"] for row in lines_of(file(path))]
    else:
        from datasets import load_dataset

        rows = [dict(row) for row in load_dataset(name, dataset.get("config"), split=dataset["split"], revision=commit)]
    against = answers_of(lines_of(file(dataset["against"]))) if dataset.get("against") else None
    return convert(rows, dataset["reader"], against), commit


def main() -> None:
    order = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    dataset, out = order["dataset"], Path(order["out"])
    report.progress(f"Fetching the items of {dataset['id']}.")
    try:
        items, commit = load(dataset)
    except KeyError as error:
        report.fail("benchmark-invalid", f"The rows of {dataset['id']} do not have the shape that was expected: {error} is missing.", "Name the revision that the preset was made for.")
    except Exception as error:
        access = f"Ask for access on https://huggingface.co/datasets/{dataset['id']} and set HF_TOKEN, then try again." if "gated" in str(error).lower() else "Check the name, the revision and the network, then try again."
        report.fail("benchmark-invalid", f"The items of {dataset['id']} could not be fetched: {first_line(error)}", access)
    out.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")
    report.write_result({"id": dataset["id"], "revision": commit, "items": len(items), "itemsHash": hashing.file_hash(out)})
    report.progress(f"{len(items)} items of {dataset['id']} at {commit[:12]}.")


if __name__ == "__main__":
    main()
