"""Where the rows of a data sheet come from: files on this machine, or a dataset of the Hub, one row at a time."""

from __future__ import annotations

import datetime
import os
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from ml_intern_box import overlap_rows
from ml_intern_box.errors import BoxError
from ml_intern_box.hashing import file_hash

MOST_PATHS = 20_000
BATCH = 512
_COLUMNAR = ("parquet", "arrow")
_PLACES = {"jsonl": "line", "json": "entry"}


class Seen(NamedTuple):
    """A row, or the place of something that is none and why."""

    row: Optional[Dict[str, Any]]
    place: str = ""
    why: str = ""


class Files:
    def __init__(self, paths: List[str]) -> None:
        self.parts = [overlap_rows.open_file(path) for path in paths]

    @property
    def packages(self) -> List[str]:
        return ["pyarrow"] if any(part.kind in _COLUMNAR for part in self.parts) else []

    def facts(self) -> Dict[str, Any]:
        only = self.parts[0] if len(self.parts) == 1 else None
        return {
            "bytes": sum(part.end for part in self.parts),
            "columns": columns_of(_schema(self.parts[0])) if self.parts[0].kind in _COLUMNAR else None,
            "revision": "sha256:" + file_hash(only.path) if only else None,
        }

    def rows(self) -> Iterator[Seen]:
        for part in self.parts:
            for record in overlap_rows.read(overlap_rows.in_one(part)):
                place = "%s, %s %d" % (part.path, _PLACES.get(part.kind, "row"), record.number + 1)
                if record.problem is not None:
                    yield Seen(None, place, _why(record.problem))
                elif record.value is not None:
                    yield Seen(_row(record.value, part.kind))


class HubDataset:
    """The split as `datasets` keeps it, on the disk."""

    packages = ["datasets"]

    def __init__(self, dataset: Dict[str, Any]) -> None:
        self.dataset = dataset
        self._loaded: Any = None

    def _rows(self) -> Any:
        if self._loaded is None:
            from ml_intern_box.rows import load_rows

            self._loaded = load_rows(self.dataset)
        return self._loaded

    def facts(self) -> Dict[str, Any]:
        return {
            "bytes": self._rows().info.download_size,
            "columns": columns_of(self._rows().features.arrow_schema),
            "revision": self.dataset.get("revision") or self._commit(),
        }

    def _commit(self) -> Optional[str]:
        """The commit that the files came from, which is in the addresses that they were fetched from."""
        for address in self._rows().info.download_checksums or {}:
            commit = re.search(r"@([0-9a-f]{40})/", address)
            if commit:
                return commit.group(1)
        return None

    def rows(self) -> Iterator[Seen]:
        # Pictures and sounds stay the bytes that they are.
        for batch in self._rows().with_format("arrow").iter(batch_size=BATCH):
            for row in batch.to_pylist():
                yield Seen(_plain(row))


def open_source(source: Dict[str, Any]) -> Any:
    return Files(source["files"]) if "files" in source else HubDataset(source["dataset"])


def files_below(folder: str) -> List[str]:
    """Relative paths, in order of their names; what is hidden is left out."""
    found: List[str] = []
    for inner, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        shown = (name for name in names if not name.startswith("."))
        found += [os.path.relpath(os.path.join(inner, name), folder).replace(os.sep, "/") for name in shown]
        if len(found) > MOST_PATHS:
            raise BoxError(
                "bad-input",
                "The folder %s holds more than %d files." % (folder, MOST_PATHS),
                "Name the folder that holds the data files.",
            )
    return sorted(found)


def columns_of(schema: Any) -> List[Dict[str, str]]:
    return [{"name": field.name, "type": _type(field.type)} for field in schema]


def _schema(part: overlap_rows.Part) -> Any:
    import pyarrow
    import pyarrow.parquet

    try:
        if part.kind == "parquet":
            return pyarrow.parquet.read_schema(part.path)
        with pyarrow.memory_map(part.path) as mapped:
            opens = pyarrow.ipc.open_file if mapped.read(6) == b"ARROW1" else pyarrow.ipc.open_stream
            mapped.seek(0)
            return opens(mapped).schema
    except (pyarrow.ArrowException, OSError) as error:
        raise BoxError(
            "bad-input",
            "%s is not readable as %s: %s" % (part.path, part.kind, str(error).splitlines()[0]),
            "Check that the file is whole, or choose another.",
        ) from None


def _type(kind: Any) -> str:
    """In the words of src/core/data/column-types.ts."""
    from pyarrow import types

    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return "list<%s>" % _type(kind.value_type)
    if types.is_struct(kind):
        return "struct<%s>" % ", ".join("%s: %s" % (each.name, _type(each.type)) for each in kind)
    if types.is_dictionary(kind):
        return _type(kind.value_type)
    name = str(kind).split("[")[0].split("(")[0]
    known = {"double": "float64", "float": "float32", "halffloat": "float16", "large_string": "string", "string_view": "string"}  # fmt: skip
    return known.get(name, name)


def _row(value: Any, kind: str) -> Dict[str, Any]:
    if not isinstance(value, dict):
        return {"value": value}
    return _plain(value) if kind in _COLUMNAR else value


def _plain(value: Any) -> Any:
    """Cells as JSON values, whatever a columnar format makes of them."""
    if isinstance(value, dict):
        return {str(name): _plain(cell) for name, cell in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(cell) for cell in value]
    if isinstance(value, (bytes, bytearray)):
        return "<%d bytes>" % len(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _why(problem: str) -> str:
    """As the host says it, without what differs from line to line."""
    if problem.startswith("not JSON"):
        return "it is not JSON"
    if problem.startswith("not UTF-8"):
        return "it is not UTF-8"
    return "it has more cells than the header has names" if "cells under" in problem else "it is %s" % problem
