"""Evaluations by vLLM, up to its door: it needs a GPU, so a stand-in for the harness's wrapper of it notes what it is asked."""

import sys
from types import ModuleType, SimpleNamespace

import pytest
from ml_intern_box import evaluate
from ml_intern_box.evaluation import models
from tiny import ITEMS, PROMPT

BENCHMARK = {"name": "b", "metric": "exact", "prompt": PROMPT, "answerPattern": r"(\w+)", "maxTokens": 100}


@pytest.mark.parametrize(
    ("wished", "gpu", "installed", "backend"),
    [
        (None, True, True, "vllm"),
        (None, True, False, "transformers"),
        (None, False, True, "transformers"),
        ("transformers", True, True, "transformers"),
        ("vllm", False, False, "vllm"),
    ],
)
def test_vllm_is_used_where_there_is_a_gpu_and_it_is_installed(monkeypatch, wished, gpu, installed, backend):
    cuda = SimpleNamespace(is_available=lambda: gpu)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    monkeypatch.setattr(models, "find_spec", lambda name: installed and name == "vllm")
    assert models.backend_of({"backend": wished}) == backend


class Words:
    """A tokenizer whose tokens are words."""

    chat_template = "of the model"

    def __call__(self, text):
        return {"input_ids": text.split()}


@pytest.fixture
def asked(monkeypatch):
    made = []

    class StandIn:
        max_length, batch_size = 64, "auto"

        def __init__(self, **arguments):
            made.append(arguments)
            self.tokenizer = Words()

        def _model_generate(self, *args, **kwargs):
            answers = [SimpleNamespace(token_ids=[1] * n, finish_reason=why) for n, why in ((3, "stop"), (58, "length"))]
            return [SimpleNamespace(outputs=[each]) for each in answers]

    module = ModuleType("lm_eval.models.vllm_causallms")
    module.VLLM = StandIn
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return made


def loaded(**settings):
    evaluator = evaluate.Evaluator({"model": "m", "benchmark": dict(BENCHMARK, **settings), "seed": 7, "backend": "vllm"}, len(ITEMS))
    evaluator.load(ITEMS)
    return evaluator


def test_what_vllm_is_started_with(asked):
    evaluator = loaded(template="none")
    assert asked == [{"pretrained": "m", "dtype": "auto", "batch_size": "auto", "seed": 7, "gpu_memory_utilization": 0.85, "generation_config": "vllm"}]
    assert evaluator.tokenizer.chat_template is None and evaluator.model.hf_chat_template is None and not evaluator.with_template


def test_prompts_are_not_cut_to_make_room_for_answers(asked, capsys):
    evaluator = loaded()
    # Seven words: "Question: What colour is the zorb? Answer:".
    assert evaluator.facts()["maxTokens"] == evaluator.recorder.limit == 64 - 7 - 1
    assert "leaves room for answers of 56 tokens" in capsys.readouterr().out


def test_vllm_itself_tells_which_answers_were_cut_off(asked):
    evaluator = loaded()
    evaluator.model._model_generate(requests=[], generate=True)
    for prompt in "ab":
        evaluator.recorder.add_partial("generate_until", (prompt, {}), "")
    assert evaluator.recorder.lengths == {("a", ""): (3, False), ("b", ""): (58, True)}
