"""Runs a task of inspect-ai and tells what it found item by item in our own shape.

Usage: python -m ml_intern_box.inspect_run inspect.json
  {task: "inspect_evals/ifeval", model: inspect's name of it, e.g. "vllm//path/of/model", maxTokens?, seed?, limit?, connections?,
   temperature?, metric?}
Needs the environment inspect. Writes artifacts/items.jsonl and artifacts/result.json, as ml_intern_box.evaluate does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

from ml_intern_box import report
from ml_intern_box.evaluation import grading

Entry = Dict[str, Any]
_LETTERS = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
"""inspect's words for correct, incorrect, partial and no answer."""


def items_of(log: Entry, metric: Optional[str] = None) -> List[Entry]:
    """The outcomes of a log, several epochs of a sample under one id. metric: a key of scores that are dicts."""
    return [item_of(sample, metric) for sample in log.get("samples") or []]


def item_of(sample: Entry, metric: Optional[str]) -> Entry:
    scores = sample.get("scores") or {}
    score = next(iter(scores.values()), {})
    value = value_of(score.get("value"), metric)
    output = sample.get("output") or {}
    stop = (output.get("choices") or [{}])[0].get("stop_reason")
    answer = score.get("answer") or None
    graded = value is not None and value not in (0.0, 1.0)
    # Checks of instructions name no answer; then a score says that there was something to score.
    valid = value is not None and score.get("reason") != "invalid_response_format" and (answer is not None or value > 0 or bool(output.get("completion")))
    return {
        "id": str(sample["id"]),
        "reference": sample["target"] if isinstance(sample["target"], str) else ", ".join(sample["target"]),
        "generation": output.get("completion") or "",
        "answer": answer,
        "correct": value is not None and value >= 1.0,
        "valid": valid,
        "truncated": stop in ("max_tokens", "model_length"),
        "tokens": sum(usage.get("output_tokens", 0) for usage in (sample.get("model_usage") or {}).values()),
        **({"score": None} if value is None else {"score": min(1.0, max(0.0, value))} if graded else {}),
    }


def value_of(value: Any, metric: Optional[str]) -> Optional[float]:
    """None for a sample that was not scored: an error is no wrong answer."""
    if isinstance(value, dict):
        value = value.get(metric) if metric else next(iter(value.values()), None)
    if isinstance(value, str):
        return _LETTERS.get(value)
    return float(value) if isinstance(value, (bool, int, float)) else None


def command_of(config: Entry, logs: Path) -> List[str]:
    options = {
        **{"--max-tokens": config.get("maxTokens"), "--seed": config.get("seed"), "--limit": config.get("limit")},
        **{"--max-connections": config.get("connections"), "--temperature": config.get("temperature")},
    }
    given = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    return [sys.executable, "-m", "inspect_ai", "eval", config["task"], "--model", config["model"], "--log-dir", str(logs), "--log-format", "json", "--display", "plain", *given]


def newest_log(logs: Path) -> Optional[Entry]:
    found = sorted(logs.glob("*.json"), key=lambda path: path.stat().st_mtime)
    return json.loads(found[-1].read_text(encoding="utf-8")) if found else None


def result_of(log: Entry, items: List[Entry], config: Entry) -> Entry:
    about = log["eval"]
    scored = [grading.value_of(item) for item in items if grading.is_graded(item)]
    return {
        "metric": config.get("metric") or "accuracy",
        "n": len(items),
        "correct": sum(item["correct"] for item in items),
        "invalid": sum(not item["valid"] for item in items),
        "truncated": sum(item["truncated"] for item in items),
        "meanTokens": round(sum(item["tokens"] for item in items) / len(items), 3),
        **({"score": round(sum(scored) / len(scored), 6)} if scored else {}),
        "evaluator": "inspect-ai",
        "evaluatorVersion": (about.get("packages") or {}).get("inspect_ai", ""),
        "task": about["task"],
        "seed": config.get("seed"),
        "settings": {name: value for name, value in config.items() if name != "model"},
    }


def main() -> None:
    config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    logs = report.artifacts_folder() / "inspect"
    code = subprocess.call(command_of(config, logs), env=dict(os.environ, INSPECT_DISPLAY="plain"))
    log = newest_log(logs)
    if log is None or log["status"] != "success":
        why = (log or {}).get("error") or {}
        report.fail("evaluation-failed", f"inspect ended without a result (exit code {code}): {str(why.get('message', 'no log'))[:300]}", "Read stderr.log; the task and the model's name are those of inspect.")
    items = items_of(log, config.get("metric"))
    with (report.artifacts_folder() / "items.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    report.write_result(result_of(log, items, config))
    report.progress(f"{sum(item['correct'] for item in items)} of {len(items)} right.")


if __name__ == "__main__":
    main()
