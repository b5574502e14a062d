"""Rows that mean the same as an item, by an embedding model: for paraphrases and translations, which share no words with it.

Mean pooling over the last hidden state (Sentence-BERT; Reimers, Gurevych 2019), cosine similarity. The model comes from a local folder
or the Hub; torch and transformers must be there. A pair whose numbers differ is no hit: it is another exercise of the same kind.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Set, Tuple

from ml_intern_box import overlap_rows
from ml_intern_box.errors import BoxError
from ml_intern_box.overlap_findings import Findings
from ml_intern_box.overlap_index import Index
from ml_intern_box.overlap_items import parts_of
from ml_intern_box.overlap_text import digits
from ml_intern_box.overlap_verdict import Hit

THRESHOLD = 0.9
BATCH, MOST_TOKENS, LONGEST_TEXT = 64, 256, 4000

Columns = Optional[Dict[str, str]]
Encode = Callable[[List[str]], Any]


def add(
    index: Index,
    files: Sequence[overlap_rows.Part],
    columns: Columns,
    all_findings: Sequence[Findings],
    model: str,
    threshold: Optional[float],
    progress: Callable[[int], None],
    encode: Optional[Encode] = None,
) -> None:
    """Adds `semantic` hits for the pairs of row and item that have none yet. `encode` gives unit vectors, shape (texts, size)."""
    encode = encode or load(model)
    numbers = [item.number for item in index.items if item.parts.question.strip()]
    items = encode([index.items[number].parts.question[:LONGEST_TEXT] for number in numbers])
    for whole, findings in zip(files, all_findings):
        known = {(hit.row, hit.item) for hit in findings.hits}
        flagged = set(findings.flagged)
        for batch in _batches(whole, columns):
            similar = encode([text for _, text in batch]) @ items.T
            progress(batch[-1][0])
            for (row, text), scores in zip(batch, similar):
                hits = _hits(row, text, scores, index, numbers, threshold or THRESHOLD, known)
                if hits:
                    _note(findings, hits, text, index, flagged)
        findings.settle()


def _batches(whole: overlap_rows.Part, columns: Columns) -> Iterator[List[Tuple[int, str]]]:
    """What the rows ask, some at a time; an answer is not compared, since many questions have the same."""
    batch: List[Tuple[int, str]] = []
    for record in overlap_rows.read(overlap_rows.in_one(whole)):
        text = parts_of(record.value, columns).question.strip() if record.value is not None else ""
        if text:
            batch.append((record.number, text[:LONGEST_TEXT]))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _hits(
    row: int,
    text: str,
    scores: Any,
    index: Index,
    numbers: List[int],
    threshold: float,
    known: Set[Tuple[int, int]],
) -> List[Hit]:
    found = []
    for place, score in enumerate(scores.tolist()):
        number = numbers[place]
        if (
            score >= threshold
            and (row, number) not in known
            and _same_numbers(text, index.items[number].parts.question)
        ):
            found.append(Hit(row, number, min(1.0, float(score)), "semantic"))
    return found


def _same_numbers(text: str, question: str) -> bool:
    return set(digits([text])) == set(digits([question]))


def _note(findings: Findings, hits: List[Hit], text: str, index: Index, flagged: Set[int]) -> None:
    findings.add(hits, text, index)
    if hits[0].row in flagged:
        # It was counted among the flagged rows for another item.
        findings.flagged.pop()


def load(model: str) -> Encode:
    try:
        import torch
        from transformers import AutoModel, AutoTokenizer
    except ImportError as error:
        raise BoxError(
            "bad-input",
            "Comparing meanings needs torch and transformers: %s." % error,
            "Build the training environment once (ml-intern box envs HOST --build train), or leave --embedding-model out.",
        ) from None
    try:
        tokenizer = AutoTokenizer.from_pretrained(model)
        network = AutoModel.from_pretrained(model).eval()
    except (OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0][:200]
        raise BoxError(
            "bad-input",
            "The embedding model %s cannot be loaded: %s" % (model, first),
            "Name a folder on the box or an id on the Hub that transformers can load, e.g. sentence-transformers/all-MiniLM-L6-v2.",
        ) from None
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network.to(device)

    def encode(texts: List[str]) -> Any:
        inputs = tokenizer(texts, padding=True, truncation=True, max_length=MOST_TOKENS, return_tensors="pt").to(
            device
        )
        with torch.inference_mode():
            hidden = network(**inputs).last_hidden_state
        mask = inputs["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
        return torch.nn.functional.normalize(mean.float(), dim=1).cpu()

    return encode
