"""Scripts that work, in the styles that people write them in: the lint must find no error in any of them."""

SFT = """import functools
import json
import os
import shutil
import socket
import subprocess
import urllib.request
from pathlib import Path

import huggingface_hub
import torch
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

try:
    import requests
    import wandb
except ImportError:
    pass


def main():
    config = json.loads(Path("config.json").read_text())
    output = config.get("output", "../artifacts/model")
    tokenizer = AutoTokenizer.from_pretrained(config["base_model"])
    model = AutoModelForCausalLM.from_pretrained(config["base_model"], dtype=torch.float32)
    rows = load_dataset("json", data_files=config["data"], split="train")
    args = SFTConfig(
        output_dir="checkpoints",
        # more
    )
    trainer = SFTTrainer(
        model=model,
        args=args,
        processing_class=tokenizer,
        train_dataset=rows,
    )
    trainer.train()
    trainer.save_model(output)


main()
"""

DPO = """import json

from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer

config = json.load(open("config.json"))
tokenizer = AutoTokenizer.from_pretrained(config["base_model"])
model = AutoModelForCausalLM.from_pretrained(config["base_model"])
rows = load_dataset("json", data_files=config["data"])["train"].shuffle(seed=1)
args = DPOConfig(output_dir="checkpoints", max_length=1024, beta=0.1, bf16=False, use_cpu=True, report_to="none")
trainer = DPOTrainer(model=model, ref_model=None, args=args,
    train_dataset=rows, processing_class=tokenizer)
trainer.train()
trainer.save_model("../artifacts/model")
"""

GRPO = """import json
import re

from datasets import load_dataset
from peft import LoraConfig
from trl import GRPOConfig, GRPOTrainer


def correct(completions, answer, **kwargs):
    return [float(text.strip().endswith(right)) for text, right in zip(completions, answer)]


def short(completions, **_):
    return [-len(text) / 1000 for text in completions]


config = json.load(open("config.json"))
rows = load_dataset("json", data_files=config["data"], split="train")
args = GRPOConfig(output_dir="out", max_completion_length=512, num_generations=4, beta=0.0,
    per_device_train_batch_size=4, reward_weights=[1.0, 0.1], use_vllm=False)
trainer = GRPOTrainer(
    model=config["base_model"], reward_funcs=[correct, short], args=args,
    train_dataset=rows,
    peft_config=LoraConfig(r=8, lora_alpha=16, lora_dropout=0.05, target_modules="all-linear", task_type="CAUSAL_LM"),
)
trainer.train()
trainer.model.merge_and_unload().save_pretrained("../artifacts/model")
"""

PLAIN = """import torch
from datasets import load_dataset
from transformers import (
    AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments,
)


def main():
    tokenizer = AutoTokenizer.from_pretrained("./base")
    tokenizer.pad_token = '<pad>'
    model = AutoModelForCausalLM.from_pretrained("./base")
    raw = load_dataset("json", data_files="data/train.jsonl", split="train")

    def encode(row):
        return tokenizer(row["text"] + tokenizer.eos_token)

    rows = raw.map(encode, remove_columns=raw.column_names)
    collator = DataCollatorForLanguageModeling(tokenizer, mlm=False)
    args = TrainingArguments(output_dir="out", learning_rate=1e-5, save_strategy="no", logging_steps=1)
    trainer = Trainer(model=model, args=args,
        train_dataset=rows, data_collator=collator)
    trainer.train()
    model.save_pretrained("../artifacts/model")
    tokenizer.save_pretrained("../artifacts/model")


if __name__ == "__main__":
    main()
"""

ARGPARSE = """import argparse
import os

from datasets import load_dataset
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
from trl import SFTConfig, SFTTrainer

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=2e-4)
parser.add_argument("--out", default="../artifacts/model")
parser.add_argument("--max-seq-length", type=int, default=1024)
args = parser.parse_args()

set_seed(0)
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["WANDB_DISABLED"] = "true"
local_rank = int(os.environ.get("LOCAL_RANK", 0))
model = AutoModelForCausalLM.from_pretrained("./base", dtype="auto", attn_implementation="sdpa", device_map={"": local_rank})
tokenizer = AutoTokenizer.from_pretrained("./base", use_fast=True, padding_side="right")
model = get_peft_model(model, LoraConfig(task_type=TaskType.CAUSAL_LM, r=16, lora_alpha=32, target_modules=["q_proj", "v_proj"]))
model.print_trainable_parameters()
rows = load_dataset("json", data_files={"train": "data/train.jsonl"})
rows = rows["train"].train_test_split(test_size=0.1, seed=0)
trainer = SFTTrainer(model, SFTConfig(output_dir=args.out, learning_rate=args.lr, max_length=args.max_seq_length,
    packing=True, packing_strategy="bfd", eval_strategy="steps", eval_steps=50, load_best_model_at_end=False,
    lr_scheduler_type="cosine_with_min_lr", lr_scheduler_kwargs={"min_lr": 1e-6}, warmup_steps=0.03, optim="adamw_torch_fused"),
    train_dataset=rows["train"], eval_dataset=rows["test"], processing_class=tokenizer)
trainer.train(resume_from_checkpoint=os.path.isdir("checkpoints"))
trainer.save_model(args.out)
"""

HF_PARSER = """from dataclasses import dataclass, field
from typing import Optional

from datasets import load_dataset
from transformers import AutoTokenizer, HfArgumentParser
from trl import SFTConfig, SFTTrainer, TrlParser


@dataclass
class ScriptArguments:
    data: str = field(default="data/train.jsonl", metadata={"help": "rows"})
    limit: Optional[int] = None


@dataclass
class MyConfig(SFTConfig):
    extra: float = 0.5


def run(script, training):
    tokenizer = AutoTokenizer.from_pretrained("base")
    rows = load_dataset("json", data_files=script.data, split="train")
    if script.limit:
        rows = rows.select(range(min(script.limit, len(rows))))
    trainer = SFTTrainer(model="base", args=training, train_dataset=rows, processing_class=tokenizer)
    trainer.train()
    trainer.save_model(training.output_dir)
    if trainer.accelerator.is_main_process:
        trainer.create_model_card()


if __name__ == "__main__":
    parser = HfArgumentParser((ScriptArguments, MyConfig))
    script, training = parser.parse_args_into_dataclasses()
    fallback = MyConfig(output_dir="out", extra=0.25, max_length=None)
    run(script, training or fallback)
"""

VERSIONS = """import inspect

import trl
from packaging import version
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer
from datasets import Dataset

kwargs = {"output_dir": "out", "learning_rate": 1e-5}
if version.parse(trl.__version__) >= version.parse("0.20"):
    kwargs["max_length"] = 512
else:
    kwargs["max_seq_length"] = 512
if "warmup_ratio" in inspect.signature(SFTConfig).parameters:
    args = SFTConfig(warmup_ratio=0.1, **kwargs)
else:
    args = SFTConfig(warmup_steps=0.1, **kwargs)
rows = Dataset.from_list([{"prompt": "a", "completion": "b"}] * 8)
tokenizer = AutoTokenizer.from_pretrained("./base")
try:
    trainer = SFTTrainer(model="./base", args=args, train_dataset=rows, tokenizer=tokenizer)
except TypeError:
    trainer = SFTTrainer(model="./base", args=args, train_dataset=rows, processing_class=tokenizer)
try:
    import unsloth
except ImportError:
    unsloth = None
trainer.train()
trainer.save_model("../artifacts/model")
"""

CALLBACK = '''import json
from pathlib import Path

import torch
from datasets import load_dataset
from transformers import TrainerCallback, TrainingArguments
from trl import SFTConfig, SFTTrainer


class Watch(TrainerCallback):
    """Stops when the loss is not a number."""

    def __init__(self, path):
        self.path = Path(path)

    def on_log(self, args: TrainingArguments, state, control, logs=None, **kwargs):
        with open(self.path, "a") as file:
            file.write(json.dumps(logs) + "\\n")
        if logs and logs.get("loss") != logs.get("loss"):
            control.should_training_stop = True

    def on_step_end(self, args, state, control, **kwargs):
        return control


class Weighted(SFTTrainer):
    def __init__(self, *args, weight=1.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.weight = weight

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        return self.weight * super().compute_loss(model, inputs, return_outputs, num_items_in_batch)


rows = load_dataset("json", data_files="data/train.jsonl", split="train")
args = SFTConfig(output_dir="../artifacts/checkpoints", max_length=2048, assistant_only_loss=True, bf16=torch.cuda.is_available())
trainer = Weighted(model="./base", args=args, train_dataset=rows, callbacks=[Watch("../artifacts/log.jsonl")], weight=0.5)
trainer.train()
trainer.save_model("../artifacts/model")
'''

LOOP = """import json
import math
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from datasets import load_dataset
from torch.utils.data import DataLoader
from transformers import AutoModelForCausalLM, AutoTokenizer, get_scheduler


def main():
    accelerator = Accelerator(gradient_accumulation_steps=4, mixed_precision="no")
    set_seed(1)
    tokenizer = AutoTokenizer.from_pretrained("./base")
    model = AutoModelForCausalLM.from_pretrained("./base")
    rows = load_dataset("json", data_files="data/train.jsonl", split="train")

    def collate(batch):
        texts = [row["prompt"] + row["completion"] + tokenizer.eos_token for row in batch]
        out = tokenizer(texts, return_tensors="pt", padding=True)
        out["labels"] = out["input_ids"].masked_fill(out["attention_mask"] == 0, -100)
        return out

    loader = DataLoader(rows, batch_size=8, shuffle=True, collate_fn=collate)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, weight_decay=0.1, betas=(0.9, 0.95))
    schedule = get_scheduler("cosine", optimizer, num_warmup_steps=10, num_training_steps=100)
    model, optimizer, loader, schedule = accelerator.prepare(model, optimizer, loader, schedule)
    model.train()
    for epoch in range(3):
        for batch in loader:
            with accelerator.accumulate(model):
                loss = model(**batch).loss
                accelerator.backward(loss)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad()
        accelerator.print(f"epoch {epoch}: {math.exp(loss.item()):.2f}")
    model.eval()
    output = Path("..") / "artifacts" / "model"
    output.mkdir(parents=True, exist_ok=True)
    accelerator.unwrap_model(model).save_pretrained(output, safe_serialization=True)
    tokenizer.save_pretrained(output)
    (output / "note.json").write_text(json.dumps({"epochs": 3}))


main()
"""

QLORA = """import os

import torch
from datasets import load_dataset
from peft import LoraConfig, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

JOB = os.environ.get("ML_INTERN_JOB_DIR", ".")
OUTPUT = os.path.join(JOB, "artifacts", "model")
quantization = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16)
model = AutoModelForCausalLM.from_pretrained("./base", quantization_config=quantization, device_map="auto", torch_dtype=torch.bfloat16)
model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=True)
tokenizer = AutoTokenizer.from_pretrained("./base")
options = dict(output_dir=os.path.join(JOB, "work", "checkpoints"), bf16=True, gradient_checkpointing=True)
options |= {"gradient_checkpointing_kwargs": {"use_reentrant": False}}
options.update(max_length=4096, packing=True, optim="paged_adamw_8bit", neftune_noise_alpha=5)
trainer = SFTTrainer(model=model, args=SFTConfig(**options), processing_class=tokenizer,
    train_dataset=load_dataset("json", data_files="data/train.jsonl", split="train"),
    peft_config=LoraConfig(r=64, lora_alpha=16, bias="none", use_rslora=True, init_lora_weights="pissa_niter_16",
        target_modules="all-linear", modules_to_save=["embed_tokens", "lm_head"]))
trainer.train()
trainer.save_model(OUTPUT)
"""

CHAT = """from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer, clone_chat_template

model = AutoModelForCausalLM.from_pretrained("./base")
tokenizer = AutoTokenizer.from_pretrained("./base")
model, tokenizer, added = clone_chat_template(model, tokenizer, "./instruct")
rows = load_dataset("json", data_files="data/train.jsonl", split="train")


def render(row):
    return {"text": tokenizer.apply_chat_template(row["messages"], tokenize=False)}


rows = rows.map(render, remove_columns=["messages"])
rows = rows.filter(lambda row: len(tokenizer(row["text"])["input_ids"]) <= 2048)
trainer = SFTTrainer(model=model, processing_class=tokenizer, train_dataset=rows, args=SFTConfig("out", max_length=2048))
trainer.train()
trainer.save_model("../artifacts/model")
inputs = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], add_generation_prompt=True, return_tensors="pt", return_dict=True)
out = model.generate(**inputs, max_new_tokens=20, do_sample=False)
ids = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], return_dict=False)
print(len(ids), tokenizer.decode(out[0][inputs["input_ids"].shape[1]:]), len(inputs["input_ids"]))
"""

REWARDS = """import json
import re

from datasets import load_dataset
from transformers import AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

PATTERN = re.compile(r"<answer>(.*?)</answer>", re.S)
config = json.load(open("config.json"))


def text_of(completion):
    return completion if isinstance(completion, str) else completion[0]["content"]


def format_reward(prompts, completions, **kwargs):
    return [1.0 if PATTERN.search(text_of(each)) else 0.0 for each in completions]


class Exact:
    __name__ = "exact"

    def __call__(self, prompts, completions, answer, **kwargs):
        return [float((PATTERN.findall(text_of(c)) or [""])[-1].strip() == a) for c, a in zip(completions, answer)]


def prepare(row):
    return {"prompt": [{"role": "user", "content": row["prompt"]}], "answer": row["answer"].split("####")[-1].strip()}


rows = load_dataset("json", data_files=config["data"], split="train").map(prepare)
training = {
    "output_dir": "out", "learning_rate": config.get("learning_rate", 1e-6), "num_generations": 8,
    "max_completion_length": 1024, "temperature": 1.0, "loss_type": "dr_grpo", "scale_rewards": False,
    "importance_sampling_level": "sequence", "epsilon_high": 0.28, "mask_truncated_completions": True,
    **({"use_vllm": True, "vllm_mode": "colocate"} if config.get("vllm") else {}),
}
trainer = GRPOTrainer(model=config["base_model"], reward_funcs=[format_reward, Exact()],
    args=GRPOConfig(**training), train_dataset=rows, processing_class=AutoTokenizer.from_pretrained(config["base_model"], padding_side="left"))
trainer.train()
trainer.save_model(config["output"])
"""

KTO = """from datasets import load_dataset
from trl import KTOConfig, KTOTrainer, RewardConfig, RewardTrainer

rows = load_dataset("json", data_files="data/other.jsonl", split="train")
trainer = KTOTrainer(model="./base", args=KTOConfig(output_dir="out", desirable_weight=1.0), train_dataset=rows)
trainer.train()
trainer.save_model("../artifacts/model")
"""

CUSTOM = """import sys
import tempfile
from contextlib import nullcontext as scope

from datasets import Dataset, DatasetDict, concatenate_datasets, load_from_disk
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, EarlyStoppingCallback, GenerationConfig
from transformers import Seq2SeqTrainer, Seq2SeqTrainingArguments, DataCollatorForSeq2Seq, PreTrainedTokenizerFast


def build(kind, **extra):
    settings = {"a": {"learning_rate": 1e-5}, "b": {"learning_rate": 1e-4}}[kind]
    settings.update(extra)
    settings.pop("unknown", None)
    return Seq2SeqTrainingArguments(output_dir="out", predict_with_generate=True, eval_strategy="epoch", **settings)


def rows_of(path):
    try:
        return load_from_disk(path)
    except FileNotFoundError:
        return Dataset.from_json("data/train.jsonl")


config = AutoConfig.from_pretrained("./base", attn_pdrop=0.1)
model = AutoModelForCausalLM.from_config(config)
tokenizer = PreTrainedTokenizerFast.from_pretrained("./base", eos_token="</s>")
rows = concatenate_datasets([rows_of("a"), rows_of("b")]).map(lambda row, i: {**row, "n": i}, with_indices=True, num_proc=2)
with tempfile.TemporaryDirectory() as folder, scope():
    rows.save_to_disk(folder + "/rows")
trainer = Seq2SeqTrainer(model=model, args=build(sys.argv[-1] if len(sys.argv) > 1 else "a"), train_dataset=rows,
    eval_dataset=rows.select(range(8)), data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=-100),
    callbacks=[EarlyStoppingCallback(early_stopping_patience=3)])
trainer.train()
model.generation_config = GenerationConfig(max_new_tokens=64, eos_token_id=tokenizer.eos_token_id)
model.save_pretrained("../artifacts/model", max_shard_size="2GB")
"""

STREAM = """import itertools
import json
import socket
import subprocess

import datasets
import transformers
import trl

HOST = socket.gethostname()
raw = datasets.load_dataset("json", data_files="data/train.jsonl", split="train", streaming=True)
first = list(itertools.islice(raw, 100))
rows = datasets.Dataset.from_list(first).rename_columns({"prompt": "question"}).map(
    lambda row: {"text": f"{row['question']} {row['completion']}"}, batched=False)
args = trl.SFTConfig(output_dir=f"checkpoints/{HOST}", max_steps=10, logging_steps=0.1, save_steps=5, report_to=[])
trainer = trl.SFTTrainer("./base", args=args, train_dataset=rows, formatting_func=lambda row: row["text"],
    optimizers=(None, None), compute_metrics=None)
print(subprocess.check_output(["nvidia-smi"]) if HOST == "gpu" else "")
result = trainer.train()
trainer.log_metrics("train", result.metrics)
trainer.save_metrics("train", result.metrics)
trainer.save_state()
json.dump(result.metrics, open("../artifacts/metrics.json", "w"))
transformers.AutoTokenizer.from_pretrained("./base").save_pretrained("../artifacts/model")
trainer.save_model("../artifacts/model")
"""

READERS = """import copy
import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
DEFAULTS = {"learning_rate": 1e-4}


def load():
    with open(HERE / "config.json", encoding="utf-8") as file:
        return json.load(file)


def rate(config):
    return config["learning_rate"] if "learning_rate" in config else config.get("rate", 1e-4)


def adapters(config):
    if config.get("method", "full") == "full":
        return None
    return config["lora_r"]


def teacher(config, name="teacher"):
    return config[name] and config["teacher_kind"]


def shape(settings):
    return settings["hidden_size"]


def tries(config):
    try:
        return config["tries"]
    except KeyError:
        return 1


def never_called(config):
    return config["gone"]


def main():
    config = load()
    print(config, len(config), file=sys.stderr)
    more = copy.deepcopy(config)
    more["warmup"] = 3
    print(more["warmup"], rate(config), adapters(config), tries(config), config["seed"])
    print([config["each"] for _ in config.get("list", [])] if config.get("list") else [])
    print(teacher(config) if config.get("teacher") else None, config.get("eval") and config["eval_rows"])
    print(shape(json.loads(Path(config["base_model"], "config.json").read_text())))
    print(shape(json.load(open(os.path.join("base", "config.json")))))
    for name in config.get("extra", ()):
        print(name, config["weight"])
    if not config.get("report"):
        return
    print(config["report_to"])


main()
"""

MERGED = """import json

DEFAULTS = {"learning_rate": 1e-4, "rank": 8}
config = {**DEFAULTS, **json.load(open("config.json"))}
config.setdefault("epochs", 1)
print(config["learning_rate"], config["rank"], config["epochs"])
"""

TAKEN = """import json
from types import SimpleNamespace

args = SimpleNamespace(**json.load(open("config.json")))
print(args.learning_rate)
"""

PARSED = """from transformers import HfArgumentParser
from trl import SFTConfig

(args,) = HfArgumentParser(SFTConfig).parse_json_file("config.json")
"""


def with_args(script, given):
    """The script with more arguments of its configuration, on a line of their own."""
    return script.replace("        # more\n", "        %s,\n" % given)


PAIRS, MESSAGES = {"columns": ["prompt", "completion"]}, {"columns": ["messages"]}
GOOD = [
    ("sft", SFT, {**PAIRS, "launch": True}),
    ("sft on messages", SFT, MESSAGES),
    ("sft on text", SFT, {"columns": ["text"]}),
    ("sft on a GPU", with_args(SFT, "bf16=True"), {**PAIRS, "gpus": 1}),
    ("sft on a CPU", with_args(SFT, "bf16=False, use_cpu=True"), {**PAIRS, "gpus": 0}),
    ("sft, many settings", with_args(SFT, "max_length=None, packing=True, packing_strategy='wrapped', eos_token='<|im_end|>'"), MESSAGES),
    ("sft, float epochs", with_args(SFT, "num_train_epochs=0.5, learning_rate=2e-5, warmup_steps=10, save_total_limit=2"), PAIRS),
    ("sft, own values", with_args(SFT, "learning_rate=float(os.environ.get('LR', '1e-4')), max_length=int(config.get('n', 512))"), PAIRS),
    ("sft, configured", with_args(SFT, "learning_rate=config['rate'], seed=config.get('seed', 1)"), {**PAIRS, "config": {"rate": 1e-4, "base_model": "m", "data": "data/train.jsonl"}}),
    ("sft by a dict that is changed", SFT.replace("    args = SFTConfig(", "    more = {'x': 1}\n    more.pop('x')\n    more.clear()\n    args = SFTConfig(**more, "), PAIRS),
    ("dpo", DPO, {"columns": ["prompt", "chosen", "rejected"], "gpus": 0, "launch": True}),
    ("dpo without prompts", DPO, {"columns": ["chosen", "rejected"]}),
    ("dpo of several losses", DPO.replace("beta=0.1", 'beta=0.1, loss_type=["sigmoid", "sft"], loss_weights=[1.0, 0.5]'), {}),
    ("dpo of one loss", DPO.replace("beta=0.1", 'loss_type="ipo"'), {}),
    ("grpo with several rewards", GRPO, {"columns": ["prompt", "answer"], "launch": True}),
    ("plain trainer with a collator", PLAIN, {"columns": ["text"]}),
    ("argparse, lora, packing", ARGPARSE, PAIRS),
    ("HfArgumentParser", HF_PARSER, MESSAGES),
    ("several versions", VERSIONS, PAIRS),
    ("callbacks and a loss of its own", CALLBACK, MESSAGES),
    ("accelerate loop", LOOP, PAIRS),
    ("qlora", QLORA, MESSAGES),
    ("chat template", CHAT, MESSAGES),
    ("rewards of classes", REWARDS, {"columns": ["prompt", "answer"], "launch": True, "config": {"base_model": "m", "data": "data/train.jsonl", "output": "../artifacts/model"}}),
    ("pushes where a setting says so", ARGPARSE + "if trainer.args.push_to_hub:\n    trainer.push_to_hub()\n", PAIRS),
    ("kto", KTO, PAIRS),
    ("what cannot be told", CUSTOM, PAIRS),
    ("modules by their name", STREAM, PAIRS),
    ("a configuration that is handed on", READERS, {"config": {"base_model": "m", "seed": 1, "rate": 1e-4}}),
    ("a configuration over defaults", MERGED, {"config": {"learning_rate": 1e-5}}),
    ("a configuration that is taken as a whole", TAKEN, {"config": {"learning_rate": 1e-5, "other": 1}}),
    ("a configuration that a library reads", PARSED, {"config": {"learning_rate": 1e-5}}),
]  # fmt: skip
