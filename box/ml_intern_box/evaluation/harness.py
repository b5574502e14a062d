"""A benchmark as a task of lm-evaluation-harness, which does the asking; what it answers comes back item by item."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional

from . import choice, prompts
from .grading import Benchmark, Item, kind_of

TASK = "ml_intern_benchmark"


class Asked(NamedTuple):
    """One item's answer; several samples of an item are several of these."""

    item: Item
    prompt: str
    generation: str
    likelihoods: Optional[List[float]]


def by_likelihood(benchmark: Benchmark) -> bool:
    return kind_of(benchmark) == "choice" and benchmark.get("by") == "likelihood"


def make_task(items: List[Item], benchmark: Benchmark) -> Any:
    from datasets import Dataset
    from lm_eval.api.task import ConfigurableTask

    conversations = [item.get("messages") for item in items]

    class BenchmarkTask(ConfigurableTask):
        def fewshot_context(self, doc: Dict[str, Any], *args: Any, **kwargs: Any) -> Any:
            """A conversation of several turns goes through the template as such, not as one question."""
            turns = conversations[doc["index"]]
            if not turns:
                return super().fewshot_context(doc, *args, **kwargs)
            system = kwargs.get("system_instruction")
            turns = [*([{"role": "system", "content": system}] if system else []), *turns]
            if kwargs.get("apply_chat_template") and kwargs.get("chat_template"):
                return kwargs["chat_template"](turns)
            return "\n\n".join(f"{turn['role']}: {turn['content']}" for turn in turns) + "\n\nassistant:"

    rows = [row_of(index, item, benchmark) for index, item in enumerate(items)]
    likelihood = by_likelihood(benchmark)
    config: Dict[str, Any] = {
        "task": TASK,
        "custom_dataset": lambda **_: {"test": Dataset.from_list(rows)},
        "test_split": "test",
        "doc_to_text": lambda row: row["prompt"],
        "doc_to_target": lambda row: row["target"],
        # Graded afterwards: programs and judges want to be run several at once.
        "process_results": lambda row, results: {"answered": 1.0},
        "metric_list": [{"metric": "answered", "aggregation": "mean", "higher_is_better": True}],
    }
    if likelihood:
        config.update(output_type="multiple_choice", doc_to_choice=lambda row: row["continuations"])
    else:
        config.update(output_type="generate_until", generation_kwargs=generation_settings(benchmark), repeats=samples_of(benchmark))
        config["filter_list"] = [{"name": "all", "filter": [{"function": "take_first_k", "k": samples_of(benchmark)}]}]
    return BenchmarkTask(config=config)


def row_of(index: int, item: Item, benchmark: Benchmark) -> Dict[str, Any]:
    row = {"index": index, "prompt": prompts.with_examples(item, benchmark)}
    if not by_likelihood(benchmark):
        return dict(row, target=str(item.get("answer", "")))
    right = choice.order(item, benchmark).index(choice.right_place(item))
    return dict(row, continuations=choice.continuations(item, benchmark), target=right)


def samples_of(benchmark: Benchmark) -> int:
    return (benchmark.get("sampling") or {}).get("n") or 1


def generation_settings(benchmark: Benchmark) -> Dict[str, Any]:
    """Greedy unless a temperature above 0 is asked for."""
    sampling = benchmark.get("sampling") or {}
    settings: Dict[str, Any] = {"until": list(sampling.get("stop") or []), "max_gen_toks": benchmark["maxTokens"], "do_sample": False}
    if sampling.get("temperature"):
        settings.update(do_sample=True, temperature=sampling["temperature"])
        if sampling.get("topP") is not None:
            settings["top_p"] = sampling["topP"]
    return settings


def ask(items: List[Item], benchmark: Benchmark, model: Any, with_template: bool, seed: int) -> List[Asked]:
    from lm_eval import simple_evaluate
    from lm_eval.tasks import TaskManager

    done = simple_evaluate(
        model=model,
        tasks=[make_task(items, benchmark)],
        # The harness's hundreds of own tasks take seconds to list, and none is wanted.
        task_manager=TaskManager(include_defaults=False),
        apply_chat_template=with_template,
        system_instruction=benchmark.get("system"),
        bootstrap_iters=0,
        random_seed=seed,
        numpy_random_seed=seed,
        torch_random_seed=seed,
        fewshot_random_seed=seed,
    )
    samples = sorted(done["samples"][TASK], key=lambda sample: sample["doc_id"])
    return [asked for item, sample in zip(items, samples) for asked in _answers(item, sample, benchmark)]


def _answers(item: Item, sample: Dict[str, Any], benchmark: Benchmark) -> List[Asked]:
    prompt = sample["arguments"][0][0]
    if by_likelihood(benchmark):
        return [Asked(item, prompt, "", [float(answers[0][0]) for answers in sample["resps"]])]
    return [Asked(item, prompt, generation, None) for generation in sample["resps"][0]]
