"""Turns a recipe into training rows, the same ones every time.

Usage: python -m ml_intern_box.recipe recipe.json
  {seed, sources: [{dataset: {id, revision, config, split}, mapping: {prompt, completion}, weight, maxRows?, excludeRows: [int]}]}
Writes data/train.jsonl {prompt, completion} beside the recipe and artifacts/waterfall.json {stages: [{name, rows}], unmapped, sources}.
"""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path
from typing import Any, Callable, Iterable

from ml_intern_box import report
from ml_intern_box.rows import load_rows

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
STAGES = ("loaded", "mapped", "without overlap", "sampled", "repeated")

Row = dict[str, str]


def cell(row: dict[str, Any], name: str) -> Any:
    """A column, or a place inside a nested one: `messages.0.content`. None when it is not there."""
    if name in row:
        return row[name]
    value: Any = row
    for part in name.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def fill(template: str, row: dict[str, Any]) -> str | None:
    """The template with the row's values, or None when one is missing or empty."""
    values = {name: cell(row, name) for name in PLACEHOLDER.findall(template)}
    if any(value is None or not str(value).strip() for value in values.values()):
        return None
    return PLACEHOLDER.sub(lambda match: str(values[match.group(1)]), template)


def map_rows(rows: Iterable[dict[str, Any]], mapping: dict[str, str]) -> list[tuple[int, Row]]:
    """The rows that can be mapped, each with its number in the split."""
    mapped = []
    for number, row in enumerate(rows):
        prompt, completion = fill(mapping["prompt"], row), fill(mapping["completion"], row)
        if prompt is not None and completion is not None:
            mapped.append((number, {"prompt": prompt, "completion": completion}))
    return mapped


def compile_source(source: dict[str, Any], rows: Iterable[dict[str, Any]], total: int, seed: int) -> tuple[list[Row], dict[str, int]]:
    mapped = map_rows(rows, source["mapping"])
    excluded = set(source.get("excludeRows") or [])
    clean = [row for number, row in mapped if number not in excluded]
    limit = source.get("maxRows")
    sampled = clean if limit is None or limit >= len(clean) else random.Random(seed).sample(clean, limit)
    repeated = sampled * source.get("weight", 1)
    counts = (total, len(mapped), len(clean), len(sampled), len(repeated))
    return repeated, dict(zip(STAGES, counts))


def compile_recipe(recipe: dict[str, Any], load: Callable[[dict[str, Any]], Any] = load_rows) -> tuple[list[Row], dict[str, Any]]:
    """All training rows in their order, and the waterfall that says where rows went."""
    training: list[Row] = []
    sources = []
    for index, source in enumerate(recipe["sources"]):
        rows = load(source["dataset"])
        compiled, counts = compile_source(source, rows, len(rows), recipe["seed"] * 1000 + index)
        report.progress(f"{source['dataset']['id']}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
        training += compiled
        sources.append({"dataset": source["dataset"]["id"], "stages": as_stages(counts), "unmapped": counts["loaded"] - counts["mapped"]})
    random.Random(recipe["seed"]).shuffle(training)
    totals = {name: sum(stage["rows"] for s in sources for stage in s["stages"] if stage["name"] == name) for name in STAGES}
    return training, {"stages": as_stages(totals), "unmapped": sum(s["unmapped"] for s in sources), "sources": sources}


def as_stages(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [{"name": name, "rows": rows} for name, rows in counts.items()]


def main() -> None:
    recipe = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    training, waterfall = compile_recipe(recipe)
    report.write_json(report.artifacts_folder() / "waterfall.json", waterfall)
    if not training:
        report.fail("bad-input", "The recipe leaves no training rows: " + ", ".join(f"{s['rows']} {s['name']}" for s in waterfall["stages"]) + ".", "Check the mapping's column names and the excluded rows.")
    folder = Path("data")
    folder.mkdir(exist_ok=True)
    with (folder / "train.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in training)
    report.progress(f"{len(training)} training rows, {waterfall['unmapped']} rows could not be mapped.")


if __name__ == "__main__":
    main()
