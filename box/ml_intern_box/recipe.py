"""Turns a recipe into training rows, the same bytes every time and on every machine.

Usage: python -m ml_intern_box.recipe recipe.json
  {seed, maxTokens?, tokenizer?, dedup?: {exact?, near?, by?}, caps?: {rows?, tokens?}, sources: [{dataset: {id, revision, config, split} | {file},
   mapping, weight?, share?, maxRows?, filters?: [...], excludeRows?: [int]}]}
Writes data/train.jsonl beside the recipe, artifacts/waterfall.json {stages: [{name, rows}], unmapped: {problem: rows}, sources, rows, tokens, sha256}
and artifacts/provenance.jsonl: for each training row its [source, row], counted from zero. With a tokenizer also artifacts/render.json:
some of the rows as the model sees them (see render_sample); config.json beside the recipe says at how many tokens training cuts them.

Or with --order, for the command line: see recipe_order. Texts are never held in memory; it needs about 100 bytes for each row.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from array import array
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

from ml_intern_box import dedup, mixing, ordered, recipe_check, render_sample, report, tokens
from ml_intern_box.errors import BoxError
from ml_intern_box.overlap_text import strings
from ml_intern_box.recipe_source import SourceCompiler, Stages, totals
from ml_intern_box.spool import Spool

Recipe = Dict[str, Any]
Waterfall = Dict[str, Any]


class Compiler:
    """One recipe on its way to rows."""

    def __init__(
        self, recipe: Recipe, spool: Spool, load: Any = None, progress: Callable[[str], None] = report.progress
    ) -> None:
        recipe_check.check(recipe)
        self.recipe = recipe
        self.spool = spool
        self.load = load
        self.progress = progress
        self.stages = [
            Stages(recipe_check.source_name(index, source)) for index, source in enumerate(recipe["sources"])
        ]
        self.unmapped: List[Counter[str]] = []
        self._count = (
            tokens.counter(recipe["tokenizer"]) if recipe.get("tokenizer") and self._counts_tokens() else None
        )
        self._rows: List["array[int]"] = []

    def _counts_tokens(self) -> bool:
        caps = self.recipe.get("caps") or {}
        by_filters = any(
            each.get("unit") == "tokens" for source in self.recipe["sources"] for each in source.get("filters") or []
        )
        return bool(self.recipe.get("maxTokens") or caps.get("tokens") or by_filters)

    def run(self) -> "array[int]":
        """Rows of the spool in the order of training, copies included."""
        self._read()
        self._deduplicate()
        self._sample()
        self._mix()
        return self._cap()

    def _read(self) -> None:
        for index, source in enumerate(self.recipe["sources"]):
            compiler = SourceCompiler(index, source, self.stages[index], self.recipe.get("maxTokens"), self._count)
            begin = len(self.spool)
            self.unmapped.append(compiler.read(self.spool, self.load))
            self._rows.append(array("Q", range(begin, len(self.spool))))
            self.progress("%s: %s" % (self.stages[index].name, self.stages[index].in_words()))
        self.spool.finish()

    def _deduplicate(self) -> None:
        wanted = self.recipe.get("dedup") or {}
        if not (wanted.get("exact") or wanted.get("near")):
            return
        by_prompt = wanted.get("by") == "prompt"

        def text_of(row: int) -> str:
            whole = self.spool.row(row)
            return " ".join(strings(prompt_of(whole) if by_prompt else whole))

        kept = array("Q", (row for rows in self._rows for row in rows))
        if wanted.get("exact"):
            kept = dedup.exact(kept, text_of)
        if wanted.get("near"):
            kept = dedup.near(kept, text_of, wanted["near"], self.spool.path.parent)
        self._keep(kept)
        self._note("deduplicated", "Every row of it repeats one of an earlier source: leave it out, or loosen dedup.")

    def _keep(self, kept: "array[int]") -> None:
        self._rows = [array("Q") for _ in self._rows]
        for row in kept:
            self._rows[self.spool.source[row]].append(row)

    def _sample(self) -> None:
        seed = self.recipe["seed"]
        pairs = list(zip(self.recipe["sources"], self._rows))
        self._rows = [mixing.sample(self.spool, rows, source.get("maxRows"), seed) for source, rows in pairs]
        self._note("sampled", "")
        pairs = list(zip(self.recipe["sources"], self._rows))
        self._rows = [mixing.repeat(self.spool, rows, source.get("weight", 1), seed) for source, rows in pairs]
        self._note("repeated", "Its weight times its rows is less than one: raise it.")

    def _mix(self) -> None:
        shares = [source.get("share") for source in self.recipe["sources"]]
        if any(share is None for share in shares):
            return
        self._rows = mixing.mix(
            self.spool, self._rows, shares, (self.recipe.get("caps") or {}).get("rows"), self.recipe["seed"]
        )
        self._note(
            "mixed", "Its share of the mixture is less than one row: raise its share, or give the sources more rows."
        )

    def _note(self, stage: str, next_step: str) -> None:
        for stages, rows in zip(self.stages, self._rows):
            stages.add(stage, len(rows), next_step)

    def _cap(self) -> "array[int]":
        everything = array("Q", (row for rows in self._rows for row in rows))
        ordered = array("Q", (everything[at] for at in mixing.order(self.spool, everything, self.recipe["seed"])))
        caps = self.recipe.get("caps") or {}
        if not caps.get("rows") and not caps.get("tokens"):
            return ordered
        ordered = ordered[: caps.get("rows")]
        if caps.get("tokens"):
            ordered = ordered[: self._fitting(ordered, caps["tokens"])]
        counts = Counter(self.spool.source[row] for row in ordered)
        for index, stages in enumerate(self.stages):
            stages.counts.append(("capped", counts[index]))
        if not ordered:
            raise BoxError(
                "bad-input",
                "The cap of %d tokens is less than the first row has." % caps["tokens"],
                "Raise caps.tokens.",
            )
        return ordered

    def _fitting(self, ordered: "array[int]", most: int) -> int:
        """How many rows from the start have no more tokens than `most` together."""
        total = 0
        for at, row in enumerate(ordered):
            total += self.tokens_of(row)
            if total > most:
                return at
        return len(ordered)

    def tokens_of(self, row: int) -> int:
        assert self._count is not None, "the recipe's check asks for a tokenizer"
        return self._count(self.spool.row(row))

    @property
    def counts_tokens(self) -> bool:
        return self._count is not None

    def waterfall(self, written: "Written") -> Waterfall:
        total: Counter[str] = sum(self.unmapped, Counter())
        return {
            "stages": totals(self.stages),
            "unmapped": dict(total.most_common()),
            "sources": [
                {
                    "dataset": (source["dataset"].get("file") or source["dataset"]["id"]),
                    "stages": stages.as_json(),
                    "unmapped": dict(unmapped.most_common()),
                }
                for source, stages, unmapped in zip(self.recipe["sources"], self.stages, self.unmapped)
            ],
            "rows": written.rows,
            "tokens": written.tokens,
            "sha256": written.sha256,
        }


def prompt_of(row: Dict[str, Any]) -> Any:
    """What is asked in a training row; all of it where nothing is asked."""
    if "messages" in row:
        return [turn for turn in row["messages"] if turn.get("role") != "assistant"]
    return row["prompt"] if row.get("prompt") else row


class Written:
    def __init__(self) -> None:
        self.rows = 0
        self.tokens: Optional[int] = None
        self.sha256 = ""


def write(compiler: Compiler, rows: "array[int]", train: Path, provenance: Path) -> Written:
    """The training rows, and beside them where each came from."""
    written, digest = Written(), hashlib.sha256()
    spool, counted = compiler.spool, 0
    with _replacing(train) as out, _replacing(provenance) as side:
        for row in rows:
            line = spool.line(row)
            digest.update(line)
            out.write(line)
            side.write(b"[%d,%d]\n" % (spool.source[row], spool.number[row]))
            counted += compiler.tokens_of(row) if compiler.counts_tokens else 0
    written.rows, written.sha256 = len(rows), digest.hexdigest()
    written.tokens = counted if compiler.counts_tokens else None
    return written


class _replacing:
    """A file that takes its name only when it is whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_name(path.name + ".part")

    def __enter__(self) -> Any:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = self.part.open("wb")
        return self.file

    def __exit__(self, kind: Any, *_: Any) -> None:
        self.file.close()
        if kind is None:
            self.part.replace(self.path)
        else:
            self.part.unlink()


def compile_to(
    recipe: Recipe,
    train: Path,
    side: Path,
    load: Any = None,
    progress: Callable[[str], None] = report.progress,
    cut_at: Optional[int] = None,
) -> Waterfall:
    """Writes `train`, and waterfall.json, provenance.jsonl and render.json into `side`; the scratch file lies beside `train` meanwhile.

    `cut_at` tokens training cuts a row.
    """
    train.parent.mkdir(parents=True, exist_ok=True)
    side.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".recipe-", dir=str(train.parent)) as scratch:
        spool = Spool(Path(scratch) / "rows")
        try:
            compiler = Compiler(recipe, spool, load, progress)
            rows = compiler.run()
            waterfall = compiler.waterfall(write(compiler, rows, train, side / "provenance.jsonl"))
            if recipe.get("tokenizer"):
                report.write_json(side / "render.json", rendering(compiler, rows, cut_at or recipe.get("maxTokens")))
        finally:
            spool.close()
    report.write_json(side / "waterfall.json", waterfall)
    return waterfall


def rendering(compiler: Compiler, rows: "array[int]", cut_at: Optional[int]) -> Dict[str, Any]:
    def row_of(number: int) -> Dict[str, Any]:
        row: Dict[str, Any] = compiler.spool.row(rows[number])
        return row

    return render_sample.of_rows(len(rows), row_of, compiler.recipe["tokenizer"], cut_at)


def _cut_at(config: Path) -> Optional[int]:
    """What the training beside the recipe is told of the length of rows; None where there is none."""
    if not config.exists():
        return None
    longest = json.loads(config.read_text(encoding="utf-8")).get("max_length")
    return longest if isinstance(longest, int) else None


def main() -> int:
    if ordered.is_ordered():
        from ml_intern_box import recipe_order

        return recipe_order.run(ordered.read_line())
    recipe = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        waterfall = compile_to(
            recipe, Path("data/train.jsonl"), report.artifacts_folder(), cut_at=_cut_at(Path("config.json"))
        )
    except BoxError as error:
        report.fail(error.reason, error.message, error.next_step)
    report.progress(
        f"{waterfall['rows']} training rows, {sum(waterfall['unmapped'].values())} rows could not be mapped."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
