"""Looks for evaluation items in a dataset, before anything is trained on it.

Usage: python -m ml_intern_box.overlap overlap.json
  {dataset: {id, revision, config, split}, columns: {question, answer?} | null (all text), items: "items.jsonl"}
Writes artifacts/result.json {rows, items, seconds, hitCount, hits (first 1000), flaggedRows, examples}.

Three ways to hit: `verbatim` (the whole question, or 13 of its words in a row), `answer` (13 words of the answer in a row) and
`near`: word 5-grams weighted by how rare they are among the items, question .75 and answer .25, at least .8. Short items need
more, up to 1.0 at 8 words or fewer, because questions made from one template share most of their few words.
"""

from __future__ import annotations

import json
import math
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable, Iterator

from ml_intern_box import report

WORD = re.compile(r"\w+")
NEAR_LENGTH = 5
EXACT_LENGTH = 13
QUESTION_SHARE = 0.75
THRESHOLD = 0.8
SHORT, LONG = 8, 16
SHORTEST_WITHIN_TEXT = 4
"""A question of fewer words counts as verbatim only when it is the whole of the row's question."""
MAX_HITS = 1000
MAX_EXAMPLES = 5
TEXT_LIMIT = 400
PROGRESS_SECONDS = 5.0

Gram = tuple[str, ...]


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def grams(tokens: list[str], length: int) -> set[Gram]:
    """All runs of `length` words; the whole text when it is shorter."""
    if not tokens:
        return set()
    length = min(length, len(tokens))
    return set(zip(*(tokens[offset:] for offset in range(length))))


@dataclass
class Item:
    number: int
    text: str
    question: Gram
    question_grams: set[Gram]
    answer_grams: set[Gram]
    threshold: float
    weight: float = 0.0


@dataclass
class Hit:
    row: int
    item: int
    score: float
    kind: str

    def as_json(self) -> dict[str, Any]:
        return {"row": self.row, "item": self.item, "score": round(self.score, 4), "kind": self.kind}


def threshold_for(length: int) -> float:
    """1.0 up to 8 words, falling evenly to .8 at 16."""
    share = min(1.0, max(0.0, (length - SHORT) / (LONG - SHORT)))
    return 1.0 - (1.0 - THRESHOLD) * share


def make_item(number: int, raw: dict[str, Any]) -> Item:
    question, answer = words(raw["question"]), words(raw.get("answer") or "")
    return Item(
        number=number,
        text=f"{raw['question']} {raw.get('answer') or ''}".strip(),
        question=tuple(question),
        question_grams=grams(question, NEAR_LENGTH),
        answer_grams=grams(answer, NEAR_LENGTH),
        threshold=threshold_for(len(question) + len(answer)),
    )


class Index:
    """From every gram of the items to the items that have it."""

    def __init__(self, raw_items: list[dict[str, Any]]) -> None:
        self.items = [make_item(number, raw) for number, raw in enumerate(raw_items)]
        self.near: dict[Gram, list[int]] = defaultdict(list)
        self.exact: dict[Gram, dict[int, str]] = defaultdict(dict)
        self.short: dict[Gram, list[int]] = defaultdict(list)
        for item, raw in zip(self.items, raw_items):
            self._add(item, raw)
        counts: Counter[Gram] = Counter({gram: len(numbers) for gram, numbers in self.near.items()})
        self.rarity = {gram: math.log((len(self.items) + 1) / (count + 0.5)) for gram, count in counts.items()}
        for item in self.items:
            item.weight = sum(self.rarity[gram] for gram in item.question_grams)
        self.lengths = sorted({len(gram) for gram in self.near} | {len(gram) for gram in self.exact})
        self.known = {length: {g for g in [*self.near, *self.exact] if len(g) == length} for length in self.lengths}

    def _add(self, item: Item, raw: dict[str, Any]) -> None:
        for gram in item.question_grams:
            self.near[gram].append(item.number)
        if len(item.question) < SHORTEST_WITHIN_TEXT:
            self.short[item.question].append(item.number)
        for kind, tokens in (("answer", words(raw.get("answer") or "")), ("verbatim", list(item.question))):
            if len(tokens) >= EXACT_LENGTH:
                for gram in grams(tokens, EXACT_LENGTH):
                    self.exact[gram][item.number] = kind
        # A question of fewer than 13 words is looked for as a whole.
        if SHORTEST_WITHIN_TEXT <= len(item.question) < EXACT_LENGTH:
            self.exact[item.question][item.number] = "verbatim"

    def look(self, row: int, question: str, answer: str) -> list[Hit]:
        """The items found in one row, at most one hit each."""
        asked = words(question)
        text = asked + words(answer)
        found: set[Gram] = set()
        for length in self.lengths:
            if length <= len(text):
                found |= self.known[length] & set(zip(*(text[offset:] for offset in range(length))))
        hits = {number: Hit(row, number, 1.0, "verbatim") for number in self.short.get(tuple(asked), ())}
        for gram in found:
            for number, kind in self.exact.get(gram, {}).items():
                hits.setdefault(number, Hit(row, number, 1.0, kind))
        for number, weight in self._question_weights(found).items():
            if number not in hits and (hit := self._near(row, self.items[number], weight, text)):
                hits[number] = hit
        return list(hits.values())

    def _question_weights(self, found: set[Gram]) -> dict[int, float]:
        weights: dict[int, float] = defaultdict(float)
        for gram in found:
            for number in self.near.get(gram, ()):
                weights[number] += self.rarity[gram]
        return weights

    def _near(self, row: int, item: Item, matched: float, text: list[str]) -> Hit | None:
        share = matched / item.weight if item.weight else 0.0
        if len(item.question) < SHORTEST_WITHIN_TEXT or QUESTION_SHARE * share + 1 - QUESTION_SHARE < item.threshold - 1e-9:
            return None
        score = share
        if item.answer_grams:
            length = len(next(iter(item.answer_grams)))
            present = item.answer_grams & set(zip(*(text[offset:] for offset in range(length))))
            score = QUESTION_SHARE * share + (1 - QUESTION_SHARE) * len(present) / len(item.answer_grams)
        return Hit(row, item.number, score, "near") if score >= item.threshold - 1e-9 else None


@dataclass
class Findings:
    rows: int = 0
    hit_count: int = 0
    hits: list[Hit] = field(default_factory=list)
    flagged: list[int] = field(default_factory=list)
    examples: list[dict[str, Any]] = field(default_factory=list)


def strings(value: Any) -> Iterator[str]:
    """Every text in a cell, also inside conversations."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from strings(inner)


def texts_of(row: dict[str, Any], columns: dict[str, str] | None) -> tuple[str, str]:
    if columns is None:
        return " ".join(strings(row)), ""
    answer = " ".join(strings(row.get(columns.get("answer") or "")))
    return " ".join(strings(row.get(columns["question"]))), answer


def scan(rows: Iterable[dict[str, Any]], raw_items: list[dict[str, Any]], columns: dict[str, str] | None) -> Findings:
    index = Index(raw_items)
    findings = Findings()
    spoken = time.monotonic()
    for number, row in enumerate(rows):
        question, answer = texts_of(row, columns)
        hits = index.look(number, question, answer)
        findings.rows += 1
        if hits:
            note(findings, hits, f"{question} {answer}".strip(), index)
        if time.monotonic() - spoken > PROGRESS_SECONDS:
            spoken = time.monotonic()
            report.progress(f"{findings.rows} rows, {findings.hit_count} hits")
    return findings


def note(findings: Findings, hits: list[Hit], text: str, index: Index) -> None:
    findings.hit_count += len(hits)
    findings.flagged.append(hits[0].row)
    findings.hits += hits[: MAX_HITS - len(findings.hits)]
    if len(findings.examples) < MAX_EXAMPLES:
        best = max(hits, key=lambda hit: hit.score)
        shown = {"rowText": text[:TEXT_LIMIT], "itemText": index.items[best.item].text[:TEXT_LIMIT]}
        findings.examples.append({"row": best.row, "item": best.item, "score": round(best.score, 4)} | shown)


def main() -> None:
    from ml_intern_box.rows import load_rows

    config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    items = [json.loads(line) for line in Path(config["items"]).read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = load_rows(config["dataset"])
    missing = [name for name in (config["columns"] or {}).values() if name and name not in rows.column_names]
    if missing:
        report.fail("bad-input", f"{config['dataset']['id']} has no column {', '.join(missing)}; it has {', '.join(rows.column_names)}.", "Name columns that it has, or check all of them.")
    began = time.monotonic()
    findings = scan(rows, items, config["columns"])
    result = {
        "rows": findings.rows,
        "items": len(items),
        "seconds": round(time.monotonic() - began, 2),
        "hitCount": findings.hit_count,
        "hits": [hit.as_json() for hit in findings.hits],
        "flaggedRows": findings.flagged,
        "examples": findings.examples,
    }
    report.write_result(result)
    report.progress(f"{findings.hit_count} hits in {len(findings.flagged)} of {findings.rows} rows, against {len(items)} items.")


if __name__ == "__main__":
    main()
