"""lm-evaluation-harness run plainly and our evaluator give the same outcome for every item."""

import pytest
from tiny import ITEMS, PROMPT, WORDS, make_model

NOUNS = [word for word in WORDS if word.isalpha()]
QUESTIONS = [dict(item, id=f"{item['id']}{n}", question=f"{item['question'][:-1]} {NOUNS[n % len(NOUNS)]}?") for n in range(8) for item in ITEMS]
OPTIONS = [dict(item, choices=["red", "blue", "hello"]) for item in QUESTIONS]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    from ml_intern_box.evaluate import be_quiet_and_offline

    be_quiet_and_offline()
    folder = make_model(tmp_path_factory.mktemp("same") / "model", chat_template="{% for m in messages %}hello {{ m['content'] }} {% endfor %}")
    return make_talkative(folder)


def make_talkative(folder):
    """Larger weights, so that an untrained model does not say the same to every question."""
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.dim() == 2 and "embed" not in name and "lm_head" not in name:
                weights.mul_(25)
    model.save_pretrained(folder)
    return folder


def plainly(model, config, rows):
    """The harness with its own model, task, metric and filters."""
    from datasets import Dataset
    from lm_eval import simple_evaluate
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    task = ConfigurableTask(config={"task": "plain", "custom_dataset": lambda **_: {"test": Dataset.from_list(rows)}, "test_split": "test", **config})
    wrapped = HFLM(pretrained=str(model), batch_size=8, device="cpu", dtype="float32")
    done = simple_evaluate(model=wrapped, tasks=[task], task_manager=TaskManager(include_defaults=False), apply_chat_template=True, bootstrap_iters=0)
    return sorted(done["samples"]["plain"], key=lambda sample: sample["doc_id"])


def ours(model, benchmark, items, **more):
    from ml_intern_box.evaluate import evaluate

    return evaluate({"model": str(model), "benchmark": benchmark, "seed": 1, "batchSize": 8, **more}, items)


def test_generated_answers_are_the_same(model):
    config = {
        "output_type": "generate_until",
        "doc_to_text": PROMPT.replace("{question}", "{{question}}"),
        "doc_to_target": "{{answer}}",
        "generation_kwargs": {"until": ["hello"], "max_gen_toks": 6, "do_sample": False},
        "filter_list": [{"name": "word", "filter": [{"function": "regex", "regex_pattern": r"\b(red|blue)\b", "fallback": "none"}, {"function": "take_first"}]}],
        "metric_list": [{"metric": "exact_match"}],
    }
    theirs = plainly(model, config, QUESTIONS)
    benchmark = {"name": "b", "metric": "exact", "prompt": PROMPT, "answerPattern": r"\b(red|blue)\b", "maxTokens": 6, "sampling": {"stop": ["hello"]}}
    outcomes, facts = ours(model, benchmark, QUESTIONS)
    assert [each["generation"] for each in outcomes] == [sample["resps"][0][0] for sample in theirs]
    assert [each["correct"] for each in outcomes] == [bool(sample["exact_match"]) for sample in theirs]
    assert [each["answer"] or "none" for each in outcomes] == [sample["filtered_resps"][0] for sample in theirs]
    assert len({each["generation"] for each in outcomes}) > 3
    assert facts["backend"] == "transformers" and facts["maxTokens"] == 6


def test_the_likeliest_options_are_the_same(model):
    config = {
        "output_type": "multiple_choice",
        "doc_to_text": PROMPT.replace("{question}", "{{question}}"),
        "doc_to_choice": "choices",
        "doc_to_target": "{{choices.index(answer)}}",
        "metric_list": [{"metric": "acc"}, {"metric": "acc_norm"}],
    }
    theirs = plainly(model, config, OPTIONS)
    benchmark = {"name": "b", "metric": "accuracy", "kind": "choice", "by": "likelihood", "prompt": PROMPT, "answerPattern": "", "maxTokens": 1}
    for metric, settings in (("acc", {}), ("acc_norm", {"normalise": True})):
        outcomes, _ = ours(model, dict(benchmark, **settings), OPTIONS)
        assert [each["correct"] for each in outcomes] == [bool(sample[metric]) for sample in theirs]
    for outcome, sample in zip(outcomes, theirs):
        assert outcome["likelihoods"] == pytest.approx([answer[0][0] for answer in sample["resps"]], abs=1e-5)


def test_samples_seeds_and_a_template_of_the_benchmark(model):
    benchmark = {"name": "b", "metric": "exact", "prompt": PROMPT, "answerPattern": r"(\w+)", "maxTokens": 3, "template": "none", "sampling": {"temperature": 1.5, "topP": 0.9, "n": 2}}
    first, facts = ours(model, benchmark, QUESTIONS[:4])
    again, _ = ours(model, benchmark, QUESTIONS[:4])
    assert [each["id"] for each in first] == [item["id"] for item in QUESTIONS[:4] for _ in range(2)]
    assert [each["generation"] for each in first] == [each["generation"] for each in again]
    assert any(first[index]["generation"] != first[index + 1]["generation"] for index in range(0, 8, 2))
    with_template, other = ours(model, dict(benchmark, template={"text": "{{ messages[0]['content'] }} red"}), QUESTIONS[:2])
    assert other["chatTemplateHash"] != facts["chatTemplateHash"] and len(with_template) == 4


def test_a_changed_template_and_a_hopeless_model_end_the_evaluation(model, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ML_INTERN_JOB_DIR", str(tmp_path))
    benchmark = {"name": "b", "metric": "exact", "prompt": PROMPT, "answerPattern": r"(nothing)", "maxTokens": 1}
    with pytest.raises(SystemExit) as ended:
        ours(model, benchmark, QUESTIONS, expect={"chatTemplateHash": "another"})
    assert ended.value.code == 3 and "the chat template changed" in capsys.readouterr().err
    outcomes, facts = ours(model, benchmark, QUESTIONS, stopBelow={"score": 0.9})
    assert facts["stopped"] == {"after": 20, "of": 24, "toBeat": 0.9} and len(outcomes) == 20
    best = {"model": "02-b", "scores": {item["id"]: 1.0 for item in QUESTIONS}, "alpha": 0.05}
    same, facts = ours(model, benchmark, QUESTIONS, stopBehind=best)
    assert facts["stopped"] == {"after": 20, "of": 24, "behind": "02-b"} and [each["id"] for each in same] == [each["id"] for each in outcomes]
