"""Supervised fine-tuning with TRL: the tested starting point. Reads config.json beside it.

Rows are {messages}, {prompt, completion} or {text}. "method": full, lora (adapters, merged into the saved model) or
qlora. The loss is on the answers and their ends (text rows: on everything), rows are never cut, and a base model without
a chat template gets ChatML's. SIGTERM saves a checkpoint; started again in the same folder, the training goes on from
the last one ("resume_from": from another). Started once a GPU by accelerate, the processes share the batch between them,
so that the same configuration trains the same way on any number of GPUs. Without ml_intern_box it trains as well:
without live metrics, with a checkpoint an epoch, and with TRL's own handling of rows.
"""

import json
import os
import sys
from pathlib import Path

import torch
from accelerate import PartialState
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, set_seed
from transformers.trainer_utils import get_last_checkpoint
from transformers.utils import is_bitsandbytes_available, is_flash_attn_2_available, is_peft_available
from trl import SFTConfig, SFTTrainer

try:
    from ml_intern_box import report, train
except ImportError:
    report = train = None


def say(text):
    if PartialState().is_main_process:
        print(text, flush=True)


def load_tokenizer(config):
    tokenizer = AutoTokenizer.from_pretrained(config["base_model"])
    # A base model ends an answer with its own end-of-text token; without a padding token that one pads as well.
    if tokenizer.eos_token is None:
        sys.exit(f"The tokenizer of {config['base_model']} has no end-of-text token: a model could not learn to stop.")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(config, half):
    """In bfloat16 where the GPU has it, in 4 bits for QLoRA; with flash attention where that is installed."""
    options = {"dtype": torch.bfloat16 if half else torch.float32}
    options["attn_implementation"] = "flash_attention_2" if half and is_flash_attn_2_available() else "sdpa"
    if config.get("method") == "qlora":
        if not is_bitsandbytes_available():
            sys.exit("QLoRA needs bitsandbytes, which is installed where there is an NVIDIA GPU: use the method lora.")
        options["device_map"] = {"": PartialState().device}
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=options["dtype"],
        )
    return AutoModelForCausalLM.from_pretrained(config["base_model"], **options)


def adapters(config):
    """What LoRA trains: small matrices beside every linear layer but the output; None for the method full."""
    if config.get("method", "full") == "full":
        return None
    if not is_peft_available():
        sys.exit("LoRA needs the package peft: install it, or use the method full.")
    from peft import LoraConfig

    rank, alpha, dropout = config.get("lora_r", 16), config.get("lora_alpha", 32), config.get("lora_dropout", 0.0)
    options = {"target_modules": "all-linear", "task_type": "CAUSAL_LM"}
    return LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, **options)


def arguments(config, model, half, folder):
    """What all trainers take alike. Each process takes its share of the batch; activations are kept where they fit."""
    gpu = torch.cuda.is_available()
    rows, steps = config["batch_size"], config.get("gradient_accumulation", 1)
    recompute = gpu
    if train:
        rows, steps = train.share_batch(rows, steps, PartialState().num_processes)
        recompute = gpu and train.fit(model, config.get("method", "full"), rows * config["max_length"], half, say)
    return {
        "output_dir": str(folder),
        "optim": "adamw_torch_fused",
        "learning_rate": config["learning_rate"],
        "lr_scheduler_type": config.get("schedule", "cosine"),
        "warmup_steps": config.get("warmup", 0.05),
        "weight_decay": config.get("weight_decay", 0.0),
        "max_grad_norm": config.get("max_grad_norm", 1.0),
        "max_steps": config.get("max_steps", -1),
        "num_train_epochs": config.get("epochs", 1),
        "per_device_train_batch_size": rows,
        "gradient_accumulation_steps": steps,
        "gradient_checkpointing": config.get("gradient_checkpointing", recompute),
        "bf16": half,
        "fp16": gpu and not half,
        "use_cpu": not torch.accelerator.is_available(),
        "seed": config["seed"],
        "data_seed": config["seed"],
        "full_determinism": config.get("deterministic", False),
        "logging_steps": config.get("logging_steps", 10),
        # train.Checkpoints saves by the clock; a number of steps is for who wants one.
        "save_strategy": "steps" if config.get("save_steps") else "no" if train else "epoch",
        "save_steps": config.get("save_steps", 500),
        "save_total_limit": 2,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": gpu,
    }


def run(trainer, config):
    """Trains from the last checkpoint, if there is one, and ends the script where it was asked to stop."""
    folder = trainer.args.output_dir
    saving = train and train.Checkpoints(config.get("save_minutes", 15))
    for callback in [saving, report.ReportCallback()] if train else []:
        trainer.add_callback(callback)
    known = train.last_checkpoint(folder) if train else os.path.isdir(folder) and get_last_checkpoint(folder)
    start = config.get("resume_from") or known or None
    if start:
        say(f"Going on from {start}.")
        if train:
            train.keep_order(trainer, start)
    if report:
        report.phase("train")
    trainer.train(resume_from_checkpoint=start)
    if saving and saving.asked:
        say(f"Stopped on request at step {trainer.state.global_step}; the checkpoint is in {folder}.")
        sys.exit(143)


def save(trainer, tokenizer, config, output, weights):
    """A plain model folder in the base model's type: adapters merged, tokenizer beside it, all ends of an answer named."""
    if report:
        report.phase("save")
    model, merging = trainer.model, config.get("method", "full") != "full"
    if not merging and not trainer.is_fsdp_enabled:
        model.to(weights)
    # By all processes: where the model is in parts, each gives its own; one writes.
    trainer.save_model(str(output.parent / "adapter" if merging else output))
    if trainer.is_world_process_zero():
        if merging:
            from peft import PeftModel

            # Into the base model as it is, not into a 4-bit copy of it.
            base = AutoModelForCausalLM.from_pretrained(config["base_model"], dtype="auto")
            merged = PeftModel.from_pretrained(base, str(output.parent / "adapter")).merge_and_unload()
            merged.save_pretrained(str(output))
        ends = model.generation_config
        ends.eos_token_id = train.end_ids(tokenizer, ends) if train else tokenizer.eos_token_id
        ends.save_pretrained(str(output))
        tokenizer.save_pretrained(str(output))
    say(f"Trained {trainer.state.global_step} steps; the model is in {output}.")
    trainer.accelerator.end_training()


def load_rows(config, tokenizer):
    """The rows as tokens and labels, without those that would be cut: a cut answer teaches to stop early."""
    rows = load_dataset("json", data_files=config["data"], split="train")
    shapes = [each for each in ("messages", "completion", "text") if each in rows.column_names and any(rows[each])]
    if len(shapes) != 1:
        expected = "{messages}, {prompt, completion} or {text}"
        sys.exit(f"Rows must be {expected}, all alike; the columns are {rows.column_names}.")
    if train is None:
        say("Without ml_intern_box TRL cuts long rows, and of a conversation the last answer is learnt.")
        last = lambda row: {"prompt": row["messages"][:-1], "completion": row["messages"][-1:]}  # noqa: E731
        return rows.map(last, remove_columns="messages") if shapes == ["messages"] else rows
    chat = shapes == ["messages"] or not isinstance(rows[0][shapes[0]], str)
    marked = train.use_chat(tokenizer) if chat else None
    many, longest = train.workers(len(rows)), config["max_length"]
    with PartialState().main_process_first():  # the others, and whoever trains on these rows again, find its result
        tokens = train.tokens(rows, config["data"], tokenizer, marked)
        tokens = tokens.filter(lambda labels: any(i != -100 for i in labels), input_columns="labels", num_proc=many)
        kept = tokens.filter(lambda ids: len(ids) <= longest, input_columns="input_ids", num_proc=many)
    left_out = len(tokens) - len(kept)
    say(f"{len(kept)} of {len(tokens)} rows fit into {config['max_length']} tokens; {left_out} are left out.")
    if len(kept) == 0:
        sys.exit("No row fits into max_length: raise it or shorten the rows.")
    return kept


def main():
    config = json.loads(Path("config.json").read_text(encoding="utf-8"))
    set_seed(config["seed"])
    PartialState(cpu=not torch.accelerator.is_available())
    half = torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
    output = Path(config.get("output") or Path(os.environ.get("ML_INTERN_JOB_DIR", ".")) / "artifacts" / "model")
    if report:
        report.phase("prepare")
    tokenizer = load_tokenizer(config)
    rows = load_rows(config, tokenizer)
    model = load_model(config, half)
    weights = model.dtype
    shared = arguments(config, model, half, output.parent / "checkpoints")
    # Rows in one sequence are kept apart by flash attention alone.
    flat = model.config._attn_implementation.startswith("flash")
    packing = config.get("packing", False) and flat
    if config.get("packing") and not flat:
        say("Rows are not packed: without flash attention they would read each other.")
    trainer = SFTTrainer(
        model=model,
        processing_class=tokenizer,
        train_dataset=rows,
        peft_config=adapters(config),
        args=SFTConfig(
            # None: no row is longer. Packing has to know when a sequence is full.
            max_length=config["max_length"] if packing or train is None else None,
            packing=packing,
            padding_free=flat and train is not None,
            loss_type="chunked_nll",  # never holds the logits of a whole batch
            **shared,
        ),
    )
    run(trainer, config)
    save(trainer, tokenizer, config, output, weights)


if __name__ == "__main__":
    main()
