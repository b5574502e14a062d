"""The box renders rows through a chat template as the host does: test/adapters/chat-template.test.ts runs the same cases."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from ml_intern_box import recipe, render_sample
from ml_intern_box.render import Rendered, render
from ml_intern_box.render_rules import Case, findings_of

tokenizers = pytest.importorskip("tokenizers")
transformers = pytest.importorskip("transformers")

FIXTURES = Path(__file__).parents[2] / "test" / "fixtures"
CASES = json.loads((FIXTURES / "rendered-rows.json").read_text(encoding="utf-8"))


def tokenizer_of(name):
    """A tokenizer of single characters, with the marks and the template of the fixture."""
    folder = FIXTURES / "chat-templates" / name
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    bos, eos = (token["content"] if isinstance(token, dict) else token for token in (config["bos_token"], config["eos_token"]))
    marks = [mark for mark in (bos, eos) if mark]
    vocabulary = {each: number for number, each in enumerate(["<unk>", *marks, *map(chr, range(32, 127))])}
    model = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    model.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    if config.get("add_bos_token"):
        model.post_processor = tokenizers.processors.TemplateProcessing(
            single="%s $A" % bos, special_tokens=[(bos, vocabulary[bos])]
        )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=model, bos_token=bos, eos_token=eos, unk_token="<unk>"
    )
    tokenizer.chat_template = (folder / "chat_template.jinja").read_text(encoding="utf-8")
    return tokenizer


@pytest.fixture(scope="module")
def loaded():
    return {name: tokenizer_of(name) for name in {case["template"] for case in CASES}}


@pytest.mark.parametrize("case", CASES, ids=lambda case: "%s: %s" % (case["template"], case["name"]))
def test_a_row_is_rendered_and_judged_as_on_the_host(case, loaded):
    tokenizer = loaded[case["template"]]
    if "template-raises" in case["rules"]:
        with pytest.raises(Exception):
            render(case["row"], tokenizer)
        return
    sides = render(case["row"], tokenizer)
    assert [side.spans for side in sides] == case["rendered"]
    found = [each for side in sides for each in findings_of(Case(side, case["row"], tokenizer, 0, None))]
    assert [rule for rule, _ in dict.fromkeys(found)] == case["rules"]


def test_findings_are_counted_by_rule_and_name_the_first_row(loaded):
    rows = [
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]},
        {"messages": [{"role": "system", "content": "s"}]},
        {"prompt": "a", "completion": "b" * 50},
    ]
    found = render_sample.look(enumerate(rows), loaded["gemma"], 40)
    assert [(each["rule"], each["rows"], each["row"]) for each in found["findings"]] == [
        ("would-be-cut", 2, 0),
        ("no-eos", 1, 0),
        ("template-raises", 1, 1),
    ]
    assert found["findings"][0]["message"].endswith("tokens and would be cut at 40.")
    assert found["looked"] == 3 and [each["row"] for each in found["rows"]] == [0, 2]


def test_a_template_that_writes_earlier_turns_anew_is_found(loaded):
    tokenizer = tokenizer_of("chatml")
    tokenizer.chat_template = "{{ messages | length }}{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}"
    row = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
    found = render_sample.look([(0, row)], tokenizer, None)["findings"]
    assert [each["rule"] for each in found] == ["turns-rewritten"]


def test_a_text_that_begins_with_the_bos_twice_is_found(loaded):
    tokenizer = loaded["llama3"]
    text = tokenizer.bos_token * 2 + "a" + tokenizer.eos_token
    case = Case(Rendered([{"text": text, "trained": True}], text, [], False), {}, tokenizer, 4, 100)
    message = "The template and the tokenizer both put <|begin_of_text|> first. The text begins with it twice."
    assert findings_of(case) == [("doubled-bos", message)]


def test_what_is_shown_is_bounded_and_taken_from_the_whole(loaded):
    rows = [{"prompt": "a" * 5000, "completion": "b"}] * 100
    found = render_sample.look(enumerate(rows), loaded["chatml"], None)
    assert [each["row"] for each in found["rows"]] == [0, 33, 66]
    assert len(found["rows"][0]["spans"][0]["text"]) < 1000 and found["rows"][0]["tokens"] > 5000
    assert render_sample.spread(1000, 4) == [0, 250, 500, 750] and render_sample.spread(2, 200) == [0, 1]


def test_a_row_of_megabytes_is_counted_and_not_rendered(loaded):
    found = render_sample.look([(0, {"text": "a" * 300_000})], loaded["chatml"], None)
    assert (found["rows"], found["findings"][0]["rule"]) == ([], "too-long-to-render")


def test_a_tokenizer_that_is_not_to_be_had_is_said(tmp_path):
    told = render_sample.of_rows(3, lambda at: {"text": str(at)}, str(tmp_path / "none"), None)
    assert told["looked"] == 0 and "cannot be loaded" in told["problem"]


def test_a_compiled_recipe_that_names_a_tokenizer_has_its_rows_rendered(tmp_path, monkeypatch):
    tokenizer_of("chatml").save_pretrained(tmp_path / "model")
    lines = [json.dumps({"q": "What is %d?" % n, "a": "It is %d." % n}) for n in range(300)]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    turns = [{"role": "user", "content": "{q}"}, {"role": "assistant", "content": "{a}"}]
    mapping = {"to": "messages", "messages": turns}
    sources = [{"dataset": {"file": str(tmp_path / "rows.jsonl")}, "mapping": mapping}]
    (tmp_path / "recipe.json").write_text(
        json.dumps({"seed": 1, "tokenizer": str(tmp_path / "model"), "sources": sources}), encoding="utf-8"
    )
    (tmp_path / "config.json").write_text('{"max_length": 30}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ML_INTERN_JOB_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["recipe", "recipe.json"])
    assert recipe.main() == 0
    told = json.loads((tmp_path / "artifacts" / "render.json").read_text(encoding="utf-8"))
    assert told["looked"] == 200 and [row["row"] for row in told["rows"]] == [0, 99, 199]
    assert [(each["rule"], each["rows"]) for each in told["findings"]] == [("would-be-cut", 200)]
    assert told["rows"][0]["spans"][1]["trained"] and "It is" in told["rows"][0]["spans"][1]["text"]
