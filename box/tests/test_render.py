"""The box renders rows through a chat template as the host does: test/adapters/chat-template.test.ts runs the same cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ml_intern_box.render import findings_of, look, render

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
def test_a_row_is_rendered_as_on_the_host(case, loaded):
    if "template-raises" in case["rules"]:
        with pytest.raises(Exception):
            render(case["row"], loaded[case["template"]])
    else:
        assert render(case["row"], loaded[case["template"]]) == case["rendered"]


def test_what_to_mind_names_the_row(loaded):
    rows = [
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]},
        {"messages": [{"role": "system", "content": "s"}]},
        {"prompt": "a", "completion": "b" * 50},
    ]
    found = look(rows, loaded["gemma"], 40)["findings"]
    assert [(each["row"], each["rule"]) for each in found] == [
        (0, "no-eos"),
        (0, "would-be-cut"),
        (1, "template-raises"),
        (2, "would-be-cut"),
    ]


def test_a_doubled_bos_is_found_among_the_ids(loaded):
    tokenizer = loaded["llama3"]
    spans = [{"text": tokenizer.bos_token * 2 + "a" + tokenizer.eos_token, "trained": True}]
    assert findings_of(spans, tokenizer, 100) == (4, [("doubled-bos", "The text begins with <|begin_of_text|> twice.")])
