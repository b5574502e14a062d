"""What inspect-ai logged, item by item in the evaluator's own shape."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .grading import Item, Outcome

_LETTERS = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
"""inspect's words for correct, incorrect, partial and no answer."""


def outcomes_of(log: Dict[str, Any], items: List[Item], key: Optional[str] = None) -> List[Outcome]:
    """In the order of the items, the samples of an item one after the other. key: of scores that are dicts."""
    places = {item["id"]: place for place, item in enumerate(items)}
    samples = sorted(log.get("samples") or [], key=lambda sample: (places[str(sample["id"])], sample.get("epoch", 1)))
    return [outcome_of(sample, key) for sample in samples]


def outcome_of(sample: Dict[str, Any], key: Optional[str] = None) -> Outcome:
    score = next(iter((sample.get("scores") or {}).values()), {})
    value = value_of(score.get("value"), key)
    output = sample.get("output") or {}
    generation = output.get("completion") or ""
    stop = (output.get("choices") or [{}])[0].get("stop_reason")
    answer = score.get("answer") or None
    graded = value is not None and value not in (0.0, 1.0)
    # Checks of instructions name no answer; then a score says that there was something to score.
    valid = value is not None and score.get("reason") != "invalid_response_format" and (answer is not None or value > 0 or generation != "")
    return {
        "id": str(sample["id"]),
        "reference": sample["target"] if isinstance(sample["target"], str) else ", ".join(sample["target"]),
        "generation": generation,
        "answer": answer,
        "correct": value is not None and value >= 1.0,
        "valid": valid,
        "truncated": stop in ("max_tokens", "model_length"),
        "tokens": sum(usage.get("output_tokens", 0) for usage in (sample.get("model_usage") or {}).values()),
        **({"score": None} if value is None else {"score": min(1.0, max(0.0, value))} if graded else {}),
    }


def value_of(value: Any, key: Optional[str]) -> Optional[float]:
    """None for a sample that was not scored: an error is no wrong answer."""
    if isinstance(value, dict):
        value = value.get(key) if key else next(iter(value.values()), None)
    if isinstance(value, str):
        return _LETTERS.get(value)
    return float(value) if isinstance(value, (bool, int, float)) else None
