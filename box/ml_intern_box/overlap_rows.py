"""Rows of local files: jsonl, json, csv, tsv (each also as .gz), parquet and arrow; one row at a time, nothing held whole.

A row's number is its line in a jsonl file, its place in the list of a json file, its record (after the header) in csv, its row in
parquet; always from zero. What cannot be read is told with its number, never left out silently.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
from typing import Any, BinaryIO, Iterator, List, NamedTuple, Optional

from ml_intern_box.errors import BoxError

PART_BYTES = 8 << 20
LONGEST_CELL = 1 << 28
READ_BYTES = 1 << 20
BATCH = 512
FORMATS = ".jsonl, .ndjson, .json, .csv, .tsv (each also .gz), .parquet and .arrow"
_read_json = json.JSONDecoder().raw_decode
_KINDS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
}
_MAGIC = {b"PAR1": "parquet", b"ARRO": "arrow", b"\xff\xff\xff\xff": "arrow"}
_OTHERS = {b"\x28\xb5\x2f\xfd": "zstandard", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zX": "xz"}


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


def open_file(path: str) -> Part:
    """Looks at a file and says how it is read; every reason why it cannot be is an error with a next step."""
    if os.path.isdir(path):
        raise BoxError(
            "bad-input", "%s is a folder." % path, "Name the files in it, e.g. %s/*.jsonl." % path.rstrip("/")
        )
    try:
        with open(path, "rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        raise BoxError(
            "bad-input", "There is no file %s." % path, "Check the path; with --box it is a path on the box."
        ) from None
    except OSError as error:
        raise BoxError(
            "bad-input", "%s cannot be read: %s." % (path, error.strerror or error), "Check its rights and its path."
        ) from None
    if not head:
        raise BoxError("bad-input", "%s is empty." % path, "Check that the download or the export finished.")
    zipped = head[:2] == b"\x1f\x8b"
    name = path[:-3] if path.lower().endswith(".gz") else path
    kind = _MAGIC.get(head[:4]) or _KINDS.get(os.path.splitext(name)[1].lower(), "")
    _refuse_others(path, head)
    return Part(path, kind or _guess(path, head, zipped), zipped, 0, os.path.getsize(path))


def _refuse_others(path: str, head: bytes) -> None:
    for magic, name in _OTHERS.items():
        if head.startswith(magic):
            raise BoxError(
                "bad-input",
                "%s is a %s file." % (path, name),
                "Unpack or convert it first; what can be read: %s." % FORMATS,
            )
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or (
        head[:200].count(b"\0") > len(head[:200]) // 4 and head[:4] not in _MAGIC and head[:2] != b"\x1f\x8b"
    ):
        raise BoxError(
            "bad-input",
            "%s is not UTF-8 text (it looks like UTF-16)." % path,
            "Convert it: iconv -f UTF-16 -t UTF-8 %s > new.jsonl" % path,
        )


def _guess(path: str, head: bytes, zipped: bool) -> str:
    start = gzip.open(path).read(64) if zipped else head
    first = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first in (b"{", b"["):
        return "jsonl" if first == b"{" else "json"
    raise BoxError("bad-input", "The format of %s is not known." % path, "Give it one of the endings %s." % FORMATS)


def parts_of_file(whole: Part, processes: int) -> List[Part]:
    """Pieces that several processes can read at once."""
    if whole.by_bytes:
        if _is_list(whole):
            whole = whole._replace(kind="json")
        else:
            return [
                whole._replace(begin=begin, end=min(begin + PART_BYTES, whole.end))
                for begin in range(0, whole.end, PART_BYTES)
            ]
    return [whole._replace(stripe=stripe, of=processes) for stripe in range(processes)]


def in_one(whole: Part) -> Part:
    """The whole file in one piece, so that numbers are the file's own."""
    first = parts_of_file(whole, 1)[0]
    return first._replace(begin=0, end=whole.end) if first.by_bytes else first


def header_of(whole: Part) -> List[str]:
    with _text(whole) as file:
        return next(csv.reader(file, delimiter="\t" if whole.kind == "tsv" else ","), [])


def _is_list(whole: Part) -> bool:
    """A .jsonl file that is one JSON list after all."""
    with open(whole.path, "rb") as file:
        head = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] != b"[":
        return False
    first = head.split(b"\n", 1)[0].strip()
    return not first.endswith(b"]") or b"\n" not in head


def read(part: Part) -> Iterator[Record]:
    """The records of one piece. Numbers count from the piece's own beginning when it is read by bytes."""
    if part.by_bytes:
        with open(part.path, "rb") as file:
            yield from _lines(file, part)
        return
    if part.kind in ("parquet", "arrow"):
        yield from _columnar(part)
        return
    reader = {"jsonl": _zipped_lines, "json": _json_list, "csv": _csv, "tsv": _csv}[part.kind]
    for record in reader(part):
        if record.number // BATCH % part.of == part.stripe:
            yield record


def _lines(file: BinaryIO, part: Part) -> Iterator[Record]:
    if part.begin > 0:
        file.seek(part.begin - 1)
        file.readline()
    number, place = 0, file.tell()
    while place < part.end:
        line = file.readline()
        if not line:
            return
        place += len(line)
        yield parse_line(number, line)
        number += 1


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


def _zipped_lines(part: Part) -> Iterator[Record]:
    with gzip.open(part.path, "rb") as file:
        try:
            for number, line in enumerate(file):
                yield parse_line(number, line)
        except (EOFError, OSError) as error:
            raise BoxError("bad-input", "%s is damaged: %s." % (part.path, error), "Fetch it again.") from None


def _text(part: Part) -> io.TextIOWrapper:
    raw = gzip.open(part.path, "rb") if part.zipped else open(part.path, "rb")
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="strict", newline="")


def _csv(part: Part) -> Iterator[Record]:
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


def _json_list(part: Part) -> Iterator[Record]:
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


def _columnar(part: Part) -> Iterator[Record]:
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
