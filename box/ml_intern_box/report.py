"""What a job says about itself: metrics.jsonl while it runs, artifacts/result.json at its end, and in between
artifacts/samples.jsonl (a few rows or generations to look at) and artifacts/phases.jsonl (what it did when).

A script uses four things of it: `ReportCallback` for a trainer, `phase`, `sample` and `fail`.
Outside a job (no ML_INTERN_JOB_DIR) everything is printed instead, so scripts run anywhere. Of several processes that
train together (started by accelerate or torchrun) the first one speaks for all. Nothing here may slow or end a training:
a line is one append of some ten microseconds, and a file that cannot be written is said once and left.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any, NoReturn, TextIO

EXIT_EXPLAINED = 3
"""Exit code of a step that failed and said why in result.json and in the last line of stderr."""


def job_folder() -> Path | None:
    folder = os.environ.get("ML_INTERN_JOB_DIR")
    return Path(folder) if folder else None


def artifacts_folder() -> Path:
    """Where results go: the job's artifacts, or ./artifacts outside a job."""
    folder = (job_folder() or Path.cwd()) / "artifacts"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def speaks() -> bool:
    return int(os.environ.get("RANK", "0")) == 0


def write_json(path: Path, value: Any) -> None:
    """Replaces the file at once, so that a reader never sees half of it."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    partial.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path)


def write_result(value: dict[str, Any]) -> None:
    if speaks():
        write_json(artifacts_folder() / "result.json", value)


def fail(reason: str, message: str, next_step: str) -> NoReturn:
    """Ends the step with one clear sentence and what to do next."""
    # Whichever process fails first: the others are ended before they can say anything.
    write_json(artifacts_folder() / "result.json", {"error": {"reason": reason, "message": message, "next": next_step}})
    print(f"Error: {message} {next_step}", file=sys.stderr, flush=True)
    raise SystemExit(EXIT_EXPLAINED)


def progress(text: str) -> None:
    if speaks():
        print(text, flush=True)


MOST_SAMPLES = 200
_MUST_BE_FINITE = ("loss", "eval_loss", "learning_rate", "grad_norm")
LONGEST_SAMPLE = 4000
"""Characters of a text in a sample: it is for looking at, not a copy of the data."""
MOST_VALUES = 60
"""Values in a line of metrics; a trainer with many reward functions logs some thirty."""


class Lines:
    """A file of JSON lines, each in it, whole, as soon as it is appended; None: they are printed."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._out: TextIO | None = None
        self._lost = False

    def append(self, value: dict[str, Any]) -> None:
        text = json.dumps(value, ensure_ascii=False)
        if self.path is None:
            print(text, flush=True)
            return
        try:
            if self._out is None:
                self._out = self.path.open("a", encoding="utf-8", buffering=1 << 20)
            self._out.write(text + "\n")
            self._out.flush()
        except OSError as error:
            self._say_once(error)

    def _say_once(self, error: OSError) -> None:
        self._out = None
        if not self._lost:
            print(f"{self.path} cannot be written ({error}); the job goes on without.", file=sys.stderr, flush=True)
        self._lost = True


_opened: dict[Path, Lines] = {}
_written: dict[Path, int] = {}
_phase: list[str] = []


def _artifact(name: str) -> Lines:
    path = artifacts_folder() / name
    return _opened.setdefault(path, Lines(path))


def sample(**columns: Any) -> None:
    """Keeps a row or generation to look at: `report.sample(step=40, prompt=..., completion=..., reward=0.5)`.

    Text beyond LONGEST_SAMPLE characters is cut, and after MOST_SAMPLES of them no more are kept.
    """
    if not speaks():
        return
    lines = _artifact("samples.jsonl")
    count = _written[lines.path] = _written.get(lines.path, 0) + 1
    if count <= MOST_SAMPLES:
        lines.append({"time": round(time.time(), 3), **{name: _short(value) for name, value in columns.items()}})


def phase(name: str) -> None:
    """Says what the job does from now on: 'tokenise', 'train', 'save'. Lines of metrics carry it as well."""
    _phase[:] = [name]
    if speaks():
        _artifact("phases.jsonl").append({"time": round(time.time(), 3), "phase": name})


def _short(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SAMPLE else text[:LONGEST_SAMPLE] + " ..."


class Metrics:
    """Appends one line a step to metrics.jsonl."""

    def __init__(self, total_steps: int, first_step: int = 0) -> None:
        self.total_steps = total_steps
        self.first_step = first_step
        self.started = time.monotonic()
        folder = job_folder()
        self.path = folder / "metrics.jsonl" if folder else None
        self.lines = Lines(self.path)

    def write(self, step: int, **values: float | int | None) -> None:
        if not speaks():
            return
        line: dict[str, Any] = {"time": round(time.time(), 3), "step": step, "total_steps": self.total_steps}
        # NaN is not JSON: a reader would fail on the very line that says what went wrong. So it is named instead.
        line.update({k: v for k, v in values.items() if v is not None and math.isfinite(v)})
        lost = sorted(k for k, v in values.items() if v is not None and not math.isfinite(v))
        if lost:
            line["non_finite"] = lost
        if step > self.first_step:
            seconds_a_step = (time.monotonic() - self.started) / (step - self.first_step)
            line["eta_seconds"] = round(seconds_a_step * max(0, self.total_steps - step), 1)
        if _phase:
            line["phase"] = _phase[0]
        self.lines.append(line)


def stop_on_nan(step: int, loss: float | None, grad_norm: float | None) -> None:
    for name, value in (("loss", loss), ("gradient norm", grad_norm)):
        if value is not None and not math.isfinite(value):
            fail(
                "nan",
                f"The {name} became {value} at step {step}, so training was stopped.",
                "Lower the learning rate, clip gradients or look for broken rows.",
            )


def _report_callback() -> type:
    from transformers import TrainerCallback

    class ReportCallback(TrainerCallback):
        """For transformers.Trainer and TRL's trainers: `trainer.add_callback(ReportCallback())`."""

        def __init__(self) -> None:
            from . import calibration

            self.metrics: Metrics | None = None
            self.trial = calibration.asked()

        def on_train_begin(self, args, state, control, **_):
            # The Trainer's default replaces a NaN loss by the mean before logging it: we want to see it.
            args.logging_nan_inf_filter = False
            if state.is_world_process_zero:
                self.metrics = Metrics(state.max_steps, state.global_step)
            if self.trial:
                self.trial.begin()

        def on_step_end(self, args, state, control, **_):
            if self.trial:
                self.trial.step(args, control)

        def on_evaluate(self, args, state, control, **_):
            if self.trial:
                self.trial.evaluated()

        def on_save(self, args, state, control, **_):
            if self.trial:
                self.trial.saved()

        def on_train_end(self, args, state, control, **_):
            if self.trial:
                self.trial.end(args, state)

        def on_log(self, args, state, control, logs=None, **_):
            if logs and self.trial:
                self.trial.logged(_number(logs.get("num_tokens")))
            if not logs or self.metrics is None:
                return
            values = _values(logs)
            if not values:
                return
            tokens = _number(logs.get("num_tokens"))
            epoch = _number(state.epoch)
            self.metrics.write(
                state.global_step,
                epoch=round(epoch, 4) if epoch is not None else None,
                tokens=int(tokens) if tokens is not None else None,
                **values,
            )
            stop_on_nan(state.global_step, values.get("loss"), values.get("grad_norm"))

    return ReportCallback


def _values(logs: dict[str, Any]) -> dict[str, float]:
    """The numbers of a trainer's log, whichever method: loss, reward, kl, rewards/margins; none at a training's end."""
    if "train_runtime" in logs:
        return {}
    own = {"epoch", "num_tokens", "step", "total_steps", "time", "eta_seconds", "total_flos"}
    numbers = ((name, _number(value)) for name, value in logs.items() if name not in own)
    # A rule ends a job whose training is not finite; how long answers are on average may well be 0 / 0.
    kept = [(n, v) for n, v in numbers if v is not None and (n in _MUST_BE_FINITE or math.isfinite(v))]
    return dict(kept[:MOST_VALUES])


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def __getattr__(name: str) -> Any:
    """`ReportCallback` is made on first use: the other parts must not pay for importing transformers."""
    if name != "ReportCallback":
        raise AttributeError(name)
    globals()[name] = _report_callback()
    return globals()[name]
