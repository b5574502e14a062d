"""Rows of local files: jsonl, json, csv, tsv (each also as .gz), parquet and arrow; one row at a time, nothing held whole.

A row's number is its line in a jsonl file, its place in the list of a json file, its record (after the header) in csv, its row in
parquet; always from zero. What cannot be read is told with its number, never left out silently.
"""

from __future__ import annotations

import gzip
import os
from typing import BinaryIO, Iterator, List

from ml_intern_box.errors import BoxError
from ml_intern_box.overlap_formats import (
    BATCH,
    Part,
    Record,
    columnar,
    json_list,
    parse_line,
    table_rows,
    zipped_lines,
)

PART_BYTES = 8 << 20
FORMATS = ".jsonl, .ndjson, .json, .csv, .tsv (each also .gz), .parquet and .arrow"
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
        yield from columnar(part)
        return
    reader = {"jsonl": zipped_lines, "json": json_list, "csv": table_rows, "tsv": table_rows}[part.kind]
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
