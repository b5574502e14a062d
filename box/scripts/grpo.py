"""GRPO with rewards that can be checked, with TRL: the tested starting point. Reads config.json beside it.

Rows are {prompt, answer} or {prompt, completion}: the prompt a text or a list of messages, the answer what a response
must come to. A response earns 1 for the right answer, compared as "answer_kind" says (exact, numeric, or regex: the
answer is a pattern), found by "answer_pattern" (one group; the last match counts), and "format_weight" for a text that
"format_pattern" matches as a whole. "batch_size" counts responses, "num_generations" of them for each prompt. They come
from vLLM on the same GPU where it is installed, else from transformers. "method", checkpoints, "resume_from" and several
GPUs as in the other scripts.
"""

import importlib.util
import json
import os
import re
import sys
from pathlib import Path

import torch
from accelerate import PartialState
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, set_seed
from transformers.trainer_utils import get_last_checkpoint
from transformers.utils import is_bitsandbytes_available, is_flash_attn_2_available, is_peft_available
from trl import GRPOConfig, GRPOTrainer

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
        tokens, learnt = rows * config["max_length"], rows * config["max_completion_length"]
        held = train.logits(model, learnt)  # which the loss takes at once
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


def rewards(config):
    """The reward functions, to be changed freely. TRL hands each the rows' columns and more, so they take **kwargs."""
    kind = config.get("answer_kind", "exact")
    pattern = re.compile(config.get("answer_pattern", r"(?s)\s*(.*?)\s*\Z"))
    form = re.compile(config.get("format_pattern", ""), re.S)

    def text(completion):
        return completion if isinstance(completion, str) else completion[-1]["content"]

    def number(value):
        try:
            return float(str(value).replace(",", "").strip().rstrip("."))
        except ValueError:
            return None

    def correct(prompts, completions, answer, trainer_state=None, **kwargs):
        scores = []
        for completion, expected in zip(completions, answer):
            found = [(match.group(1) or "").strip() for match in pattern.finditer(text(completion))]
            # Not simply the last: a pattern that may match nothing does so once more at the end of a text.
            said = next(filter(None, reversed(found)), "")
            right = said.casefold() == str(expected).strip().casefold()
            if kind == "numeric":
                right = number(said) is not None and number(said) == number(expected)
            if kind == "regex":
                right = re.fullmatch(expected, said) is not None
            scores.append(1.0 if right else 0.0)
        if report and trainer_state:
            step, said = trainer_state.global_step, text(completions[0])
            report.sample(step=step, prompt=prompts[0], completion=said, reward=scores[0])
        return scores

    def well_formed(completions, **kwargs):
        return [1.0 if form.fullmatch(text(completion)) else 0.0 for completion in completions]

    if "format_pattern" in config:
        return [correct, well_formed], [1.0, config.get("format_weight", 0.2)]
    return [correct], [1.0]


def load_rows(config, tokenizer):
    """The rows whose prompt leaves room for a completion."""
    rows = load_dataset("json", data_files=config["data"], split="train")
    if "answer" not in rows.column_names and "completion" in rows.column_names:
        rows = rows.rename_column("completion", "answer")
    if not {"prompt", "answer"} <= set(rows.column_names):
        sys.exit(f"Rows must be {{prompt, answer}}, or {{prompt, completion}}; the columns are {rows.column_names}.")
    if not isinstance(rows[0]["prompt"], str) and train:
        train.use_chat(tokenizer)
    room = config["max_length"] - config["max_completion_length"]

    def fits(row):
        prompt = row["prompt"]
        if isinstance(prompt, str):
            return len(tokenizer(prompt)["input_ids"]) <= room
        return len(tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_dict=False)) <= room

    with PartialState().main_process_first():
        kept = rows.filter(fits, num_proc=train.workers(len(rows)) if train else None)
    say(f"{len(kept)} of {len(rows)} prompts fit into {room} tokens; {len(rows) - len(kept)} are left out.")
    if len(kept) == 0:
        sys.exit("No prompt fits: raise max_length or lower max_completion_length.")
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
    functions, shares = rewards(config)
    trainer = GRPOTrainer(
        model=model,
        processing_class=tokenizer,
        reward_funcs=functions,
        train_dataset=rows,
        peft_config=adapters(config),
        args=GRPOConfig(
            reward_weights=shares,
            num_generations=config.get("num_generations", 8),
            max_completion_length=config["max_completion_length"],
            temperature=config.get("temperature", 1.0),
            beta=config.get("beta", 0.0),  # 0: no reference model is held
            use_vllm=torch.cuda.is_available() and importlib.util.find_spec("vllm") is not None,
            vllm_mode="colocate",
            **arguments(config, model, half, output.parent / "checkpoints"),
        ),
    )
    run(trainer, config)
    save(trainer, tokenizer, config, output, weights)


if __name__ == "__main__":
    main()
