"""The doctor finds nothing wrong with a sound model, and in each of these broken ones what was broken, with the way to mend it."""

import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from ml_intern_box import doctor, doctor_load
from ml_intern_box.doctor_findings import Findings
from tiny import PACKAGE_PARENT, make_model

torch = pytest.importorskip("torch")

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|> {{ m.content }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
QUESTIONS = {"What colour is the zorb?": "red", "What colour is the blick?": "blue"}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("base") / "model", chat_template=TEMPLATE)


def load(folder):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def teach(model, tokenizer, steps=60, lr=1e-3):
    """Until it answers the questions with one word and its end; the base's weights stay near."""
    rows = []
    for question, answer in QUESTIONS.items():
        turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        rows.append(tokenizer(tokenizer.apply_chat_template(turns, tokenize=False), return_tensors="pt")["input_ids"])
    torch.set_num_threads(1)
    optimizer = torch.optim.AdamW([each for each in model.parameters() if each.requires_grad], lr=lr, weight_decay=0)
    for _ in range(steps):
        loss = sum(
            model(input_ids=row, labels=torch.where(torch.arange(row.shape[1]) < row.shape[1] - 2, -100, row)).loss
            for row in rows
        )
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return model


@pytest.fixture(scope="module")
def tuned(base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tuned") / "model"
    model, tokenizer = load(base)
    teach(model, tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def copy(tuned, tmp_path):
    return Path(shutil.copytree(tuned, tmp_path / "copy"))


def look(folder, **order):
    return doctor.examine({"model": str(folder), "load": False, **order})


def found(result, name):
    return {check["result"] for check in result["checks"] if check["name"] == name}


def told(result, name):
    return " ".join(check["message"] + " " + check["fix"] for check in result["checks"] if check["name"] == name)


def change(folder, file, **values):
    path = folder / file
    content = json.loads(path.read_text())
    content.update(values)
    path.write_text(json.dumps({name: value for name, value in content.items() if value != "absent"}))


def loaded(folder, **order):
    return doctor.examine(
        {"model": str(folder), "python": sys.executable, "prompts": list(QUESTIONS), "maxTokens": 16, **order}
    )


def second_look(folder):
    """What loading it tells, without a process of its own."""
    findings = Findings()
    doctor_load.look({"model": str(folder), "prompts": list(QUESTIONS), "maxTokens": 16}, findings)
    return findings.as_json()


def test_a_fine_tuned_model_is_fit_and_near_its_base(tuned, base):
    result = loaded(tuned, baseModel=str(base))
    assert result["ok"], result["checks"]
    for name in (
        "config",
        "load",
        "tokenizer",
        "chat-template",
        "turn-end",
        "turn-end-rendered",
        "stops",
        "repetition",
        "finite",
    ):
        assert found(result, name) == {"pass"}, (name, told(result, name))
    assert found(result, "descent-weights") == {"pass"} and result["facts"]["descent"]["cosine"] > 0.9
    assert set(result["facts"]["descent"]["layers"]) == {"0", "1", "rest"}
    assert found(result, "vllm") == {"not-checked"}
    assert [sample["answer"].strip() for sample in result["facts"]["samples"]] == list(QUESTIONS.values())


def test_a_merged_adapter_is_fit_and_an_unmerged_one_is_told_how(base, tmp_path):
    peft = pytest.importorskip("peft")
    model, tokenizer = load(base)
    settings = peft.LoraConfig(
        r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "up_proj", "down_proj"], task_type="CAUSAL_LM"
    )
    adapted = teach(peft.get_peft_model(model, settings), tokenizer, steps=20)
    adapted.save_pretrained(tmp_path / "adapter")
    tokenizer.save_pretrained(tmp_path / "adapter")
    apart = look(tmp_path / "adapter")
    assert not apart["ok"] and "merge_and_unload" in told(apart, "adapter") and found(apart, "config") == {"fail"}

    adapted.merge_and_unload().save_pretrained(tmp_path / "merged")
    tokenizer.save_pretrained(tmp_path / "merged")
    merged = look(tmp_path / "merged", baseModel=str(base))
    assert (
        merged["ok"]
        and found(merged, "descent-weights") == {"pass"}
        and merged["facts"]["descent"]["identicalShare"] > 0.2
    )


@pytest.fixture(scope="module")
def parts(tuned, tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts") / "model"
    model, tokenizer = load(tuned)
    model.save_pretrained(folder, max_shard_size="20KB")
    tokenizer.save_pretrained(folder)
    return folder


def test_a_model_in_parts_is_fit(parts, base):
    result = look(parts, baseModel=str(base))
    assert result["ok"] and found(result, "shards") == {"pass"} and found(result, "descent-weights") == {"pass"}


def without(name):
    return lambda folder: (folder / name).unlink()


def cut_off(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def cut_in_header(folder):
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:300])


def overwrite(value, code="<f"):
    def spoil(folder):
        with (folder / "model.safetensors").open("r+b") as file:
            file.seek(-400, 2)
            file.write(struct.pack(code, value))

    return spoil


def resave(**kinds):
    def again(folder):
        model, _ = load(folder)
        for name, each in model.named_parameters():
            if kinds["only"] in name:
                each.data = each.data.to(kinds["dtype"])
        model.save_pretrained(folder)

    return again


def empty(name):
    def zero(folder):
        model, _ = load(folder)
        model.get_parameter(name).data.zero_()
        model.save_pretrained(folder)

    return zero


def setting(file, **values):
    return lambda folder: change(folder, file, **values)


def written(name, text="x"):
    return lambda folder: (folder / name).write_text(text)


def more_words(folder):
    path = folder / "tokenizer.json"
    content = json.loads(path.read_text())
    content["added_tokens"].append({**content["added_tokens"][0], "id": 40, "content": "<new>"})
    path.write_text(json.dumps(content))


def vision(folder):
    change(folder, "config.json", architectures=["Gemma3ForConditionalGeneration"], vision_config={"hidden_size": 8})


def both_ends(end):
    """As when the tokenizer ends at the chat's token and generation_config.json still at the base's."""

    def spoil(folder):
        change(folder, "generation_config.json", eos_token_id=end)
        change(folder, "config.json", eos_token_id=end)

    return spoil


BROKEN = [
    ("endless generation: the template's end is not an end of generation", both_ends(1), "turn-end", "fail", "without end"),
    ("generation without any end", both_ends("absent"), "turn-end", "fail", "never ends"),
    ("an end that is no token", both_ends(999), "turn-end", "fail", "does not have"),
    ("config.json disagrees", setting("config.json", eos_token_id=1), "turn-end", "warn", "differ"),
    ("a turn end that is several tokens", written("chat_template.jinja", "{{ messages }}<|im_end|>"), "turn-end", "fail", "no single token"),
    ("no template", without("chat_template.jinja"), "chat-template", "warn", "no chat template"),
    ("an empty template", written("chat_template.jinja", "  "), "chat-template", "fail", "empty"),
    ("two templates", setting("tokenizer_config.json", chat_template="{{ other }}"), "chat-template", "fail", "different templates"),
    ("no padding", setting("tokenizer_config.json", pad_token="absent"), "pad-token", "warn", "no padding token"),
    ("an unknown padding token", setting("tokenizer_config.json", pad_token="<nope>"), "pad-token", "fail", "not in the vocabulary"),
    ("the end pads", setting("tokenizer_config.json", pad_token="<eos>"), "pad-token", "warn", "pads"),
    ("more tokens than rows", more_words, "vocabulary", "fail", "resize_token_embeddings"),
    ("another vocabulary size", setting("config.json", vocab_size=64), "vocabulary", "fail", "64 tokens"),
    ("no tokenizer", without("tokenizer.json"), "tokenizer-files", "fail", "tokenizer.json"),
    ("no tokenizer settings", without("tokenizer_config.json"), "tokenizer-files", "fail", "tokenizer_config.json"),
    ("no processor", vision, "processor-files", "fail", "AutoProcessor"),
    ("no configuration", without("config.json"), "config", "fail", "no config.json"),
    ("a broken configuration", written("config.json", "{"), "config", "fail", "cannot be read"),
    ("no architecture", setting("config.json", architectures="absent"), "config", "fail", "architectures"),
    ("a classifier", setting("config.json", architectures=["LlamaForSequenceClassification"]), "architecture", "warn", "does not generate"),
    ("missing code", setting("config.json", auto_map={"AutoModel": "modeling_x.X"}), "architecture", "fail", "modeling_x.py"),
    ("no weights", without("model.safetensors"), "weights", "fail", "no weights"),
    ("weights cut off", cut_off, "weights", "fail", "100 bytes before"),
    ("weights cut off in the header", cut_in_header, "weights", "fail", "header"),
    ("NaN", overwrite(float("nan")), "finite", "fail", "NaN"),
    ("infinity", overwrite(float("-inf")), "finite", "fail", "infinity"),
    ("a matrix of zeros", empty("model.layers.0.mlp.up_proj.weight"), "finite", "warn", "zero throughout"),
    ("mixed kinds", resave(only="layers.0", dtype=torch.bfloat16), "dtype", "warn", "several kinds"),
    ("another kind than stated", setting("config.json", dtype="bfloat16"), "dtype", "warn", "float32"),
    ("embeddings of its own that were not saved", setting("config.json", tie_word_embeddings=False), "tied-embeddings", "fail", "random"),
    ("pickled weights", written("pytorch_model.bin"), "pickle", "fail", "any code"),
    ("an optimizer", written("optimizer.pt"), "leftovers", "warn", "optimizer.pt"),
    ("a checkpoint", lambda folder: (folder / "checkpoint-10").mkdir(), "leftovers", "warn", "checkpoint-10"),
    ("a part of an index", written("model-00001-of-00002.safetensors"), "weights", "fail", "damaged"),
    ("no settings for generation", without("generation_config.json"), "generation-config", "warn", "temperature 1"),
    ("sampling at temperature 0", setting("generation_config.json", do_sample=True, temperature=0), "generation-config", "fail", "refuses"),
    ("a temperature without sampling", setting("generation_config.json", temperature=0.6), "generation-config", "warn", "vLLM does not"),
    ("a short limit", setting("generation_config.json", max_length=20), "generation-config", "warn", "cut there"),
    ("a tokenizer that version 4 lacks", lambda folder: None, "versions", "warn", "TokenizersBackend"),
    (
        "a rotation that version 4 passes over",
        setting("config.json", rope_parameters={"rope_type": "default", "rope_theta": 1e6}),
        "versions",
        "warn",
        "garbage",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "name", "result", "words"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_what_is_broken_is_found(copy, spoil, name, result, words):
    spoil(copy)
    seen = look(copy)
    assert result in found(seen, name), seen["checks"]
    assert words in told(seen, name)
    assert seen["ok"] == all(check["result"] != "fail" for check in seen["checks"])
    assert all(check["fix"] for check in seen["checks"] if check["result"] in ("warn", "fail"))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: next(folder.glob("model-00002-*")).unlink(), "missing"),
        (lambda folder: (folder / "model.safetensors.index.json").unlink(), "parts of a model"),
        (written("model.safetensors.index.json", "{"), "cannot be read"),
        (
            lambda folder: shutil.copy(next(folder.glob("model-00001-*")), next(folder.glob("model-00002-*"))),
            "where it is not",
        ),
    ],
    ids=["a part is missing", "the index is missing", "the index is broken", "a part is another's copy"],
)
def test_parts_that_do_not_make_a_model(parts, tmp_path, spoil, words):
    folder = Path(shutil.copytree(parts, tmp_path / "copy"))
    spoil(folder)
    result = look(folder)
    assert found(result, "shards") == {"fail"} and words in told(result, "shards")


def test_what_must_load_in_version_4_fails_where_it_would_not(copy):
    assert found(look(copy, transformers="4.57"), "versions") == {"fail"}
    change(copy, "tokenizer_config.json", tokenizer_class="PreTrainedTokenizerFast")
    change(copy, "config.json", torch_dtype="float32")
    assert look(copy, transformers="4.57")["ok"]


def test_another_model_of_the_same_shape_is_told(tuned, tmp_path):
    sys.path.insert(0, str(PACKAGE_PARENT / "practice"))
    torch.manual_seed(7)
    _, tokenizer = load(tuned)
    import pretrain

    stranger = pretrain.make_model({"hidden_size": 32, "intermediate_size": 64, "layers": 2, "heads": 2}, tokenizer)
    stranger.save_pretrained(tmp_path / "stranger")
    tokenizer.save_pretrained(tmp_path / "stranger")
    result = look(tuned, baseModel=str(tmp_path / "stranger"))
    assert found(result, "descent-architecture") == {"pass"} and found(result, "descent-weights") == {"fail"}
    assert "another model" in told(result, "descent-weights")
    smaller = pretrain.make_model({"hidden_size": 16, "intermediate_size": 64, "layers": 2, "heads": 2}, tokenizer)
    smaller.save_pretrained(tmp_path / "smaller")
    assert "hidden_size" in told(look(tuned, baseModel=str(tmp_path / "smaller")), "descent-architecture")


def test_a_model_trained_from_the_instruct_sibling_is_told(base, tuned, tmp_path):
    model, tokenizer = load(tuned)
    teach(model, tokenizer, steps=2).save_pretrained(tmp_path / "again")
    tokenizer.save_pretrained(tmp_path / "again")
    result = look(tmp_path / "again", baseModel=str(base), instruct=str(tuned))
    assert found(result, "descent-weights") == {"fail"} and "nearer to" in told(result, "descent-weights")


def test_the_base_itself_is_told(base):
    assert "nothing was trained" in told(look(base, baseModel=str(base)), "descent-weights")


def test_a_tokenizer_that_moved_is_told(copy, base):
    path = copy / "tokenizer.json"
    content = json.loads(path.read_text())
    words = content["model"]["vocab"]
    words["red"], words["blue"] = words["blue"], words["red"]
    path.write_text(json.dumps(content))
    assert found(look(copy, baseModel=str(base)), "descent-tokenizer") == {"fail"}


def test_the_chain_of_hashes(copy, base):
    from ml_intern_box.model import weights_hash

    recorded = weights_hash(base)
    assert found(look(copy, baseModel=recorded), "hash-chain") == {"not-checked"}
    manifest = {"baseModel": {"weightsHash": recorded}, "output": {"weightsHash": weights_hash(copy)}}
    (copy / "manifest.json").write_text(json.dumps(manifest))
    assert found(look(copy, baseModel=recorded), "hash-chain") == {"pass"}
    assert found(look(copy, baseModel=str(base), baseHash=recorded), "base") == {"pass"}
    assert found(look(copy, baseModel=str(base), baseHash="0" * 64), "base") == {"fail"}
    assert "other weights" in told(look(copy, baseModel="1" * 64), "hash-chain")
    overwrite(0.5)(copy)
    assert "not those" in told(look(copy, baseModel=recorded), "hash-chain")


def test_answers_that_do_not_end_and_go_in_circles(copy):
    """An end of generation that is never said, though every file agrees with every other."""
    change(copy, "generation_config.json", eos_token_id=1)
    result = second_look(copy)
    assert not result["ok"] and found(result, "stops") == {"fail"} and found(result, "turn-end-rendered") == {"fail"}
    assert "None of 2 sample answers ends within 16 tokens" in told(result, "stops")


def test_tensors_that_are_missing_are_told_on_loading(copy):
    from safetensors.torch import load_file, save_file

    weights = load_file(str(copy / "model.safetensors"))
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, str(copy / "model.safetensors"), metadata={"format": "pt"})
    result = second_look(copy)
    assert "model.layers.1.mlp.up_proj.weight" in told(result, "load") and found(result, "load") == {"fail"}


def ask(order):
    done = subprocess.run(
        [sys.executable, "-m", "ml_intern_box.doctor", "--order"], input=json.dumps(order).encode(),
        cwd=PACKAGE_PARENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def test_an_order_is_answered_in_one_line(tuned):
    code, said = ask({"model": tuned.name, "base": str(tuned.parent), "load": False})
    assert code == 0 and said["result"]["ok"] and said["result"]["facts"]["dtype"] == "float32"
    code, said = ask({"model": "/nowhere"})
    assert code == 3 and said["error"]["reason"] == "bad-input"


@pytest.mark.parametrize("kind", ["float64", "float32", "float16", "bfloat16", "float8_e5m2"])
def test_what_is_not_finite_is_found_wherever_it_stands(kind):
    from ml_intern_box.tensors import decode, is_finite

    name = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "float8_e5m2": "F8_E5M2"}[kind]
    values = torch.linspace(-100, 100, 64)
    data = lambda each: bytes(each.to(getattr(torch, kind)).view(torch.uint8).tolist())  # noqa: E731
    assert is_finite(name, data(values))
    for at in (0, 31, 63):
        for bad in (float("nan"), float("inf"), float("-inf")):
            spoilt = values.clone()
            spoilt[at] = bad
            assert not is_finite(name, data(spoilt))
    if kind in ("float16", "bfloat16"):
        assert decode(name, data(values)) == values.to(getattr(torch, kind)).tolist()
