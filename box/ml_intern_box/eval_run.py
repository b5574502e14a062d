"""Evaluates a model outside of any run: finds a Python with what evaluates and the model, and tells the outcomes.

Usage: python -m ml_intern_box.eval_run --order, on standard input in one line:
  {model: folder or Hub id, out: folder that holds benchmark.json and benchmark.jsonl,
   python?, root?, base?, seed, limit?, batchSize?, backend?, stopBelow?}
   With secretsFollow, variables for the evaluator alone follow on standard input, as one JSON object in one line.
Answers with {"progress": text} lines and {"result": {result, items: path, outcomes}}; or {"error": {...}}.
Leaves items.jsonl and result.json in the folder `out`.
"""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys
from typing import Any, Dict, List, Optional

from ml_intern_box import ordered
from ml_intern_box.errors import BoxError, from_os_error

Order = Dict[str, Any]
_KEPT = ("id", "answer", "correct", "valid", "truncated", "tokens", "score")
_EVALUATORS = {"eval": "lm_eval", "inspect": "inspect_ai"}
_REASONS = {"benchmark-invalid": "bad-input", "base-model-not-found": "bad-input", "bad-input": "bad-input"}


def run(order: Order) -> int:
    try:
        secrets = ordered.read_line() if order.get("secretsFollow") else {}
        _say({"result": evaluate(order, secrets)})
        return 0
    except BoxError as error:
        _say(error.as_json())
        return 3
    except OSError as error:
        _say(from_os_error(error, order["out"]).as_json())
        return 3


def evaluate(order: Order, secrets: Dict[str, str]) -> Dict[str, Any]:
    out = _place(order, order["out"])
    benchmark = _read(os.path.join(out, "benchmark.json"))
    python = find_python(order, environment_of(benchmark))
    dataset = benchmark.pop("dataset", None)
    config = {
        "model": find_model(order, python, out),
        "items": os.path.join(out, "benchmark.jsonl"),
        "benchmark": benchmark,
        **{name: order[name] for name in ("seed", "limit", "batchSize", "backend", "stopBelow") if order.get(name) is not None},
    }
    result = _step(python, "ml_intern_box.evaluate", config, out, "evaluate", {"ML_INTERN_ROOT": _root(order), **secrets})
    if dataset is not None:
        result["dataset"] = dataset
    items = os.path.join(out, "items.jsonl")
    os.replace(os.path.join(out, "evaluate", "artifacts", "items.jsonl"), items)
    _write(os.path.join(out, "result.json"), result)
    with open(items, encoding="utf-8") as file:
        outcomes = [{name: each[name] for name in _KEPT if name in each} for each in map(json.loads, file)]
    return {"result": result, "items": items, "outcomes": outcomes}


def environment_of(benchmark: Dict[str, Any]) -> str:
    return "inspect" if benchmark.get("kind") == "inspect" else "eval"


def find_python(order: Order, environment: str) -> str:
    """The one that was named, else this one, else that of an environment on the box: whichever has what evaluates."""
    named, package = order.get("python"), _EVALUATORS[environment]
    if named:
        if not _has(named, package):
            raise BoxError("bad-input", "%s cannot import %s." % (named, package), "Name a Python that has %s, torch and transformers." % package)
        return named
    for python in [sys.executable, *sorted(glob.glob(os.path.join(_root(order), "envs", "*", "bin", "python")))]:
        if _has(python, package):
            return python
    raise BoxError(
        "bad-input",
        "No Python here has the package %s, which evaluates this benchmark." % package,
        "Build the environment once (ml-intern box envs HOST --build %s), or name an interpreter with --python." % environment,
    )


def _root(order: Order) -> str:
    return os.path.expanduser(order.get("root") or "~/.ml-intern")


def find_model(order: Order, python: str, out: str) -> str:
    folder = _place(order, order["model"])
    if os.path.isfile(os.path.join(folder, "config.json")):
        return folder
    if order["model"][:1] in (".", "/", "~") or os.path.isdir(folder):
        raise BoxError("bad-input", "There is no model in %s (no config.json)." % folder, "Check the path.")
    return _step(python, "ml_intern_box.model", {"id": order["model"]}, out, "model")["path"]


def _step(python: str, module: str, config: Dict[str, Any], out: str, name: str, more: Optional[Dict[str, str]] = None) -> Dict[str, Any]:
    """Runs one of our programs as a job step would be run; what it prints is progress."""
    folder = os.path.join(out, name)
    os.makedirs(os.path.join(folder, "artifacts"), exist_ok=True)
    result = os.path.join(folder, "artifacts", "result.json")
    if os.path.exists(result):
        os.unlink(result)
    order = os.path.join(folder, "order.json")
    _write(order, config)
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    environment = dict(os.environ, ML_INTERN_JOB_DIR=folder, PYTHONPATH=package, PYTHONUNBUFFERED="1", **(more or {}))
    with open(os.path.join(folder, "stderr.log"), "w", encoding="utf-8") as errors:
        process = subprocess.Popen([python, "-m", module, order], cwd=out, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        for line in process.stdout or ():
            _say({"progress": line.strip()})
        code = process.wait()
    answer = _read(result) if os.path.exists(result) else {}
    if code != 0 or "error" in answer:
        raise _failed(answer.get("error"), code, errors.name)
    return answer


def _failed(error: Optional[Dict[str, str]], code: int, log: str) -> BoxError:
    if error:
        return BoxError(_REASONS.get(error["reason"], "box-command"), error["message"], error["next"])
    with open(log, encoding="utf-8", errors="replace") as file:
        lines: List[str] = [line.strip() for line in file if line.strip()]
    said = lines[-1][:500] if lines else "it said nothing"
    return BoxError("box-command", "The evaluation ended with exit code %d: %s" % (code, said), "Read %s." % log)


def _has(python: str, package: str) -> bool:
    try:
        command = [python, "-c", "import importlib.util as u, sys; sys.exit(u.find_spec('%s') is None)" % package]
        return subprocess.run(command, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _place(order: Order, path: str) -> str:
    """From `base` on; `~` is the home folder."""
    return os.path.join(os.path.expanduser(order.get("base") or ""), os.path.expanduser(path))


def _read(path: str) -> Dict[str, Any]:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def _write(path: str, value: Dict[str, Any]) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)


def _say(value: Dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run(ordered.read_line()))
