"""Distillation from a local teacher with TRL: the tested starting point. Reads config.json beside it.

"mode": offline: the student learns the teacher's completions, those of the rows or, for rows that are only {prompt},
completions that the teacher writes first; with "kl" above 0 also the teacher's probabilities of every token of them
(forward KL, that share of the loss). on-policy: the student writes, and the teacher's probabilities of each token say
how it should have gone on (generalised knowledge distillation, Agarwal et al. 2023; "divergence" 0 is forward KL, 1
reverse). "teacher" is a folder whose model has the same tokenizer. "method", checkpoints, "resume_from" and several GPUs
as in the other scripts.
"""

import functools
import json
import os
import sys
from pathlib import Path

import torch
from accelerate import PartialState
from datasets import Dataset, load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, set_seed
from transformers.trainer_utils import get_last_checkpoint
from transformers.utils import is_bitsandbytes_available, is_flash_attn_2_available, is_peft_available
from trl import DistillationConfig, DistillationTrainer, SFTConfig, SFTTrainer

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


def arguments(config, model, half, folder, teacher):
    """What all trainers take alike. Each process takes its share of the batch; activations are kept where they fit."""
    gpu = torch.cuda.is_available()
    rows, steps = config["batch_size"], config.get("gradient_accumulation", 1)
    recompute = gpu
    if train:
        rows, steps = train.share_batch(rows, steps, PartialState().num_processes)
        tokens = rows * config["max_length"]
        held = train.weights(teacher) if teacher else 0
        if share_of_teacher(config, teacher):
            held += train.logits(model, tokens, train.COMPARED_LOGIT_BYTES)
        recompute = gpu and train.fit(model, config.get("method", "full"), tokens, half, say, held)
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


def load_teacher(config, half, tokenizer):
    if AutoTokenizer.from_pretrained(config["teacher"]).get_vocab() != tokenizer.get_vocab():
        sys.exit("Teacher and student have different tokenizers: leave teacher out, and use rows that it wrote.")
    teacher = load_model({"base_model": config["teacher"]}, half).eval().requires_grad_(False)
    return teacher.to(PartialState().device)


def share_of_teacher(config, teacher):
    """How much of the loss compares all logits with the teacher's; on-policy, they are compared in small chunks."""
    offline = config.get("mode", "offline") != "on-policy"
    return config.get("kl", 0.5) if teacher and offline else 0.0


def prompt_ids(tokenizer, prompt):
    if isinstance(prompt, str):
        return tokenizer(prompt)["input_ids"]
    return tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_dict=False)


def written_by(teacher, tokenizer, config, rows):
    """Rows of tokens that the teacher wrote to the prompts, without those that do not end in max_completion_length."""
    done = []
    warmth = config.get("temperature")
    sampling = {"do_sample": True, "temperature": warmth} if warmth else {"do_sample": False}
    for start in range(0, len(rows), config["batch_size"]):
        prompts = [prompt_ids(tokenizer, each) for each in rows[start : start + config["batch_size"]]["prompt"]]
        batch = tokenizer.pad({"input_ids": prompts}, padding_side="left", return_tensors="pt").to(teacher.device)
        limits = {"max_new_tokens": config["max_completion_length"], "pad_token_id": tokenizer.pad_token_id}
        out = teacher.generate(**batch, eos_token_id=tokenizer.eos_token_id, **limits, **sampling)
        for prompt, ids in zip(prompts, out[:, batch["input_ids"].shape[1] :].tolist()):
            if tokenizer.eos_token_id in ids:
                ids = ids[: ids.index(tokenizer.eos_token_id) + 1]
                done.append({"input_ids": prompt + ids, "labels": [-100] * len(prompt) + ids})
    say(f"The teacher ended {len(done)} of {len(rows)} completions; the others are left out.")
    if not done:
        sys.exit("The teacher ended no completion: raise max_completion_length.")
    return Dataset.from_list(done)


class TokenDistillation(SFTTrainer):
    """SFT whose loss is (1 - kl) times the usual one and kl times KL(teacher || student), over the same tokens."""

    teacher, share = None, 0.0

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        loss, outputs = super().compute_loss(model, inputs, return_outputs=True, num_items_in_batch=num_items_in_batch)
        if self.share:
            learnt = inputs["labels"][:, 1:] != -100
            with torch.no_grad():
                known = {k: v for k, v in inputs.items() if k in ("input_ids", "attention_mask", "position_ids")}
                target = self.teacher(**known).logits[:, :-1][learnt].float()
            own = outputs.logits[:, :-1][learnt].float()
            width = min(target.shape[-1], own.shape[-1])  # beyond the tokens, models are padded differently
            target, own = target[:, :width].log_softmax(-1), own[:, :width].log_softmax(-1)
            apart = (target.exp() * (target - own)).sum()
            # As the usual loss: over the tokens of the whole step, whichever batch they came in.
            count = learnt.sum() if num_items_in_batch is None else num_items_in_batch / self.accelerator.num_processes
            loss = (1 - self.share) * loss + self.share * apart / count
        return (loss, outputs) if return_outputs else loss


def load_rows(config, tokenizer, teacher, folder):
    rows = load_dataset("json", data_files=config["data"], split="train")
    if "messages" in rows.column_names:
        last = lambda row: {"prompt": row["messages"][:-1], "completion": row["messages"][-1:]}  # noqa: E731
        rows = rows.map(last, remove_columns="messages")
    if "prompt" not in rows.column_names:
        expected = "{prompt}, {prompt, completion} or {messages}"
        sys.exit(f"Rows must be {expected}; the columns are {rows.column_names}.")
    if not isinstance(rows[0]["prompt"], str) and train:
        train.use_chat(tokenizer)
    room, longest = config["max_length"] - config.get("max_completion_length", 0), config["max_length"]
    many = train.workers(len(rows)) if train else None
    with PartialState().main_process_first():
        kept = rows.filter(lambda row: len(prompt_ids(tokenizer, row["prompt"])) <= room, num_proc=many)
    say(f"{len(kept)} of {len(rows)} prompts fit into {room} tokens; {len(rows) - len(kept)} are left out.")
    if len(kept) == 0:
        sys.exit("No prompt fits: raise max_length.")
    if config.get("mode", "offline") == "on-policy":
        return kept.select_columns(["prompt"])
    if "completion" not in kept.column_names:
        if teacher is None:
            sys.exit("Rows without a completion need a teacher: a folder with a model of the same tokenizer.")
        write = functools.partial(written_by, teacher, tokenizer, config, kept)
        with PartialState().main_process_first():  # the others, and a training that goes on, take what it wrote
            return train.kept(folder / "teacher-rows", write) if train else write()
    if train is None:
        return kept
    options = {"batched": True, "remove_columns": kept.column_names, "num_proc": many}
    with PartialState().main_process_first():
        rows = kept.map(train.encode, fn_kwargs={"tokenizer": tokenizer}, **options)
        kept = rows.filter(lambda row: len(row["input_ids"]) <= longest, num_proc=many)
    left_out = len(rows) - len(kept)
    say(f"{len(kept)} of {len(rows)} rows fit into {longest} tokens; {left_out} are left out.")
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
    teacher = load_teacher(config, half, tokenizer) if config.get("teacher") else None
    checkpoints = output.parent / "checkpoints"
    rows = load_rows(config, tokenizer, teacher, checkpoints)
    set_seed(config["seed"])  # whether the teacher wrote now or before
    model = load_model(config, half)
    weights = model.dtype
    shared = arguments(config, model, half, checkpoints, teacher)
    common = {"model": model, "processing_class": tokenizer, "train_dataset": rows, "peft_config": adapters(config)}
    if config.get("mode", "offline") == "on-policy":
        settings = DistillationConfig(
            beta=config.get("divergence", 1.0),
            temperature=config.get("temperature") or 1.0,
            max_completion_length=config["max_completion_length"],
            **shared,
        )
        trainer = DistillationTrainer(teacher_model=teacher, args=settings, **common)
    else:
        share = share_of_teacher(config, teacher)
        loss = "nll" if share else "chunked_nll"  # the chunked loss holds no logits to compare
        settings = SFTConfig(max_length=None if train else config["max_length"], loss_type=loss, **shared)
        trainer = TokenDistillation(args=settings, **common)
        trainer.teacher, trainer.share = teacher, share
    run(trainer, config)
    save(trainer, tokenizer, config, output, weights)


if __name__ == "__main__":
    main()
