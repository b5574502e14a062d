"""What a trial of a training script measures, from inside the script: its report callback hands every step over.

A trial is asked for by the environment: ML_INTERN_SMOKE_STEPS ends the training after so many steps, and
ML_INTERN_SMOKE_SECONDS at the first step that ends so long after the training began. The script then goes on as if
it were done, so that saving the model is measured too. The measurements go to artifacts/calibration.json.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from typing import Any

from . import report

STEPS = "ML_INTERN_SMOKE_STEPS"
SECONDS = "ML_INTERN_SMOKE_SECONDS"
NAME = "calibration.json"
LEAST_STEPS = 3
"""Fewer steps tell nothing: the first is not like the others. A trial that is ended by time still takes so many."""
MIB = 2**20


def asked() -> Calibration | None:
    """A calibration where the environment asks for one, else None."""
    if not os.environ.get(STEPS) and not os.environ.get(SECONDS):
        return None
    return Calibration(_limit(STEPS), _limit(SECONDS))


class Calibration:
    """Times are unix seconds, so that they can be compared with those of the process that started the script."""

    def __init__(self, most_steps: float, most_seconds: float) -> None:
        self.most_steps, self.most_seconds = most_steps, most_seconds
        self.loaded = time.time()
        self.began = self.last = 0.0
        self.seconds: list[float] = []
        self.evaluate: float | None = None
        self.save: float | None = None
        self.tokens: float | None = None
        self.resting = 0.0

    def begin(self) -> None:
        self.began = self.last = time.time()

    def step(self, args: Any, control: Any) -> None:
        """After each optimiser step. The last one also logs, evaluates and saves where the script ever does."""
        _synchronise()
        now = time.time()
        self.seconds.append(now - self.last)
        self.last = now
        if not self._is_over(len(self.seconds), now - self.began):
            return
        self.resting = _memory()[1]
        control.should_training_stop = True
        control.should_log = True
        control.should_evaluate = _planned(args.eval_strategy)
        control.should_save = _planned(args.save_strategy)

    def logged(self, tokens: float | None) -> None:
        """`tokens` since the training began. The next part begins: a log is neither a step nor an evaluation."""
        self.tokens = tokens if tokens is not None else self.tokens

    def evaluated(self) -> None:
        now = time.time()
        self.evaluate, self.last = now - self.last, now

    def saved(self) -> None:
        now = time.time()
        self.save, self.last = now - self.last, now

    def end(self, args: Any, state: Any) -> None:
        peak = _memory()[0]
        value = {
            "loaded": self.loaded,
            "began": self.began,
            "ended": time.time(),
            "stepSeconds": [round(each, 4) for each in self.seconds],
            "evaluateSeconds": self.evaluate,
            "saveSeconds": self.save,
            "evaluations": _times(args.eval_strategy, state.eval_steps, state),
            "saves": _times(args.save_strategy, state.save_steps, state),
            "tokens": self.tokens,
            "totalSteps": state.max_steps,
            "rowsPerStep": state.train_batch_size
            and state.train_batch_size * args.gradient_accumulation_steps * int(os.environ.get("WORLD_SIZE", "1")),
            "peakMemoryMiB": round(peak, 1),
            "restingMemoryMiB": round(self.resting, 1),
            "memoryOf": "gpu" if _cuda() else "host",
        }
        if report.speaks():
            report.write_json(report.artifacts_folder() / NAME, value)

    def _is_over(self, steps: int, seconds: float) -> bool:
        """The same answer in all processes that train together: they must stop at the same step."""
        if steps >= self.most_steps:
            return True
        late = steps >= min(LEAST_STEPS, self.most_steps) and seconds >= self.most_seconds
        return _any(late)


def _limit(name: str) -> float:
    try:
        return max(1.0, float(os.environ.get(name, "") or "inf"))
    except ValueError:
        return float("inf")


def _planned(strategy: Any) -> bool:
    return getattr(strategy, "value", strategy) != "no"


def _times(strategy: Any, every: int, state: Any) -> int:
    """How often the whole training evaluates, or saves."""
    name = getattr(strategy, "value", strategy)
    if name == "steps":
        return -(-state.max_steps // max(1, every))
    return max(1, int(state.num_train_epochs or 1)) if name == "epoch" else 0


def _cuda() -> Any:
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_available() else None


def _synchronise() -> None:
    cuda = _cuda()
    if cuda:
        cuda.synchronize()


def _memory() -> tuple[float, float]:
    """(the most so far, now) in MiB: what tensors take on the GPU, else what the process takes of the machine."""
    cuda = _cuda()
    if cuda:
        return cuda.max_memory_reserved() / MIB, cuda.memory_allocated() / MIB
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (MIB if sys.platform == "darwin" else 1024)
    try:
        with open("/proc/self/statm") as file:
            return most, int(file.read().split()[1]) * resource.getpagesize() / MIB
    except OSError:
        return most, most


def _any(mine: bool) -> bool:
    torch = sys.modules.get("torch")
    if torch is None or not torch.distributed.is_available() or not torch.distributed.is_initialized():
        return mine
    device = torch.device("cuda", torch.cuda.current_device()) if _cuda() else torch.device("cpu")
    said = torch.tensor(float(mine), device=device)
    torch.distributed.all_reduce(said, op=torch.distributed.ReduceOp.MAX)
    return said.item() > 0
