"""A benchmark as a task of inspect-ai: it asks and scores, with a scorer of its own, of inspect_evals or of ours."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Dict, List, Tuple

from ml_intern_box import report
from ml_intern_box.rows import first_line

from . import batches, fingerprints, harness, inspect_log, inspect_model, instructions, models, prompts
from .grading import Benchmark, Item, Outcome
from .recorder import Recorder

OURS = "ifeval"


def evaluate(config: Dict[str, Any], items: List[Item]) -> Tuple[List[Outcome], Dict[str, Any]]:
    """Outcomes in the order of the items, and what else is known of the evaluation."""
    benchmark = dict(config["benchmark"])
    keep_to_the_job()
    scorer = scorer_of(benchmark, items)
    model = inspect_model.load(config)
    size, benchmark["maxTokens"] = prepare(model.api, config, benchmark, items)
    log = asked(items, benchmark, model, scorer, size)
    facts = {
        "device": model.api.model.device.type,
        "backend": "transformers",
        "batchSize": model.api.fits,
        "maxTokens": benchmark["maxTokens"],
        **fingerprints.template_facts(benchmark, model.api.tokenizer.chat_template),
    }
    return inspect_log.outcomes_of(log, items, benchmark.get("scoreKey")), facts


def keep_to_the_job() -> None:
    """inspect and NLTK write below the home folder unless told otherwise."""
    folder = report.artifacts_folder() / "inspect"
    os.environ.update(XDG_DATA_HOME=str(folder), XDG_CACHE_HOME=str(folder), INSPECT_TRACE_FILE=os.devnull)
    root = Path(os.environ.get("ML_INTERN_ROOT") or Path.home() / ".ml-intern")
    os.environ.setdefault("NLTK_DATA", str(root / "cache" / "nltk"))
    Path(os.environ["NLTK_DATA"]).mkdir(parents=True, exist_ok=True)


def scorer_of(benchmark: Benchmark, items: List[Item]) -> Any:
    name = benchmark["scorer"]
    try:
        if name == OURS:
            instructions.try_out(items)
            return instructions.scorer()
        module, _, made = name.partition(":")
        return getattr(import_module(module), made)()
    except instructions.ChecksUnusable as error:
        report.fail("benchmark-invalid", f"The benchmark {benchmark['name']} cannot be scored here: {error}.", "Let the box reach the address, or put the data there; then evaluate again.")
    except Exception as error:
        what = f"{type(error).__name__}: {first_line(error)}"
        report.fail("benchmark-invalid", f"The scorer {name} cannot be used ({what}).", 'Check "scorer" in the .json file beside the benchmark; the environment inspect must hold what it needs.')


def prepare(api: Any, config: Dict[str, Any], benchmark: Benchmark, items: List[Item]) -> Tuple[int, int]:
    """How many prompts go at once, and how long answers may be."""
    longest = max(len(api.tokenizer(api.hf_chat(messages_of(item, benchmark), []))["input_ids"]) for item in items)
    context = getattr(api.model.config, "max_position_embeddings", None)
    limit = models.room_for(benchmark["maxTokens"], context, longest)
    total = len(items) * harness.samples_of(benchmark)
    sampling = benchmark.get("sampling") or {}
    ends = models.end_tokens(api.tokenizer, api.model.generation_config)
    small = batches.is_small(sum(each.numel() for each in api.model.parameters()))
    view = SimpleNamespace(device=api.model.device, max_length=context or longest + limit, model=api.model)
    size = config.get("batchSize") or (batches.SMALL_BATCH if small else models.detect(view, longest + limit, total))
    api.record(Recorder(total, limit, ends, sampling.get("stop") or (), api.tokenizer.decode), min(size, total))
    return min(size, total), limit


def messages_of(item: Item, benchmark: Benchmark) -> List[Any]:
    from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

    kinds = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}
    turns = item.get("messages") or [{"role": "user", "content": prompts.with_examples(item, benchmark)}]
    system = [{"role": "system", "content": benchmark["system"]}] if benchmark.get("system") else []
    return [kinds[turn["role"]](content=turn["content"]) for turn in [*system, *turns]]


def asked(items: List[Item], benchmark: Benchmark, model: Any, scorer: Any, size: int) -> Dict[str, Any]:
    from inspect_ai import Task, eval
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.solver import generate

    samples = [
        Sample(id=item["id"], input=messages_of(item, benchmark), target=item.get("answer", ""), choices=item.get("choices"), metadata=instructions.metadata_of(item))
        for item in items
    ]
    sampling = benchmark.get("sampling") or {}
    settings = {"temperature": sampling.get("temperature"), "top_p": sampling.get("topP"), "stop_seqs": sampling.get("stop")}
    log = eval(
        Task(name=harness.TASK, dataset=MemoryDataset(samples), solver=[generate()], scorer=scorer),
        model=model,
        epochs=harness.samples_of(benchmark),
        max_connections=size,
        max_samples=size,
        max_tokens=benchmark["maxTokens"],
        # Items of a run lie sealed on the box: what inspect would keep of them stays in memory.
        log_dir="memory://inspect",
        log_format="json",
        log_realtime=False,
        display="none",
        acp_server=False,
        ctl_server=False,
        **{name: value for name, value in settings.items() if value},
    )[0]
    if log.status != "success":
        why = log.error.message if log.error else "it gave no reason"
        report.fail("evaluation-failed", f"inspect ended without a result: {first_line(why)}", "Read stderr.log.")
    return log.model_dump(mode="json", include={"samples"})
