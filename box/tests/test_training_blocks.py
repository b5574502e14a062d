"""What the starting scripts share: rows as tokens, chat templates, memory, batches, checkpoints."""

import pytest
from ml_intern_box import train

PLAIN = "{% for m in messages %}{{ m['role'] }} {{ m['content'] }} <eos> {% endfor %}{% if add_generation_prompt %}assistant {% endif %}"
TURNS = [
    {"role": "user", "content": "colour ?", "name": None},
    {"role": "assistant", "content": "red", "name": None},
    {"role": "user", "content": "colour ?", "name": None},
    {"role": "assistant", "content": "blue", "name": None},
]


@pytest.fixture
def tokenizer():
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["<unk>", "<pad>", "<eos>", "user", "assistant", "colour", "?", "red", "blue"]
    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, unk_token="<unk>", pad_token="<pad>", eos_token="<eos>"
    )


def learnt(tokenizer, encoded):
    return [tokenizer.decode([i for i in labels if i != -100]) for labels in encoded["labels"]]


def test_of_each_shape_the_answer_and_its_end_are_learnt(tokenizer):
    pairs = train.encode({"prompt": ["colour ?"], "completion": [" red"]}, tokenizer)
    assert (
        learnt(tokenizer, pairs) == ["red <eos>"] and tokenizer.decode(pairs["input_ids"][0]) == "colour ? red <eos>"
    )
    assert learnt(tokenizer, train.encode({"text": ["colour ?"]}, tokenizer)) == ["colour ? <eos>"]
    # An end that stands in the row already is not doubled.
    ended = train.encode({"prompt": ["colour ?"], "completion": [" red <eos>"]}, tokenizer)
    assert learnt(tokenizer, ended) == ["red <eos>"]


def test_a_conversation_under_a_template_without_marks_gives_a_row_an_answer(tokenizer):
    tokenizer.chat_template = PLAIN
    assert train.use_chat(tokenizer) is None and tokenizer.eos_token == "<eos>"
    encoded = train.encode({"messages": [TURNS]}, tokenizer)
    assert learnt(tokenizer, encoded) == ["red <eos>", "blue <eos>"]
    assert tokenizer.decode(encoded["input_ids"][1]).startswith("user colour ? <eos> assistant red <eos>")


def test_a_conversation_under_a_template_with_marks_is_one_row(tokenizer):
    tokenizer.chat_template = PLAIN.replace(
        "{{ m['content'] }}", "{% generation %}{{ m['content'] }}{% endgeneration %}"
    )
    marked = train.use_chat(tokenizer)
    assert marked == tokenizer.chat_template
    only_answers = [turn for turn in TURNS if turn["role"] == "assistant"]
    encoded = train.encode({"messages": [only_answers]}, tokenizer, marked)
    # The marks stop short of the token that ends a turn; it is learnt all the same.
    assert learnt(tokenizer, encoded) == ["red <eos> blue <eos>"]


def test_a_base_model_gets_a_template_that_ends_a_turn_with_a_token_it_knows(tokenizer):
    marked = train.use_chat(tokenizer)
    assert (
        marked is not None
        and "{% generation %}" in marked
        and "generation" not in tokenizer.chat_template.replace("add_generation_prompt", "")
    )
    assert "<eos>" in tokenizer.chat_template and "<|im_end|>" not in tokenizer.chat_template
    encoded = train.encode({"messages": [TURNS]}, tokenizer, marked)
    assert learnt(tokenizer, encoded) == ["red <eos> blue <eos>"]


def test_a_token_for_the_end_of_a_turn_becomes_the_one_that_ends_an_answer(tokenizer):
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    train.use_chat(tokenizer)
    assert tokenizer.eos_token == "<|im_end|>"

    class Before:
        eos_token_id = 2

    assert train.end_ids(tokenizer, Before) == [tokenizer.convert_tokens_to_ids("<|im_end|>"), 2]


def test_processes_share_the_rows_of_a_step():
    assert (
        train.share_batch(8, 2, 1) == (8, 2)
        and train.share_batch(8, 2, 4) == (4, 1)
        and train.share_batch(6, 2, 4) == (3, 1)
    )
    with pytest.raises(SystemExit, match="multiple of 4"):
        train.share_batch(3, 1, 4)


def test_memory_is_spent_on_exact_weights_first_and_on_activations_where_they_fit():
    one = dict(layers=28, width=2048, tokens=8192, available=80 * 10**9)
    roomy = train.memory(1_700_000_000, method="full", **one)
    assert roomy.float32_weights and not roomy.gradient_checkpointing
    assert train.memory(1_700_000_000, method="full", **{**one, "tokens": 65536}).gradient_checkpointing
    tight = train.memory(7_000_000_000, method="full", **one)
    assert not tight.float32_weights and tight.gradient_checkpointing
    small = train.memory(7_000_000_000, method="qlora", **one)
    assert not small.float32_weights and not small.gradient_checkpointing


class Model:
    """As much of a model as its memory is told by: 1.7 billion parameters, as wide and with as many words as Qwen3's."""

    class config:
        num_hidden_layers, hidden_size, vocab_size = 28, 2048, 151_936
        get_text_config = classmethod(lambda cls: cls)

    num_parameters = staticmethod(lambda: 1_700_000_000)


def test_logits_that_a_loss_takes_at_once_and_a_teacher_are_counted():
    tokens, available = 10_000, 80 * 10**9
    logits = train.logits(Model, tokens)
    assert logits == 12 * tokens * 151_936
    alone = train.memory_of(Model, "full", tokens, available)
    assert alone.float32_weights and not alone.gradient_checkpointing and "logits" not in alone.why
    # The exact weights fit beside the logits, the activations no longer.
    preferred = train.memory_of(Model, "full", tokens, available, logits)
    assert preferred.float32_weights and preferred.gradient_checkpointing
    assert "18.2 GB of logits and other models" in preferred.why
    # A loss that compares with a teacher's logits leaves no room for exact weights.
    held = train.logits(Model, tokens, train.COMPARED_LOGIT_BYTES)
    compared = train.memory_of(Model, "full", tokens, available, held)
    assert not compared.float32_weights and compared.gradient_checkpointing


def test_a_checkpoint_that_was_not_written_to_its_end_is_none(tmp_path):
    assert train.last_checkpoint(tmp_path / "absent") is None
    for name in ("checkpoint-9", "checkpoint-10", "checkpoint-11"):
        (tmp_path / name).mkdir()
    (tmp_path / "checkpoint-9" / "trainer_state.json").write_text("{}")
    (tmp_path / "checkpoint-10" / "trainer_state.json").write_text("{}")
    assert train.last_checkpoint(tmp_path) == str(tmp_path / "checkpoint-10")
