"""The harness's own models, with a recorder in them: vLLM where there is a GPU and it is installed, else transformers."""

from __future__ import annotations

import gc
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from ml_intern_box import report

from . import batches
from .recorder import Recorder

Config = Dict[str, Any]


def backend_of(config: Config) -> str:
    """As wished; else what is fastest here."""
    if config.get("backend") in ("vllm", "transformers"):
        return config["backend"]
    import torch

    return "vllm" if torch.cuda.is_available() and find_spec("vllm") else "transformers"


def set_template(tokenizer: Any, benchmark: Dict[str, Any]) -> None:
    """A template of the benchmark's stands in place of the model's own: what an experiment saved changes nothing."""
    template = benchmark.get("template", "model")
    if isinstance(template, dict):
        tokenizer.chat_template = template["text"]
    elif template == "none":
        tokenizer.chat_template = None


def load(folder: Path) -> Tuple[Any, Any, str]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    gpu = torch.cuda.is_available()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.bfloat16 if gpu else torch.float32)
    device = "cuda" if gpu else "cpu"
    return model.to(device).eval(), tokenizer, device


def end_tokens(tokenizer: Any, generation_config: Any) -> set:
    ends = generation_config.eos_token_id
    return {tokenizer.eos_token_id, tokenizer.pad_token_id, *(ends if isinstance(ends, (list, tuple)) else [ends])} - {None}


def wrap_transformers(config: Config, recorder: Recorder, model: Any, tokenizer: Any) -> Any:
    from lm_eval.models.huggingface import HFLM

    class RecordingModel(HFLM):
        fits: Optional[int] = None

        def _model_generate(self, context: Any, max_length: int, stop: Any, **kwargs: Any) -> Any:
            masks = kwargs.pop("attention_mask")

            def part(start: int, end: int) -> Any:
                return super(RecordingModel, self)._model_generate(context[start:end], max_length, list(stop), attention_mask=masks[start:end], **kwargs)

            output = self._joined(part, context.shape[0])
            recorder.note(output[:, context.shape[1] :].tolist())
            return output

        def _model_call(self, inps: Any, attn_mask: Any = None, labels: Any = None) -> Any:
            return self._joined(lambda start, end: super(RecordingModel, self)._model_call(inps[start:end]), inps.shape[0])

        def _joined(self, part: Any, count: int) -> Any:
            results, size = batches.in_parts(part, count, self.fits or count, free)
            if size < (self.fits or count):
                self.fits = size
                report.progress(f"A batch of {count} does not fit in memory: going on with {size} at once.")
            return joined(results, tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id)

        def _detect_batch_size(self, requests: Any = None, pos: int = 0) -> int:
            """Once for all: with the longest prompt's length, that of the longest answer and the model's vocabulary."""
            if self.fits is None:
                self.fits = detect(self, config["longest"], recorder.total)
                report.progress(f"{self.fits} prompts at once.")
            return self.fits

    small = batches.is_small(sum(each.numel() for each in model.parameters()))
    size = config.get("batchSize") or (batches.SMALL_BATCH if small else "auto")
    wrapped = RecordingModel(pretrained=model, tokenizer=tokenizer, batch_size=size, backend="causal")
    wrapped.cache_hook = recorder
    return wrapped


def joined(parts: List[Any], pad: int) -> Any:
    """The rows of all, filled up to the longest."""
    import torch

    longest = max(each.shape[1] for each in parts)
    return torch.cat([_padded(each, longest, pad) for each in parts])


def room_for(wanted: int, context: Optional[int], longest: int) -> int:
    """How long answers may be: a prompt must never be cut from the left to make room for its answer."""
    room = wanted if context is None else max(1, context - longest - 1)
    if room >= wanted:
        return wanted
    report.progress(f"The model's context of {context} tokens leaves room for answers of {room} tokens.")
    return room


def _padded(tensor: Any, length: int, pad: int) -> Any:
    import torch

    missing = length - tensor.shape[1]
    return torch.nn.functional.pad(tensor, (0, missing), value=pad) if missing and tensor.dim() == 2 else tensor


def detect(wrapped: Any, longest: int, wanted: int) -> int:
    """`longest`: tokens of the longest prompt and answer together. On the CPU memory is not what ends it, but time."""
    import torch

    on_cpu = wrapped.device.type == "cpu"
    length = max(1, min(wrapped.max_length, longest, 512 if on_cpu else longest))

    def attempt(size: int) -> None:
        with torch.no_grad():
            wrapped.model(torch.ones((size, length), dtype=torch.long, device=wrapped.device))
        free()

    return batches.largest(attempt, max(1, wanted), by_time=on_cpu)


def free() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def wrap_vllm(config: Config, recorder: Recorder) -> Any:
    """vLLM batches by itself: as many sequences at once as its memory for keys and values holds."""
    from lm_eval.models.vllm_causallms import VLLM

    class RecordingModel(VLLM):
        def _model_generate(self, *args: Any, **kwargs: Any) -> Any:
            outputs = super()._model_generate(*args, **kwargs)
            if kwargs.get("generate"):
                recorder.note_finished(outputs)
            return outputs

    share = config.get("gpuMemoryShare", 0.85)
    wrapped = RecordingModel(
        pretrained=config["model"], dtype="auto", batch_size="auto", seed=config["seed"], gpu_memory_utilization=share, generation_config="vllm"
    )
    set_template(wrapped.tokenizer, config["benchmark"])
    wrapped.hf_chat_template = wrapped.tokenizer.chat_template
    wrapped.cache_hook = recorder
    return wrapped
