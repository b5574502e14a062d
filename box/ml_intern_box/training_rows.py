"""Rows that are made once: as tokens for the same rows and tokenizer, wherever their file lies; by a teacher.

`datasets` knows what it has mapped by the place of the file as well: a trial and its training, or a parent and its
child, would each tokenise the same rows again.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Callable

from . import hashing, training_chat

FEW_ROWS = 2000
"""Starting processes costs more than they save below this many rows."""
MOST_WORKERS = 16


def workers(rows: int) -> int | None:
    """Processes for tokenising so many rows; None: this one alone."""
    free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST_WORKERS, free) if rows >= FEW_ROWS and free > 1 else None


def tokens(rows: Any, data: str, tokenizer: Any, marked: str | None = None) -> Any:
    """`encode` of all rows of the file `data`, which `rows` are as `datasets` loaded them."""
    from datasets import config

    key = _key(data, len(rows), tokenizer, marked)
    return rows.map(
        training_chat.encode,
        batched=True,
        remove_columns=rows.column_names,
        fn_kwargs={"tokenizer": tokenizer, "marked": marked},
        num_proc=workers(len(rows)),
        new_fingerprint=key,
        cache_file_name=os.path.join(str(config.HF_DATASETS_CACHE), "ml-intern-tokens", key + ".arrow"),
    )


def kept(place: str | Path, make: Callable[[], Any]) -> Any:
    """The rows that `make` makes, kept in a folder: a training that goes on has the same ones, at once.

    A folder that was not written to its end is none.
    """
    from datasets import load_from_disk

    part = f"{place}.part"
    if not os.path.isdir(place):
        rows = make()
        shutil.rmtree(part, ignore_errors=True)
        rows.save_to_disk(part)
        os.rename(part, place)
    return load_from_disk(str(place))


def _key(data: str, count: int, tokenizer: Any, marked: str | None) -> str:
    """Stands for the rows, the tokenizer and the way from one to the other. Short: `datasets` adds to it."""
    code = Path(training_chat.__file__).read_text(encoding="utf-8")
    ends = [tokenizer.chat_template, tokenizer.eos_token]
    return hashing.content_hash([hashing.file_hash(data), count, _vocabulary(tokenizer), ends, marked, code])[:32]


def _vocabulary(tokenizer: Any) -> str:
    from datasets.fingerprint import Hasher

    backend = getattr(tokenizer, "backend_tokenizer", None)
    return backend.to_str() if backend is not None else Hasher.hash(tokenizer)
