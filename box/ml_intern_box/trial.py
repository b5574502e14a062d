"""Runs a training script for a bounded time and says how long all of it would take: artifacts/forecast.json.

First two steps on the longest and a few other rows: a crash, or a batch that does not fit the memory, costs little.
Then the script itself on all rows, until it has taken the steps or the seconds that a calibration needs. Both write
into folders of their own, which are removed. Call: python -m ml_intern_box.trial [options] -- python train.py
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from . import calibration, report
from .forecast import forecast

SMOKE_STEPS = 2
LEAST_ROWS = 64
GRACE_SECONDS = 20


def main(arguments: list[str]) -> None:
    options = _options(arguments)
    started = time.monotonic()
    scratch = (report.job_folder() or Path.cwd()) / "trial"
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        left = options.limit
        smoke = None
        if not options.no_smoke:
            report.progress("Two steps on a few rows, the longest among them.")
            limits = {calibration.STEPS: str(SMOKE_STEPS)}
            smoke = _run(options.command, scratch / "smoke", _small_work(scratch), limits, left)
            left -= time.monotonic() - started
        most = (options.steps, options.seconds)
        report.progress("A calibration on all rows: at most %d steps or %d seconds." % most)
        limits = {calibration.STEPS: str(options.steps), calibration.SECONDS: str(options.seconds)}
        full = _run(options.command, scratch / "full", Path.cwd(), limits, left)
        result = forecast(full["measured"], full["started"], full["ended"], options.gpus)
        if smoke:
            result["peakMemoryMiB"] = max(result["peakMemoryMiB"], smoke["measured"]["peakMemoryMiB"])
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    result["trialSeconds"] = round(time.monotonic() - started, 1)
    report.write_json(report.artifacts_folder() / "forecast.json", result)
    report.write_result(result)
    report.progress("%d steps would take %d seconds in all." % (result["steps"], result["seconds"]["value"]))


def _options(arguments: list[str]) -> argparse.Namespace:
    at = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(prog="python -m ml_intern_box.trial")
    parser.add_argument("--steps", type=int, default=60, help="most steps of the calibration")
    parser.add_argument("--seconds", type=int, default=60, help="most seconds of the calibration")
    parser.add_argument("--limit", type=float, default=900, help="most seconds of everything")
    parser.add_argument("--gpus", type=int, default=0, help="that the training takes")
    parser.add_argument("--no-smoke", action="store_true", help="only the calibration")
    options = parser.parse_args(arguments[:at])
    options.command = arguments[at + 1 :]
    if not options.command:
        parser.error("Name the command after --.")
    return options


def _run(command: list[str], folder: Path, work: Path, limits: dict[str, str], seconds: float) -> dict[str, Any]:
    """{measured, started, ended}; leaves as the script left when it fails: the failure is told as its own."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **limits, "ML_INTERN_JOB_DIR": str(folder)}
    started = time.time()
    child = subprocess.Popen(command, cwd=work, env=environment)
    # The whole group is told to end: the script saves and leaves by itself, and we leave with it.
    signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGTERM))
    try:
        code = child.wait(max(1.0, seconds))
    except subprocess.TimeoutExpired:
        _end(child)
        report.fail(
            "not-measured",
            "The trial was ended after %d seconds, before enough steps were measured." % seconds,
            "Train on fewer rows, or start the training without a forecast.",
        )
    if code != 0:
        raise SystemExit(code if code > 0 else 128 - code)
    return {"measured": _measured(folder), "started": started, "ended": time.time()}


def _end(child: subprocess.Popen) -> None:
    child.terminate()
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _measured(folder: Path) -> dict[str, Any]:
    try:
        value = json.loads((folder / "artifacts" / calibration.NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        value = {}
    if not value.get("stepSeconds"):
        report.fail(
            "not-measured",
            "The script ended well but told nothing of its steps.",
            "Give the trainer ml_intern_box.report.ReportCallback() among its callbacks.",
        )
    return value


def _small_work(scratch: Path) -> Path:
    """The work folder again, by links, with a configuration of few rows; the folder itself where that cannot be."""
    here = Path.cwd()
    config = _config(here)
    source = config.get("data")
    if not isinstance(source, str) or not (here / source).is_file():
        return here
    work = scratch / "work"
    work.mkdir(parents=True)
    for entry in here.iterdir():
        if entry.name != "config.json" and entry != scratch:
            (work / entry.name).symlink_to(entry)
    rows = work / "smoke-rows.jsonl"
    step = config.get("batch_size", 1) * config.get("gradient_accumulation", 1)
    few_rows(here / source, rows, max(LEAST_ROWS, 2 * SMOKE_STEPS * step))
    report.write_json(work / "config.json", {**config, "data": str(rows)})
    return work


def _config(work: Path) -> dict[str, Any]:
    try:
        value = json.loads((work / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def few_rows(source: Path, target: Path, count: int) -> None:
    """Half of them the longest, which take the most memory; the others spread over the file. In the file's order."""
    with source.open("rb") as lines:
        lengths = [len(line) for line in lines]
    longest = sorted(range(len(lengths)), key=lengths.__getitem__)[-(count // 2) :]
    spread = range(0, len(lengths), max(1, len(lengths) // max(1, count // 2)))
    chosen = {*longest, *list(spread)[: count // 2]}
    with source.open("rb") as lines, target.open("wb") as out:
        out.writelines(line for number, line in enumerate(lines) if number in chosen)


if __name__ == "__main__":
    main(sys.argv[1:])
