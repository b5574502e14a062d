"""inspect-ai's own transformers model, with a recorder in it: by itself it tells neither which answers were cut off nor how long each was."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List

from ml_intern_box import report

from . import batches, models
from .recorder import Recorder

_NAME = "ml-intern"


def load(config: Dict[str, Any]) -> Any:
    """inspect's model of the folder. Its `api` is what `recording_class` makes."""
    import torch
    from inspect_ai.model import GenerateConfig, get_model, modelapi

    made = recording_class()
    modelapi(name=_NAME)(lambda: made)
    gpu = torch.cuda.is_available()
    folder = Path(config["model"]).resolve()
    sampled = bool((config["benchmark"].get("sampling") or {}).get("temperature"))
    where = {"device": "cuda" if gpu else "cpu", "dtype": torch.bfloat16 if gpu else torch.float32, "local_files_only": True}
    model = get_model(f"{_NAME}/{folder.name}", config=GenerateConfig(seed=config["seed"]), memoize=False, model_path=str(folder), do_sample=sampled, **where)
    models.set_template(model.api.tokenizer, config["benchmark"])
    return model


def recording_class() -> type:
    from inspect_ai.model._providers.hf import HuggingFaceAPI, ModelGenerateOutput

    class RecordingModel(HuggingFaceAPI):
        def record(self, recorder: Recorder, size: int) -> None:
            self.recorder, self.fits, self.plainly = recorder, size, self.model.generate
            self.model.generate = self.generate_rows

        def generate_rows(self, input_ids: Any, attention_mask: Any, **more: Any) -> Any:
            def part(start: int, end: int) -> Any:
                return self.plainly(input_ids=input_ids[start:end], attention_mask=attention_mask[start:end], **more).sequences

            parts, size = batches.in_parts(part, input_ids.shape[0], self.fits, models.free)
            if size < min(self.fits, input_ids.shape[0]):
                report.progress(f"A batch of {self.fits} does not fit in memory: going on with {size} at once.")
                self.fits = size
            output = ModelGenerateOutput()
            output.sequences, output.logits, output.hidden_states = models.joined(parts, self.tokenizer.pad_token_id), None, None
            self.note(output.sequences[:, input_ids.shape[1] :])
            return output

        def note(self, answers: Any) -> None:
            self.recorder.note(answers.tolist())
            for text in self.tokenizer.batch_decode(answers, skip_special_tokens=True, clean_up_tokenization_spaces=False):
                self.recorder.add_partial("generate_until", (text, {}), "")

        def hf_chat(self, messages: List[Any], tools: List[Any]) -> str:
            """Without a template a base model is to go on with the question itself, as the harness asks it."""
            if self.tokenizer.chat_template is None:
                return "\n\n".join(message.text for message in messages)
            return super().hf_chat(messages, tools)

        async def generate(self, *args: Any, **kwargs: Any) -> Any:
            output = await super().generate(*args, **kwargs)
            tokens, cut = self.recorder.lengths[(output.choices[0].message.text, "")]
            output.usage.output_tokens = tokens
            output.choices[0].stop_reason = "max_tokens" if cut else "stop"
            return output

    return RecordingModel
