"""The rows of a recipe's source: a dataset of the Hub through `datasets`, or a file on this machine, one row at a time."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterator, List, Optional, Set

from ml_intern_box import overlap_rows
from ml_intern_box.errors import BoxError
from ml_intern_box.hashing import file_hash
from ml_intern_box.overlap_rows import Record

LOOKED_AT = 1000
"""Rows of a file whose columns are told when one is missing."""
HASH_PREFIX = "sha256:"


class Rows:
    """Iterates over Records; `columns` holds those that were seen, all of them for a dataset of the Hub."""

    def __init__(self, dataset: Dict[str, Any], records: Iterator[Record], columns: Optional[List[str]]) -> None:
        self.name = dataset.get("file") or dataset["id"]
        self.records = records
        self.declared = columns
        self.columns: Set[str] = set(columns or ())

    def __iter__(self) -> Iterator[Record]:
        for at, record in enumerate(self.records):
            if at < LOOKED_AT and isinstance(record.value, dict):
                self.columns.update(record.value)
            yield record

    def has(self, column: str) -> bool:
        """A column, or the beginning of a path into one."""
        return column in self.columns or column.split(".")[0] in self.columns

    def columns_in_words(self) -> str:
        return ", ".join(sorted(self.columns)) or "none"


def file_of(dataset: Dict[str, Any]) -> Optional[str]:
    """The path, where a source is a file."""
    if dataset.get("file"):
        return dataset["file"]
    return dataset["id"] if str(dataset["id"]).endswith(".jsonl") else None


def open_rows(dataset: Dict[str, Any], load: Any = None) -> Rows:
    """`load` stands in for the loader of datasets in tests."""
    whole = open_file(dataset) if load is None else None
    if whole is not None:
        return Rows(dataset, overlap_rows.read(overlap_rows.in_one(whole)), None)
    if load is None:
        from ml_intern_box.rows import load_rows as load
    rows = load(dataset)
    return Rows(dataset, (Record(number, row) for number, row in enumerate(rows)), getattr(rows, "column_names", None))


def open_file(dataset: Dict[str, Any]) -> Optional[overlap_rows.Part]:
    """The whole file, refused when it is not the one that was looked at; None for a dataset of the Hub."""
    named = file_of(dataset)
    if named is None:
        return None
    path, revision = os.path.expanduser(named), str(dataset.get("revision") or "")
    opened = overlap_rows.open_file(path)
    if revision.startswith(HASH_PREFIX) and file_hash(path) != revision[len(HASH_PREFIX) :]:
        raise BoxError(
            "not-approved",
            "%s is not the file that the recipe names: its content changed." % path,
            "Propose the recipe again with the file as it is now.",
        )
    return opened
