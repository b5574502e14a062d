"""How rows are read from each format, one at a time; a jsonl file that lies open is read by overlap_rows, in pieces."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from typing import Any, Iterator, List, NamedTuple, Optional

from ml_intern_box.errors import BoxError

LONGEST_CELL = 1 << 28
READ_BYTES = 1 << 20
BATCH = 512
_read_json = json.JSONDecoder().raw_decode


class Part(NamedTuple):
    """A piece of a file for one process: bytes `begin` to `end` of a jsonl file, or every `of`-th batch of any other."""

    path: str
    kind: str
    zipped: bool
    begin: int = 0
    end: int = 0
    stripe: int = 0
    of: int = 1

    @property
    def by_bytes(self) -> bool:
        return self.kind == "jsonl" and not self.zipped


class Record(NamedTuple):
    number: int
    value: Any
    problem: Optional[str] = None


def parse_line(number: int, line: bytes) -> Record:
    """One line of JSON; a blank line is a record without value and without problem."""
    if line[:3] == b"\xef\xbb\xbf":
        line = line[3:]
    try:
        text = line.decode("utf-8").strip()
        if not text:
            return Record(number, None)
        value, end = _read_json(text)
        if end == len(text):
            return Record(number, value)
        return Record(number, None, "not JSON: more follows its value")
    except UnicodeDecodeError as error:
        return Record(number, None, "not UTF-8 (byte %d)" % error.start)
    except ValueError as error:
        return Record(number, None, "not JSON: %s" % str(error)[:120])
    except RecursionError:
        return Record(number, None, "nested too deeply")


def zipped_lines(part: Part) -> Iterator[Record]:
    with gzip.open(part.path, "rb") as file:
        try:
            for number, line in enumerate(file):
                yield parse_line(number, line)
        except (EOFError, OSError) as error:
            raise BoxError("bad-input", "%s is damaged: %s." % (part.path, error), "Fetch it again.") from None


def _text(part: Part) -> io.TextIOWrapper:
    raw = gzip.open(part.path, "rb") if part.zipped else open(part.path, "rb")
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="strict", newline="")


def table_rows(part: Part) -> Iterator[Record]:
    csv.field_size_limit(min(sys.maxsize, LONGEST_CELL))
    with _text(part) as file:
        try:
            reader = csv.reader(file, delimiter="\t" if part.kind == "tsv" else ",")
            header = next(reader, [])
            for number, cells in enumerate(row for row in reader if row):
                if len(cells) > len(header):
                    yield Record(number, None, "%d cells under %d columns" % (len(cells), len(header)))
                else:
                    yield Record(number, dict(zip(header, cells)))
        except UnicodeDecodeError as error:
            raise _not_utf8(part.path, error) from None
        except csv.Error as error:
            raise BoxError(
                "bad-input",
                "%s is not readable as csv: %s." % (part.path, error),
                "Export it again, with quotes around its cells.",
            ) from None


def _not_utf8(path: str, error: UnicodeDecodeError) -> BoxError:
    return BoxError(
        "bad-input",
        "%s is not UTF-8 text: %s." % (path, error.reason),
        "Convert it, e.g. iconv -f LATIN1 -t UTF-8 %s > new.csv" % path,
    )


def json_list(part: Part) -> Iterator[Record]:
    """A list of rows (also inside an object's `data`, `rows`, `items` or only list), one element at a time."""
    with _text(part) as file:
        try:
            for number, value in enumerate(_elements(file, part.path)):
                yield Record(number, value)
        except UnicodeDecodeError as error:
            raise _not_utf8(part.path, error) from None


def _elements(file: io.TextIOWrapper, path: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    text = file.read(READ_BYTES).lstrip()
    if text[:1] != "[":
        yield from _inside(text + file.read(), path)
        return
    place, ended = 1, False
    while True:
        while place < len(text) and text[place] in " \t\r\n,":
            place += 1
        if text[place : place + 1] == "]":
            return
        try:
            value, end = decoder.raw_decode(text, place)
            # A number or a word at the end of what was read may go on.
            if end < len(text) or ended:
                yield value
                place = end
                continue
        except ValueError as error:
            if ended:
                raise BoxError(
                    "bad-input",
                    "%s is not JSON: %s." % (path, error),
                    "Check that the download or the export finished.",
                ) from None
        more = file.read(max(READ_BYTES, len(text) - place))
        ended = not more
        text, place = text[place:] + more, 0


def _inside(text: str, path: str) -> Iterator[Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise BoxError(
            "bad-input", "%s is not JSON: %s." % (path, error), "If it holds one row a line, name it .jsonl."
        ) from None
    lists = (
        {name: inner for name, inner in value.items() if isinstance(inner, list)} if isinstance(value, dict) else {}
    )
    named = next(
        (lists[name] for name in ("data", "rows", "items", "examples", "instances", "train", "test") if name in lists),
        None,
    )
    yield from named if named is not None else next(iter(lists.values())) if len(lists) == 1 else [value]


def header_of(whole: Part) -> List[str]:
    with _text(whole) as file:
        return next(csv.reader(file, delimiter="\t" if whole.kind == "tsv" else ","), [])


def columnar(part: Part) -> Iterator[Record]:
    import pyarrow

    number = 0
    try:
        for turn, batch in enumerate(_batches(part)):
            if turn % part.of == part.stripe:
                for at, row in enumerate(batch.to_pylist()):
                    yield Record(number + at, row)
            number += batch.num_rows
    except (pyarrow.ArrowInvalid, pyarrow.ArrowException, OSError) as error:
        raise BoxError(
            "bad-input",
            "%s is not readable as %s: %s" % (part.path, part.kind, str(error).splitlines()[0]),
            "Fetch it again.",
        ) from None


def _batches(part: Part) -> Iterator[Any]:
    """Record batches; of Arrow both its file and its stream format, which `datasets` writes."""
    import pyarrow
    import pyarrow.parquet

    if part.kind == "parquet":
        yield from pyarrow.parquet.ParquetFile(part.path).iter_batches(batch_size=BATCH)
        return
    with pyarrow.memory_map(part.path) as mapped:
        if mapped.read(6) == b"ARROW1":
            opened = pyarrow.ipc.open_file(mapped)
            whole = (opened.get_batch(index) for index in range(opened.num_record_batches))
        else:
            mapped.seek(0)
            whole = iter(pyarrow.ipc.open_stream(mapped))
        for batch in whole:
            for begin in range(0, batch.num_rows, BATCH):
                yield batch.slice(begin, BATCH)
