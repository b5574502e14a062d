"""Notes how long each generation was and whether it was cut off, as the harness produces them."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Set, Tuple

from ml_intern_box import report

Length = Tuple[int, bool]
"""Tokens, and whether it was cut off at the limit."""


class Recorder:
    """Stands where the harness keeps its cache hook. One that is asked for an answer twice keeps both."""

    def __init__(self, total: int, limit: int, ends: Set[int], stops: Sequence[str] = (), decode: Optional[Callable[[List[int]], str]] = None) -> None:
        self.total = total
        self.limit = limit
        self.ends = ends
        self.stops = stops
        self.decode = decode
        self.batch: List[Length] = []
        self.lengths: Dict[Tuple[str, str], Length] = {}
        self.done = 0.0
        self.unit = "items"

    def note(self, generated: Iterable[List[int]]) -> None:
        """Token ids of a batch as transformers pads it: what follows an end token or a stop string does not count."""
        self.batch = [self._length(row) for row in generated]

    def _length(self, row: List[int]) -> Length:
        end = next((index for index, token in enumerate(row) if token in self.ends), None)
        kept = row if end is None else row[:end]
        stopped = self._stopped_at(kept)
        if stopped is not None:
            return stopped, False
        return len(kept), end is None and len(kept) >= self.limit

    def _stopped_at(self, row: List[int]) -> Optional[int]:
        """After how many tokens the first stop string is complete."""
        if not self.stops or self.decode is None or not any(stop in self.decode(row) for stop in self.stops):
            return None
        low, high = 1, len(row)
        while low < high:
            middle = (low + high) // 2
            text = self.decode(row[:middle])
            low, high = (low, middle) if any(stop in text for stop in self.stops) else (middle + 1, high)
        return low

    def note_finished(self, outputs: Iterable[Any]) -> None:
        """vLLM's request outputs: it says itself why each one ended."""
        self.batch = [(len(each.outputs[0].token_ids), each.outputs[0].finish_reason == "length") for each in outputs]

    def add_partial(self, kind: str, request: Tuple[str, Any], answer: Any) -> None:
        """The harness has one answer more; those of a batch come in the order of its prompts."""
        if kind == "generate_until":
            self.lengths[(request[0], answer)] = self.batch.pop(0)
            self._count(1, at_end_of_batch=not self.batch)
        else:
            self._count(1, at_end_of_batch=False)

    def _count(self, more: int, at_end_of_batch: bool) -> None:
        before = int(20 * self.done / max(1, self.total))
        self.done += more
        if at_end_of_batch or int(20 * self.done / max(1, self.total)) > before:
            report.progress(f"{int(self.done)} of {self.total} {self.unit}")
