"""Scores a model on a benchmark with lm-evaluation-harness: greedy, offline, with every item's outcome.

Usage: python -m ml_intern_box.evaluate evaluate.json
  {model: folder, items: "items.jsonl", benchmark: {name, metric, prompt, answerPattern, options?, maxTokens}, seed, batchSize?}
Writes artifacts/items.jsonl and artifacts/result.json.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sys
import warnings
from pathlib import Path
from typing import Any

from ml_intern_box import report
from ml_intern_box.model import file_hash, weights_hash

TASK = "ml_intern_benchmark"


def extract(generation: str, benchmark: dict[str, Any]) -> str | None:
    """The answer that the benchmark's pattern finds; null when there is none or it is not among the options."""
    match = re.search(benchmark["answerPattern"], generation)
    if match is None or match.group(1) is None:
        return None
    answer = match.group(1).strip()
    options = benchmark.get("options")
    return None if options and answer not in options else answer


def render(item: dict[str, Any], benchmark: dict[str, Any]) -> str:
    """The prompt: {question}, and {choices} as lettered lines."""
    choices = "\n".join(f"{chr(65 + index)}. {choice}" for index, choice in enumerate(item.get("choices") or []))
    return benchmark["prompt"].replace("{choices}", choices).replace("{question}", item["question"])


def read_items(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def make_task(items: list[dict[str, Any]], benchmark: dict[str, Any]) -> Any:
    from datasets import Dataset
    from lm_eval.api.task import ConfigurableTask

    rows = [{"prompt": render(item, benchmark), "answer": item["answer"]} for item in items]

    def outcome(row: dict[str, Any], generations: list[str]) -> dict[str, float]:
        answer = extract(generations[0], benchmark)
        return {"exact": float(answer == row["answer"]), "invalid": float(answer is None)}

    return ConfigurableTask(
        config={
            "task": TASK,
            "custom_dataset": lambda **_: {"test": Dataset.from_list(rows)},
            "test_split": "test",
            "output_type": "generate_until",
            "doc_to_text": lambda row: row["prompt"],
            "doc_to_target": lambda row: row["answer"],
            "process_results": outcome,
            "generation_kwargs": {"until": [], "max_gen_toks": benchmark["maxTokens"], "do_sample": False},
            "metric_list": [
                {"metric": "exact", "aggregation": "mean", "higher_is_better": True},
                {"metric": "invalid", "aggregation": "mean", "higher_is_better": False},
            ],
        }
    )


class Recorder:
    """Stands where the harness keeps its cache hook: notes each prompt's generated length, and reports progress."""

    def __init__(self, total: int, limit: int, ends: set[int]) -> None:
        self.total = total
        self.limit = limit
        self.ends = ends
        self.batch: list[tuple[int, bool]] = []
        self.by_prompt: dict[str, tuple[int, bool]] = {}
        self.done = 0

    def note(self, generated: list[list[int]]) -> None:
        lengths = [next((i for i, token in enumerate(row) if token in self.ends), None) for row in generated]
        self.batch = [(len(row), len(row) >= self.limit) if end is None else (end, False) for row, end in zip(generated, lengths)]

    def add_partial(self, _kind: str, request: tuple[str, Any], _generation: str) -> None:
        self.by_prompt[request[0]] = self.batch.pop(0)
        self.done += 1
        if not self.batch:
            report.progress(f"{self.done} of {self.total} items")


def make_model(config: dict[str, Any], recorder: Recorder, model: Any, tokenizer: Any) -> Any:
    from lm_eval.models.huggingface import HFLM

    class RecordingModel(HFLM):
        def _model_generate(self, context: Any, max_length: int, stop: list[str], **kwargs: Any) -> Any:
            output = super()._model_generate(context, max_length, stop, **kwargs)
            recorder.note(output[:, context.shape[1] :].tolist())
            return output

    wrapped = RecordingModel(pretrained=model, tokenizer=tokenizer, batch_size=batch_size(config, model), backend="causal")
    wrapped.cache_hook = recorder
    return wrapped


def batch_size(config: dict[str, Any], model: Any) -> int:
    """As wished; else many prompts at once for a small model, few for a large one (measured in memory, not tried out)."""
    if config.get("batchSize"):
        return config["batchSize"]
    billions = sum(p.numel() for p in model.parameters()) / 1e9
    return 64 if billions < 2 else 16 if billions < 15 else 4


def load(folder: Path) -> tuple[Any, Any, str]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    gpu = torch.cuda.is_available()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.bfloat16 if gpu else torch.float32)
    device = "cuda" if gpu else "cpu"
    return model.to(device).eval(), tokenizer, device


def evaluate(config: dict[str, Any], items: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Per-item outcomes and what else is known of the run."""
    from lm_eval import simple_evaluate
    from lm_eval.tasks import TaskManager

    benchmark = config["benchmark"]
    model, tokenizer, device = load(Path(config["model"]))
    ends = {tokenizer.eos_token_id, tokenizer.pad_token_id, *as_list(model.generation_config.eos_token_id)} - {None}
    recorder = Recorder(len(items), benchmark["maxTokens"], ends)
    done = simple_evaluate(
        model=make_model(config, recorder, model, tokenizer),
        tasks=[make_task(items, benchmark)],
        # The harness's hundreds of own tasks take seconds to list, and none is wanted.
        task_manager=TaskManager(include_defaults=False),
        apply_chat_template=tokenizer.chat_template is not None,
        bootstrap_iters=0,
        random_seed=config["seed"],
        numpy_random_seed=config["seed"],
        torch_random_seed=config["seed"],
        fewshot_random_seed=config["seed"],
    )
    samples = sorted(done["samples"][TASK], key=lambda sample: sample["doc_id"])
    template = benchmark["prompt"] + "\0" + (tokenizer.chat_template or "")
    facts = {"device": device, "templateHash": hashlib.sha256(template.encode()).hexdigest()}
    return [outcome_of(item, sample, recorder, benchmark) for item, sample in zip(items, samples, strict=True)], facts


def outcome_of(item: dict[str, Any], sample: dict[str, Any], recorder: Recorder, benchmark: dict[str, Any]) -> dict[str, Any]:
    generation = sample["resps"][0][0]
    answer = extract(generation, benchmark)
    tokens, truncated = recorder.by_prompt[sample["arguments"][0][0]]
    return {
        "id": item["id"],
        "reference": item["answer"],
        "generation": generation,
        "answer": answer,
        "correct": bool(sample["exact"]),
        "valid": answer is not None,
        "truncated": truncated,
        "tokens": tokens,
    }


def as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def be_quiet_and_offline() -> None:
    """Before any Hugging Face import: they read these once."""
    os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    os.environ.update(HF_DATASETS_DISABLE_PROGRESS_BARS="1", TRANSFORMERS_VERBOSITY="error", LMEVAL_LOG_LEVEL="ERROR", TQDM_DISABLE="1")
    warnings.filterwarnings("ignore")
    logging.getLogger("lm_eval").setLevel(logging.ERROR)


def main() -> None:
    be_quiet_and_offline()
    config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder, items_path = Path(config["model"]), Path(config["items"])
    if not (folder / "config.json").is_file():
        report.fail("bad-input", f"There is no model to evaluate in {folder}.", "Train first, or check the path of the model.")
    items = read_items(items_path)
    if not items:
        report.fail("benchmark-invalid", f"{items_path} holds no items.", "Check the benchmark file and its split.")
    report.progress(f"Evaluating {len(items)} items of {config['benchmark']['name']}.")
    outcomes, facts = evaluate(config, items)
    with (report.artifacts_folder() / "items.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(outcome, ensure_ascii=False) + "\n" for outcome in outcomes)
    result = summarise(config, outcomes) | facts | {"itemsHash": file_hash(items_path), "modelHash": weights_hash(folder)}
    report.write_result(result)
    report.progress(f"{result['correct']} of {result['n']} right, {result['invalid']} without a valid answer.")


def summarise(config: dict[str, Any], outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    from importlib.metadata import version

    return {
        "metric": config["benchmark"]["metric"],
        "n": len(outcomes),
        "correct": sum(o["correct"] for o in outcomes),
        "invalid": sum(not o["valid"] for o in outcomes),
        "truncated": sum(o["truncated"] for o in outcomes),
        "meanTokens": round(sum(o["tokens"] for o in outcomes) / len(outcomes), 3),
        "evaluator": "lm-evaluation-harness",
        "evaluatorVersion": version("lm_eval"),
        "seed": config["seed"],
    }


if __name__ == "__main__":
    main()
