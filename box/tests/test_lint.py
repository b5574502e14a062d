"""Broken scripts get the right finding at the right line; good ones none: against the packages that are installed."""

import glob
import json
import os

import pytest
from lint_broken import BROKEN
from lint_good import GOOD, SFT, with_args

from ml_intern_box import lint, lint_model, signatures

pytest.importorskip("trl")

STARTING = sorted(glob.glob(os.path.join(os.path.dirname(__file__), "..", "scripts", "*.py")))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


SCRIPTS = [(os.path.basename(path), read(path), {"launch": True}) for path in STARTING]
TAKEN = {
    "sft.py": (["prompt", "completion"], ["messages"], ["text"]),
    "dpo.py": (["prompt", "chosen", "rejected"], ["chosen", "rejected"]),
    "grpo.py": (["prompt", "completion"],),
    "distill.py": (["prompt", "completion"], ["messages"]),
}
SCRIPTS += [
    ("%s on %s" % (name, ", ".join(columns)), script, {**order, "columns": columns})
    for name, script, order in SCRIPTS
    for columns in TAKEN[name]
]


@pytest.fixture(scope="module")
def checked():
    """name -> findings; every signature is looked up once for all scripts."""
    all_scripts = [(each["name"], each["script"], each["order"]) for each in BROKEN] + GOOD + SCRIPTS
    orders = {name: {**order, "script": script} for name, script, order in all_scripts}
    assert len(orders) == len(all_scripts), "two scripts have one name"
    asked = {name: lint.names(order) for name, order in orders.items()}
    wanted = sorted({name for each in asked.values() for name in each["names"]})
    known = [signatures.look_up(name) for name in wanted]
    return {
        name: lint.check({**order, "signatures": known, "absent": asked[name]["absent"]})
        for name, order in orders.items()
    }


@pytest.mark.parametrize("case", BROKEN, ids=[each["name"] for each in BROKEN])
def test_a_broken_script_gets_its_finding(case, checked):
    found = checked[case["name"]]
    line = next(n for n, text in enumerate(case["script"].splitlines(), 1) if case["at"] in text)
    fitting = [
        each for each in found[case["level"]]
        if each["rule"] == case["rule"] and case["word"] in each["message"] + each["fix"] and each["line"] == line
    ]  # fmt: skip
    assert fitting, json.dumps({"line": line, **found}, indent=1)


@pytest.mark.parametrize("name", [each[0] for each in GOOD + SCRIPTS])
def test_a_good_script_is_not_blocked(name, checked):
    assert checked[name]["errors"] == []


def test_there_are_as_many_as_we_say():
    assert len(BROKEN) >= 60 and len(GOOD) >= 20


def model(**rest):
    known = {"template": None, "eos": "</s>", "vocabulary": frozenset({"</s>", "<|im_end|>"}), "adds_eos": False}
    return lint_model.BaseModel(**{**known, "has_code": False, **rest})


def templates(script, checked_model, known=(), columns=("messages",)):
    order = {"script": script, "columns": list(columns), "model": checked_model, "templates": frozenset(known)}
    return [each["message"] for each in lint.check(order)["errors"] if each["rule"] == "template"]


def test_messages_need_a_template_and_an_end_that_belongs_to_it():
    assert "no chat template" in " ".join(templates(SFT, model()))
    assert (
        templates(SFT.replace("    trainer.train", '    tokenizer.chat_template = "x"\n    trainer.train'), model())
        == []
    )
    assert templates(with_args(SFT, 'chat_template_path="./other"'), model()) == []
    assert templates(SFT, model(), columns=("prompt", "completion")) == []
    chatml = "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}"
    assert templates(with_args(SFT, 'eos_token="<|im_end|>"'), model(template=chatml)) == []
    assert "does not end a turn" in " ".join(templates(with_args(SFT, 'eos_token="</s>"'), model(template=chatml)))
    assert "vocabulary" in " ".join(templates(with_args(SFT, 'eos_token="<|eot|>"'), model(template=chatml)))


def test_the_loss_on_answers_needs_marks_or_a_template_that_trl_knows():
    script, plain = with_args(SFT, "assistant_only_loss=True"), "{{ messages }}"
    assert "does not know it" in " ".join(templates(script, model(template=plain), known=["other"]))
    assert templates(script, model(template=plain), known=[plain]) == []
    assert templates(script, model(template="{% generation %}{{ m }}{% endgeneration %}"), known=["other"]) == []


def test_a_base_model_is_read_from_its_files(tmp_path):
    assert lint_model.read(str(tmp_path), None) is None
    (tmp_path / "tokenizer_config.json").write_text('{"eos_token": {"content": "<e>"}, "chat_template": "T"}')
    (tmp_path / "tokenizer.json").write_text('{"model": {"vocab": {"a": 0}}, "added_tokens": [{"content": "<e>"}]}')
    found = lint_model.read(str(tmp_path), None)
    assert (found.template, found.eos, found.vocabulary) == ("T", "<e>", frozenset({"a", "<e>"}))
    (tmp_path / "chat_template.jinja").write_text("U")
    assert lint_model.read(str(tmp_path), None).template == "U"


def test_what_cannot_be_read_as_a_script_is_one_finding():
    for text in ("x = (", "a\0b", "(" * 5000):
        (found,) = lint.check({"script": text})["errors"]
        assert found["rule"] == "syntax" and found["line"] >= 1
    assert lint.check({"script": ""}) == {"errors": [], "warnings": []}


def test_a_rule_that_a_person_allows_only_warns():
    found = lint.check({"script": "eval('1')\n", "allow": ["eval-exec"]})
    assert found["errors"] == [] and [each["rule"] for each in found["warnings"]] == ["eval-exec"]


def test_the_rows_of_the_job_are_no_evaluation_file():
    script = 'open("data/train.jsonl")\nopen("bench/train.jsonl")\n'
    found = lint.check({"script": script, "protected": ["train.jsonl"]})["errors"]
    assert [(each["line"], each["rule"]) for each in found] == [(2, "evaluation-files")]


def starting(name):
    return read(os.path.join(os.path.dirname(__file__), "..", "scripts", name))


FULL = {"base_model": "m", "data": "data/train.jsonl", "output": "o", "seed": 1, "learning_rate": 1e-4, "batch_size": 8,
    "max_length": 512}  # fmt: skip
MORE = {"grpo.py": {"max_completion_length": 64}}


@pytest.mark.parametrize("name", ["sft.py", "dpo.py", "grpo.py", "distill.py"])
def test_what_a_starting_script_needs_of_its_configuration_is_told_wherever_it_reads_it(name):
    full = {**FULL, **MORE.get(name, {})}
    assert lint.check({"script": starting(name), "config": full}) == {"errors": [], "warnings": []}
    for key in full:
        if key in ("output", "max_completion_length"):
            continue
        found = lint.check({"script": starting(name), "config": {k: v for k, v in full.items() if k != key}})
        assert {each["message"] for each in found["errors"]} == {"config.json has no %s." % key}


def unread(script, config):
    found = lint.check({"script": script, "config": {**FULL, **config}})
    return [(level, each["message"], each["fix"]) for level in found for each in found[level]]


def test_a_key_that_nothing_reads_blocks_and_the_key_that_was_meant_is_named():
    invented = {"num_epochs": 3, "warmup_ratio": 0.1, "lr": 1e-4, "flux": 1}
    assert unread(starting("sft.py"), invented) == [
        ("errors", "The script never reads %s of config.json." % key, fix)
        for key, fix in [
            ("num_epochs", "Did you mean epochs?"),
            ("warmup_ratio", "Did you mean warmup?"),
            ("lr", "Did you mean learning_rate?"),
            ("flux", "Have the script read it, or leave it out."),
        ]
    ]


def test_where_not_all_is_known_an_unread_key_only_warns():
    reads = 'import json\nimport own\nconfig = json.load(open("config.json"))\n'
    keys = 'print(config["learning_rate"], config["batch_size"], config["max_length"])\n'
    assert [each[:2] for each in unread(reads + keys, {"rte": 1})] == [
        ("errors", "The script never reads rte of config.json.")
    ]
    handed = reads + keys + "own.train(config)\n"
    assert [each[:2] for each in unread(handed, {"rte": 1})] == [
        ("warnings", "Nothing in the script names rte of config.json.")
    ]
    assert unread(handed + 'KEYS = ["rte"]\n', {"rte": 1}) == []
    (only,) = unread("print(1)\n", {})
    assert only[0] == "warnings" and "does not read config.json" in only[1]


def test_a_value_is_followed_through_parameters_unless_calls_differ():
    script = """import json
from trl import SFTConfig

def settings(config):
    return SFTConfig(output_dir="o", learning_rate=config["learning_rate"])

def main(config):
    settings(config)

main(json.load(open("config.json")))
"""
    def judged(text):
        known = [signatures.look_up("trl.SFTConfig")]
        found = lint.check({"script": text, "signatures": known, "config": {"learning_rate": 5}})
        return [each["rule"] for each in found["errors"]]

    assert judged(script) == ["bad-value"]
    assert judged(script + 'settings({"learning_rate": 1e-4})\n') == []
