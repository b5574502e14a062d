"""The tokenizer of a model, and the tokens of a training row as it counts them."""

from __future__ import annotations

import functools
import os
from typing import Any, Callable, Dict, Union

from ml_intern_box.errors import BoxError
from ml_intern_box.overlap_text import strings

TokenCounter = Callable[[Union[str, Dict[str, Any]]], int]


@functools.lru_cache(maxsize=2)
def load(tokenizer: str) -> Any:
    """The tokenizer of a folder or an id. Raises BoxError where it is not to be had."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        from transformers import AutoTokenizer
    except ImportError:
        raise BoxError(
            "bad-input",
            "Counting tokens needs the Python package transformers, which this Python does not have.",
            "Build the training environment once (ml-intern box envs HOST --build train), or count characters.",
        ) from None
    try:
        return AutoTokenizer.from_pretrained(tokenizer)
    except Exception as error:  # noqa: BLE001 - whatever a tokenizer's files can do wrong ends in one sentence
        said = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise BoxError(
            "bad-input",
            "The tokenizer %s cannot be loaded: %s." % (tokenizer, said.rstrip(".")),
            "Name a model's folder on the box, or its id on the Hub.",
        ) from None


def counter(tokenizer: str) -> TokenCounter:
    """For text, or for a row: a conversation is counted through the chat template where the tokenizer has one, anything else by its text."""
    loaded = load(tokenizer)

    def count(value: Union[str, Dict[str, Any]]) -> int:
        if isinstance(value, dict) and "messages" in value and loaded.chat_template:
            return len(loaded.apply_chat_template(value["messages"], tokenize=True, return_dict=False))
        text = value if isinstance(value, str) else "".join(strings(value))
        return len(loaded(text, add_special_tokens=False)["input_ids"])

    return count
