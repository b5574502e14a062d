"""Building blocks of the starting scripts: `from ml_intern_box import train`.

Each is small and does one thing, so that a script stays a plain TRL script: a callback that saves, the checkpoint to
go on from and the order of rows then, how processes share a batch, what memory allows, how rows become tokens. Nothing
is imported before its use.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, Callable

from .training_chat import encode, end_ids, use_chat
from .training_memory import COMPARED_LOGIT_BYTES, Memory, logits, memory, memory_of, weights
from .training_rows import kept, tokens, workers

__all__ = [
    "COMPARED_LOGIT_BYTES",
    "Checkpoints",
    "Memory",
    "encode",
    "end_ids",
    "fit",
    "keep_order",
    "kept",
    "last_checkpoint",
    "logits",
    "memory",
    "memory_of",
    "share_batch",
    "tokens",
    "use_chat",
    "weights",
    "workers",
]  # noqa: E501


def share_batch(batch_size: int, accumulation: int, processes: int) -> tuple[int, int]:
    """(rows at once, accumulated steps) for each process: together they see the rows of a step of one process alone."""
    share, rest = divmod(batch_size * accumulation, processes)
    if rest:
        sys.exit(f"batch_size times gradient_accumulation must be a multiple of {processes}, the number of processes.")
    size = max(n for n in range(1, min(batch_size, share) + 1) if share % n == 0)
    return size, share // size


def fit(
    model: Any, method: str, tokens: int, half: bool, say: Callable[[str], None] = print, held: float = 0.0
) -> bool:
    """Whether to use gradient checkpointing for so many tokens at once; makes the weights float32 where they fit.

    `held`: bytes that lie there besides, as `logits` and `weights` count them.
    A model in parts over several GPUs (FSDP) computes activations again: what of it lies on one GPU is not known here.
    """
    import torch

    if not torch.cuda.is_available():
        return False
    if os.environ.get("ACCELERATE_USE_FSDP"):
        return True
    available = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
    plan = memory_of(model, method, tokens, available, held)
    say(f"Memory: {plan.why}.")
    if plan.float32_weights and half:
        model.float()
    return plan.gradient_checkpointing


def last_checkpoint(folder: str | Path) -> str | None:
    """The checkpoint to go on from: the newest of the folder that was written to its end; None to begin.

    A training that was killed while it saved leaves a folder in parts. The Trainer writes trainer_state.json last.
    """
    whole = [path.parent for path in Path(folder).glob("checkpoint-*/trainer_state.json")]
    return str(max(whole, key=lambda path: int(path.name.split("-")[-1]))) if whole else None


def keep_order(trainer: Any, checkpoint: str) -> None:
    """Makes a training that goes on in a later epoch see the rows in the order in which it would have seen them.

    TRL's sampler of prompts (GRPO, on-policy distillation) draws the order of each epoch from one generator, and begins
    again with the first epoch's. So the orders of the epochs that are over are drawn once more.
    """
    from trl.trainer.utils import RepeatSampler

    state = json.loads((Path(checkpoint) / "trainer_state.json").read_text(encoding="utf-8"))
    new = trainer._get_train_sampler

    def after_epochs(*args: Any) -> Any:
        sampler = new(*args)
        if isinstance(sampler, RepeatSampler):
            for _ in range(int(state["epoch"])):
                next(iter(sampler), None)
        return sampler

    trainer._get_train_sampler = after_epochs


def _checkpoints() -> type:
    import torch
    from accelerate import PartialState
    from transformers import TrainerCallback

    class Checkpoints(TrainerCallback):
        """Saves every so many minutes. SIGTERM saves and ends the training after the current step; then `asked` is set.

        All processes of a training save at the same step, whichever was asked and whoever's clock is ahead.
        """

        def __init__(self, minutes: float = 15) -> None:
            self.asked = False
            self.seconds = minutes * 60
            self.saved = time.monotonic()

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            # From here on only: before, there is nothing to save, and a request to stop ends the script as usual.
            signal.signal(signal.SIGTERM, self.ask)
            self.saved = time.monotonic()

        def ask(self, *_: Any) -> None:
            self.asked = True

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            now = [float(self.asked), float(time.monotonic() - self.saved > self.seconds)]
            processes = PartialState()
            if processes.num_processes > 1:
                both = torch.tensor(now, device=processes.device)
                torch.distributed.all_reduce(both, op=torch.distributed.ReduceOp.MAX)
                now = both.tolist()
            self.asked = now[0] > 0
            if any(now):
                control.should_save = True
                self.saved = time.monotonic()
            if self.asked:
                control.should_training_stop = True

    return Checkpoints


def __getattr__(name: str) -> Any:
    """`Checkpoints` is made on first use: the other parts must not pay for importing torch."""
    if name != "Checkpoints":
        raise AttributeError(name)
    globals()[name] = _checkpoints()
    return globals()[name]
