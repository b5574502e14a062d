"""Whether a model's folder is fit to be shipped: files, tokens, weights, descent; with transformers at hand also loading and answering.

Usage: python -m ml_intern_box.doctor doctor.json, as a step of a job; or --order, given on standard input, which prints {result} or {error}.
  {model: folder, baseModel?: folder or weights hash, baseHash?: as the run recorded it, instruct?: folder of a sibling,
   prompts?, maxTokens?, transformers?: the version it must load in, python?: path, load?: bool, deep?: bool, hold?: job to keep where it is fit, run?,
   root?: folder of the box, base?: folder that paths count from}
Result {ok, checks: [{name, result: pass|warn|fail|not-checked, message, fix}], facts}. As a step it writes it to artifacts/result.json
and ends with 0 whatever was found: what follows from it is for the reader to decide.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Optional

from ml_intern_box import doctor_descent, doctor_folder, doctor_text, doctor_weights, holding, ordered, other_python, report
from ml_intern_box.doctor_findings import Findings, Folder
from ml_intern_box.errors import BoxError

SECONDS = 1800
LOADED = ("load", "tokenizer", "stops", "repetition")
NEEDED = ("torch", "transformers")
GET_PYTHON = "Name an interpreter that has torch and transformers (--python), or build one: ml-intern box envs HOST --build train."


def examine(order: Dict[str, Any]) -> Dict[str, Any]:
    folder, findings = Folder(Path(order["model"])), Findings()
    if not folder.path.is_dir():
        raise BoxError("bad-input", "There is no folder %s." % order["model"], "Name the folder of a model.")
    doctor_folder.look(folder, findings, str(order.get("transformers") or ""))
    weights = doctor_weights.look(folder, findings, order.get("deep", True))
    doctor_text.look(folder, findings, weights)
    if order.get("baseModel"):
        doctor_descent.look(
            folder, weights, order["baseModel"], findings, order.get("baseHash") or "", order.get("instruct") or ""
        )
    _load(order, findings)
    return findings.as_json()


def _load(order: Dict[str, Any], findings: Findings) -> None:
    if order.get("load") is False:
        return _not_loaded(findings, "It was not loaded, as was asked.", "")
    if not findings.ok and any(
        each["name"] in ("config", "weights", "adapter") and each["result"] == "fail" for each in findings.checks
    ):
        return _not_loaded(findings, "It was not loaded: what was found above comes first.", "")
    python = interpreter(order, NEEDED)
    if python is None:
        return _not_loaded(findings, "No Python with torch and transformers is at hand.", GET_PYTHON)
    _second_look(python, dict(order, engine="transformers"), findings, "load")
    _vllm(order, findings)


def _not_loaded(findings: Findings, message: str, fix: str) -> None:
    for name in LOADED:
        findings.unchecked(name, message, fix)
    findings.unchecked("vllm", message, fix)


def _vllm(order: Dict[str, Any], findings: Findings) -> None:
    from ml_intern_box.gpus import list_gpus

    if not list_gpus():
        return findings.unchecked("vllm", "There is no GPU here.")
    python = interpreter(order, ("vllm",))
    if python is None:
        return findings.unchecked(
            "vllm", "No environment with vLLM is here.", "Build it: ml-intern box envs HOST --build serve."
        )
    _second_look(python, dict(order, engine="vllm"), findings, "vllm")


def interpreter(order: Dict[str, Any], packages: Any) -> Optional[str]:
    """The Python that was named, this one, or one of the box's environments: the first that has all packages."""
    named = [order["python"]] if order.get("python") else []
    for python in [
        *named,
        sys.executable,
        *other_python.environments(order.get("root") or os.environ.get("ML_INTERN_ROOT")),
    ]:
        if all(other_python.has(python, name) for name in packages):
            return str(python)
    return None


def _second_look(python: str, order: Dict[str, Any], findings: Findings, name: str) -> None:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    environment = dict(
        os.environ, PYTHONPATH=package, HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false"
    )
    command = [python, "-m", "ml_intern_box.doctor_load", json.dumps(order)]
    try:
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS
        )
        said = json.loads(done.stdout.decode("utf-8").strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        return findings.fail(
            name,
            "It was not loaded within %d minutes." % (SECONDS // 60),
            "Look at the size of the model and what else runs there.",
        )
    except (OSError, ValueError, IndexError):
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no word"]
        return findings.fail(
            name,
            "Loading it ended the interpreter (%s): %s" % (done.returncode, last[0][:300]),
            "See whether the memory was enough.",
        )
    # What is said twice is said by whoever looked closer.
    closer = {each["name"] for each in said["checks"]}
    findings.checks = [
        each for each in findings.checks if each["name"] not in closer or each["result"] == "fail"
    ] + said["checks"]
    findings.facts.update(said["facts"])


def run_order(order: Dict[str, Any]) -> int:
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        try:
            value: Dict[str, Any] = {"result": examine(_placed(order))}
        except BoxError as error:
            value = error.as_json()
    answers.write(json.dumps(value, ensure_ascii=False) + "\n")
    return report.EXIT_EXPLAINED if "error" in value else 0


def _placed(order: Dict[str, Any]) -> Dict[str, Any]:
    start = os.path.expanduser(order.get("base") or ".")

    def place(path: str) -> str:
        return os.path.abspath(os.path.join(start, os.path.expanduser(path)))

    known = {name: place(order[name]) for name in ("model", "instruct") if order.get(name)}
    base = order.get("baseModel")
    if base:
        known["baseModel"] = base if len(base) == 64 and not os.path.exists(place(base)) else place(base)
    return dict(order, **known)


def main() -> int:
    if ordered.is_ordered():
        return run_order(ordered.read_line())
    order = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        result = examine(order)
        if result["ok"] and order.get("hold"):
            holding.hold(os.environ["ML_INTERN_ROOT"], order["hold"], order["run"])
    except BoxError as error:
        report.fail(error.reason, error.message, error.next_step)
    report.write_result(result)
    for check in result["checks"]:
        report.progress("%s: %s: %s" % (check["name"], check["result"], check["message"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
