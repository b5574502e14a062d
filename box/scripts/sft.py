"""Supervised fine-tuning with TRL: the tested starting point. Reads config.json beside it; needs nothing else of ours.

The loss is on the completions only, rows are never cut, a SIGTERM saves a checkpoint, and the result is a
normal model folder with its tokenizer. Started once a GPU by accelerate, the processes share the batch of the
configuration between them, so that the same configuration trains the same way on any number of GPUs.
"""

import json
import os
import signal
import sys
from pathlib import Path

import torch
from accelerate import PartialState
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback, set_seed
from trl import SFTConfig, SFTTrainer

try:  # live metrics, when run as a job
    from ml_intern_box.report import ReportCallback
except ImportError:
    ReportCallback = None


class StopOnSignal(TrainerCallback):
    """SIGTERM ends training after the current step, with a checkpoint to resume from; in all processes at the same step."""

    def __init__(self):
        self.asked = False
        signal.signal(signal.SIGTERM, self.ask)

    def ask(self, *_):
        self.asked = True

    def on_step_end(self, args, state, control, **_):
        processes = PartialState()
        if processes.num_processes > 1:
            asked = torch.tensor(float(self.asked), device=processes.device)
            torch.distributed.all_reduce(asked, op=torch.distributed.ReduceOp.MAX)
            self.asked = asked.item() > 0
        if self.asked:
            control.should_save = True
            control.should_training_stop = True


def keep_whole_rows(rows, tokenizer, max_length):
    """Leaves out the rows that would be cut, and says how many: a cut answer teaches to stop early."""

    def fits(row):
        return len(tokenizer(row["prompt"] + row["completion"])["input_ids"]) + 1 <= max_length

    with PartialState().main_process_first():  # the others find its result in the cache
        kept = rows.filter(fits)
    say(f"{len(kept)} of {len(rows)} rows fit into {max_length} tokens; {len(rows) - len(kept)} are left out.")
    if len(kept) == 0:
        sys.exit("No row fits into max_length: raise it or shorten the rows.")
    return kept


def share_batch(batch_size, accumulation, processes):
    """(rows at once, accumulated steps) for each process, so that a step of all of them sees the rows of one process alone."""
    share, rest = divmod(batch_size * accumulation, processes)
    if rest:
        sys.exit(f"batch_size times gradient_accumulation must be a multiple of {processes}, the number of processes.")
    size = max(n for n in range(1, min(batch_size, share) + 1) if share % n == 0)
    return size, share // size


def say(text):
    if PartialState().is_main_process:
        print(text, flush=True)


def main():
    config = json.loads(Path("config.json").read_text(encoding="utf-8"))
    set_seed(config["seed"])
    gpu = torch.cuda.is_available()
    cpu = not torch.accelerator.is_available()
    processes = PartialState(cpu=cpu)
    batch_size, accumulation = share_batch(
        config["batch_size"], config.get("gradient_accumulation", 1), processes.num_processes
    )
    output = Path(config.get("output") or Path(os.environ.get("ML_INTERN_JOB_DIR", ".")) / "artifacts" / "model")

    tokenizer = AutoTokenizer.from_pretrained(config["base_model"])
    # A base model ends an answer with its own end-of-text token; without a padding token that one pads as well.
    if tokenizer.eos_token is None:
        sys.exit(f"The tokenizer of {config['base_model']} has no end-of-text token: the model could not learn to stop.")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(config["base_model"], dtype=torch.bfloat16 if gpu else torch.float32)

    rows = load_dataset("json", data_files=config["data"], split="train")
    rows = keep_whole_rows(rows, tokenizer, config["max_length"])

    stop = StopOnSignal()
    trainer = SFTTrainer(
        model=model,
        processing_class=tokenizer,
        train_dataset=rows,
        callbacks=[stop] + ([ReportCallback()] if ReportCallback else []),
        args=SFTConfig(
            output_dir=str(output.parent / "checkpoints"),
            completion_only_loss=True,
            max_length=config["max_length"],
            packing=False,
            learning_rate=config["learning_rate"],
            lr_scheduler_type=config.get("schedule", "cosine"),
            warmup_steps=config.get("warmup", 0.05),
            weight_decay=config.get("weight_decay", 0.0),
            max_steps=config.get("max_steps", -1),
            num_train_epochs=config.get("epochs", 1),
            per_device_train_batch_size=batch_size,
            gradient_accumulation_steps=accumulation,
            max_grad_norm=config.get("max_grad_norm", 1.0),
            bf16=gpu,
            use_cpu=cpu,
            seed=config["seed"],
            data_seed=config["seed"],
            logging_steps=config.get("logging_steps", 10),
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            dataloader_pin_memory=gpu,
        ),
    )
    trainer.train()
    if stop.asked:
        say(f"Stopped on request at step {trainer.state.global_step}; the checkpoint is in {trainer.args.output_dir}.")
        sys.exit(143)
    trainer.save_model(str(output))  # by all processes: where the model is in parts, each gives its own; one writes
    if trainer.is_world_process_zero():
        tokenizer.save_pretrained(str(output))
    say(f"Trained {trainer.state.global_step} steps; the model is in {output}.")
    trainer.accelerator.end_training()


if __name__ == "__main__":
    main()
