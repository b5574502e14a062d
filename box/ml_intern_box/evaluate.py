"""Scores a model on a benchmark with lm-evaluation-harness, or inspect-ai: offline, with every item's outcome.

Usage: python -m ml_intern_box.evaluate evaluate.json
  {model: folder, items: "items.jsonl", benchmark: {name, metric, prompt, answerPattern, options?, maxTokens, kind?, ...}, seed,
   batchSize?, backend?: "vllm"|"transformers", limit?, stopBelow?, stopBehind?, expect?: {evaluatorHash, ...}}
Writes artifacts/items.jsonl, one line a sample of an item, and artifacts/result.json. In a run the items come sealed and
so does artifacts/items.sealed: see sealed. The benchmark's settings are those
of src/core/evaluation/settings.ts; how each kind grades is told by its module in the folder evaluation. The kind inspect
needs the environment inspect, every other the environment eval.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from ml_intern_box import report, sealed
from ml_intern_box.evaluation import fingerprints, grading, harness, inspect_task, judge, models, stopping
from ml_intern_box.evaluation.choice import grade_likelihoods
from ml_intern_box.evaluation.grading import Grade, Item, Outcome, is_graded, value_of
from ml_intern_box.evaluation.judge import JudgeRefused
from ml_intern_box.evaluation.recorder import Recorder
from ml_intern_box.model import weights_hash

MOST_UNGRADED = 0.05
"""Share of the answers."""


def read_items(data: bytes) -> List[Item]:
    return [json.loads(line) for line in data.decode("utf-8").splitlines() if line.strip()]


def opened(path: Path, key: Optional[str]) -> bytes:
    try:
        return sealed.read(path, key)
    except sealed.Damaged as error:
        report.fail("benchmark-invalid", f"{path} cannot be opened. {error}", "Evaluate again; nothing on the box may change the items.")


class Evaluator:
    """A loaded model with a benchmark; asks and grades items, all at once or part by part."""

    def __init__(self, config: Dict[str, Any], count: int) -> None:
        self.config = dict(config)
        self.benchmark = dict(config["benchmark"])
        self.backend = models.backend_of(config)
        self.total = count * harness.samples_of(self.benchmark)

    def load(self, items: List[Item]) -> None:
        benchmark, sampling = self.benchmark, self.benchmark.get("sampling") or {}
        # Long runs of the longest prompt: templates and system texts are short beside it.
        prompts = [harness.row_of(0, item, benchmark)["prompt"] for item in items]
        if self.backend == "vllm":
            self.recorder = Recorder(self.total, benchmark["maxTokens"], set())
            self.model = models.wrap_vllm(self.config, self.recorder)
            self.tokenizer, self.device = self.model.tokenizer, "cuda"
            self._count_options(items)
            self._keep_room(self._longest(prompts))
            return
        model, self.tokenizer, self.device = models.load(Path(self.config["model"]))
        models.set_template(self.tokenizer, benchmark)
        ends = models.end_tokens(self.tokenizer, model.generation_config)
        self.recorder = Recorder(self.total, benchmark["maxTokens"], ends, sampling.get("stop") or (), self.tokenizer.decode)
        self.model = models.wrap_transformers(self.config, self.recorder, model, self.tokenizer)
        self._count_options(items)
        longest = self._longest(prompts)
        self._keep_room(longest)
        # The wrapped model reads it when it looks for its batch size.
        self.config["longest"] = longest + self.benchmark["maxTokens"]

    def _longest(self, prompts: List[str]) -> int:
        return max(len(self.tokenizer(prompt)["input_ids"]) for prompt in prompts)

    def _count_options(self, items: List[Item]) -> None:
        if harness.by_likelihood(self.benchmark):
            self.recorder.total, self.recorder.unit = sum(len(item["choices"]) for item in items), "options"

    def _keep_room(self, longest: int) -> None:
        if not harness.by_likelihood(self.benchmark):
            self.benchmark["maxTokens"] = self.recorder.limit = models.room_for(self.benchmark["maxTokens"], self.model.max_length, longest)

    @property
    def with_template(self) -> bool:
        return self.tokenizer.chat_template is not None

    def outcomes(self, items: List[Item]) -> List[Outcome]:
        asked = harness.ask(items, self.benchmark, self.model, self.with_template, self.config["seed"])
        if harness.by_likelihood(self.benchmark):
            grades = [grade_likelihoods(each.item, each.likelihoods or [], self.benchmark) for each in asked]
        else:
            grades = grading.grade_all([each.item for each in asked], [each.generation for each in asked], self.benchmark, report.progress)
        return [self._outcome(each, grade) for each, grade in zip(asked, grades)]

    def _outcome(self, asked: harness.Asked, grade: Grade) -> Outcome:
        tokens, truncated = self.recorder.lengths.get((asked.prompt, asked.generation), (0, False))
        return {
            "id": asked.item["id"],
            "reference": grading.reference_of(asked.item, self.benchmark),
            "generation": asked.generation,
            "answer": grade.answer,
            "correct": grade.correct,
            "valid": grade.valid,
            "truncated": truncated,
            "tokens": tokens,
            **_score_in(grade),
            **grade.more,
        }

    def facts(self) -> Dict[str, Any]:
        return {
            "device": self.device,
            "backend": self.backend,
            "batchSize": getattr(self.model, "fits", None) or self.model.batch_size,
            "maxTokens": self.benchmark["maxTokens"],
            **fingerprints.template_facts(self.benchmark, self.tokenizer.chat_template),
        }


def _score_in(grade: Grade) -> Outcome:
    """No key where right or wrong says it all; null where no grade could be got."""
    if not grade.graded:
        return {"score": None}
    return {} if grade.score is None else {"score": round(grade.score, 6)}


def evaluate(config: Dict[str, Any], items: List[Item]) -> Tuple[List[Outcome], Dict[str, Any]]:
    """Outcomes in the order of the items, and what else is known of the evaluation."""
    evaluator = Evaluator(config, len(items))
    evaluator.load(items)
    refuse_changes(config, {"chatTemplateHash": evaluator.facts()["chatTemplateHash"]})
    bar = stopping.bar_of(config)
    places = stopping.parts(len(items), config["seed"]) if bar else [list(range(len(items)))]
    done: Dict[int, List[Outcome]] = {}
    for part in places:
        found = evaluator.outcomes([items[place] for place in part])
        each = len(found) // len(part)
        done.update({place: found[index * each : (index + 1) * each] for index, place in enumerate(part)})
        scores = {items[place]["id"]: mean for place, mean in means(done).items()}
        if bar and bar.is_out_of_reach(scores, len(items) - len(done)):
            break
    stopped = dict(bar.told, after=len(done), of=len(items)) if bar and len(done) < len(items) else None
    return [outcome for place in sorted(done) for outcome in done[place]], dict(evaluator.facts(), **({"stopped": stopped} if stopped else {}))


def means(done: Dict[int, List[Outcome]]) -> Dict[int, float]:
    """Of the items with a grade, by their places."""
    values = {place: [value_of(each) for each in outcomes if is_graded(each)] for place, outcomes in done.items()}
    return {place: sum(each) / len(each) for place, each in values.items() if each}


def refuse_ungraded(outcomes: List[Outcome]) -> None:
    """A few answers without a verdict are left out of the score; many would make it another measurement."""
    lacking = sum(not is_graded(each) for each in outcomes)
    if lacking > MOST_UNGRADED * len(outcomes):
        raise JudgeRefused(f"it gave no verdict that can be read on {lacking} of {len(outcomes)} answers")


def refuse_changes(config: Dict[str, Any], found: Dict[str, str]) -> None:
    """What a run recorded first must still be so: another template, evaluator or model makes another measurement."""
    names = {"evaluatorHash": "the evaluator's files", "itemsHash": "the benchmark's items", "chatTemplateHash": "the chat template", "modelHash": "the model's weights"}
    differing = fingerprints.changed(config.get("expect") or {}, found)
    if differing:
        what = " and ".join(names.get(name, name) for name in differing)
        report.fail(
            "evaluation-changed",
            f"Since this run's first evaluation, {what} changed, so scores could not be compared.",
            "Put back what was changed and resume, or start a new run.",
        )


def be_quiet_and_offline() -> None:
    """Before any Hugging Face import: they read these once."""
    os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    os.environ.update(HF_DATASETS_DISABLE_PROGRESS_BARS="1", TRANSFORMERS_VERBOSITY="error", LMEVAL_LOG_LEVEL="ERROR", TQDM_DISABLE="1")
    warnings.filterwarnings("ignore")
    logging.getLogger("lm_eval").setLevel(logging.ERROR)


def main() -> None:
    key = sealed.take_key()
    be_quiet_and_offline()
    config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder, items_path = Path(config["model"]), Path(config["items"])
    if not (folder / "config.json").is_file():
        report.fail("bad-input", f"There is no model to evaluate in {folder}.", "Train first, or check the path of the model.")
    data = opened(items_path, key)
    items = read_items(data)[: config.get("limit")]
    if not items:
        report.fail("benchmark-invalid", f"{items_path} holds no items.", "Check the benchmark file and its split.")
    hashes = {
        "evaluatorHash": evaluator_hash(config["benchmark"]),
        "itemsHash": hashlib.sha256(data).hexdigest(),
        "modelHash": weights_hash(folder),
    }
    refuse_changes(config, hashes)
    report.progress(f"Evaluating {len(items)} items of {config['benchmark']['name']}.")
    began = time.monotonic()
    try:
        if config["benchmark"].get("judge"):
            judge.try_out(config["benchmark"]["judge"])
        outcomes, facts = (inspect_task.evaluate if by_inspect(config["benchmark"]) else evaluate)(config, items)
        lines = "".join(json.dumps(outcome, ensure_ascii=False) + "\n" for outcome in outcomes)
        sealed.write(report.artifacts_folder() / "items.jsonl", lines, key)
        refuse_ungraded(outcomes)
    except JudgeRefused as error:
        report.fail("judge-unavailable", f"The answers could not be judged: {error}.", "Check the judge's address, model and key, and that the box reaches it; then evaluate again.")
    result = dict(summarise(config, outcomes), **facts, **hashes, seconds=round(time.monotonic() - began, 1))
    report.write_result(result)
    report.progress(f"{result['correct']} of {result['n']} right, {result['invalid']} without a valid answer.")


def by_inspect(benchmark: Dict[str, Any]) -> bool:
    return grading.kind_of(benchmark) == grading.INSPECT


def evaluator_hash(benchmark: Dict[str, Any]) -> str:
    if by_inspect(benchmark):
        return fingerprints.evaluator_hash(versions=fingerprints.versions_of(("inspect_ai", "inspect_evals", "lm_eval")))
    return fingerprints.evaluator_hash(fingerprints.harness_folder(), versions=fingerprints.versions_of(()))


def summarise(config: Dict[str, Any], outcomes: List[Outcome]) -> Dict[str, Any]:
    """The score of graded answers is the mean of those that could be graded."""
    from importlib.metadata import version

    evaluator, package = ("inspect-ai", "inspect_ai") if by_inspect(config["benchmark"]) else ("lm-evaluation-harness", "lm_eval")
    graded = [value_of(each) for each in outcomes if "score" in each and is_graded(each)]
    return {
        "metric": config["benchmark"]["metric"],
        "n": len(outcomes),
        "correct": sum(o["correct"] for o in outcomes),
        "invalid": sum(not o["valid"] for o in outcomes),
        "truncated": sum(o["truncated"] for o in outcomes),
        "meanTokens": round(sum(o["tokens"] for o in outcomes) / len(outcomes), 3),
        **({"score": round(sum(graded) / len(graded), 6), "graded": len(graded)} if graded else {}),
        "evaluator": evaluator,
        "evaluatorVersion": version(package),
        "seed": config["seed"],
        "settings": {name: value for name, value in config["benchmark"].items() if name != "fewShot"} | few_shot_facts(config["benchmark"]),
        "settingsHash": fingerprints.settings_hash(config["benchmark"]),
    }


def few_shot_facts(benchmark: Dict[str, Any]) -> Dict[str, Any]:
    """Which examples were shown, without repeating them."""
    few = benchmark.get("fewShot")
    return {"fewShot": {"n": few["n"], "seed": few.get("seed", 0), "ids": [each["id"] for each in few["items"]]}} if few else {}


if __name__ == "__main__":
    main()
