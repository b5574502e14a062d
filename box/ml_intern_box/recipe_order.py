"""A recipe compiled for the command line, outside of any job.

Usage: python -m ml_intern_box.recipe --order, on standard input in one line:
  {recipe: {...}, out: folder, root?: folder of the box, base?: folder that paths count from}
Writes OUT/train.jsonl, waterfall.json, provenance.jsonl, recipe.json and with a tokenizer render.json. Prints one JSON object a line: {progress: text}, then
{result: {rows, file, sha256, waterfall, rendering?}} or {error: {reason, message, next}}.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, TextIO

from ml_intern_box import other_python, overlap_rows, recipe, recipe_check, report, sources
from ml_intern_box.errors import BoxError, from_os_error


def run(order: Dict[str, Any]) -> int:
    """Exit code 0 with a result, 3 with an error that says what to do."""
    answers = sys.stdout
    # Whatever else speaks (libraries, the loader's patience) must not be mistaken for an answer.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            recipe_check.check(order["recipe"])
            order = placed(order)
            code = other_python.hand_over(
                "ml_intern_box.recipe", order, needed(order["recipe"]), "Compiling this recipe"
            )
            if code is not None:
                return code
            say(answers, {"result": _compile(order, answers)})
            return 0
        except BoxError as error:
            say(answers, error.as_json())
        except OSError as error:
            say(answers, from_os_error(error, order["out"]).as_json())
        return report.EXIT_EXPLAINED


def placed(order: Dict[str, Any]) -> Dict[str, Any]:
    """The order with its paths made absolute."""
    base = os.path.expanduser(order.get("base") or ".")

    def at(path: str) -> str:
        return os.path.abspath(os.path.join(base, os.path.expanduser(path)))

    def source_at(source: Dict[str, Any]) -> Dict[str, Any]:
        path = sources.file_of(source["dataset"])
        return source if path is None else dict(source, dataset=dict(source["dataset"], file=at(path)))

    wanted = dict(order["recipe"], sources=[source_at(source) for source in order["recipe"]["sources"]])
    return dict(order, recipe=wanted, out=at(order["out"]))


def needed(wanted: Dict[str, Any]) -> List[str]:
    """Packages without which the recipe cannot be compiled."""
    files = [sources.file_of(source["dataset"]) for source in wanted["sources"]]
    opened = [overlap_rows.open_file(os.path.expanduser(path)) for path in files if path is not None]
    packages = ["datasets"] if None in files else []
    packages += ["pyarrow"] if any(each.kind in ("parquet", "arrow") for each in opened) else []
    return packages + (["transformers"] if wanted.get("tokenizer") else [])


def _compile(order: Dict[str, Any], answers: TextIO) -> Dict[str, Any]:
    out = Path(order["out"])
    with failures_told():
        waterfall = recipe.compile_to(
            order["recipe"], out / "train.jsonl", out, progress=lambda text: say(answers, {"progress": text})
        )
    report.write_json(out / "recipe.json", order["recipe"])
    rendered = out / "render.json"
    return {
        **({"rendering": json.loads(rendered.read_text(encoding="utf-8"))} if order["recipe"].get("tokenizer") else {}),
        "rows": waterfall["rows"],
        "file": str(out / "train.jsonl"),
        "sha256": waterfall["sha256"],
        "waterfall": waterfall,
    }


@contextlib.contextmanager
def failures_told() -> Any:
    """The loader of datasets ends a job with its reason in result.json: here that becomes an error."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ML_INTERN_JOB_DIR"] = folder
        try:
            yield
        except SystemExit:
            told = json.loads((Path(folder) / "artifacts" / "result.json").read_text(encoding="utf-8"))["error"]
            raise BoxError(told["reason"], told["message"], told["next"]) from None
        finally:
            del os.environ["ML_INTERN_JOB_DIR"]


def say(answers: TextIO, value: Dict[str, Any]) -> None:
    answers.write(json.dumps(value, ensure_ascii=False) + "\n")
    answers.flush()
