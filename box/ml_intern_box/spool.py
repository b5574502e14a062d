"""Training rows on disk while a recipe is compiled: a few numbers of each stay in memory, its text does not."""

from __future__ import annotations

import json
import os
from array import array
from pathlib import Path
from typing import Any, Dict


def row_line(row: Dict[str, Any]) -> bytes:
    """One row as it lies in the training file. Raises UnicodeEncodeError for half a surrogate pair, which no reader would take."""
    return json.dumps(row, ensure_ascii=False, separators=(", ", ": ")).encode("utf-8") + b"\n"


class Spool:
    """`source[i]` and `number[i]` say where row i came from; `line(i)` reads it back. 20 bytes of memory a row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("w+b", buffering=1 << 20)
        self.size = 0
        self.offset = array("Q")
        self.number = array("Q")
        self.source = array("I")

    def __len__(self) -> int:
        return len(self.offset)

    def add(self, source: int, number: int, line: bytes) -> None:
        self.offset.append(self.size)
        self.number.append(number)
        self.source.append(source)
        self.file.write(line)
        self.size += len(line)

    def line(self, index: int) -> bytes:
        end = self.offset[index + 1] if index + 1 < len(self.offset) else self.size
        return os.pread(self.file.fileno(), end - self.offset[index], self.offset[index])

    def row(self, index: int) -> Dict[str, Any]:
        return json.loads(self.line(index))

    def finish(self) -> None:
        """To be called between the last `add` and the first `line`."""
        self.file.flush()

    def close(self) -> None:
        self.file.close()
        self.path.unlink()
