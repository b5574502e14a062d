"""Rules of thumb about the quality of a text.

After the rules of MassiveText (Rae et al. 2021, "Scaling Language Models: Methods, Analysis & Insights from Training Gopher",
arXiv 2112.11446, appendix A.1.1): word count, mean word length, share of symbols (# and ...), share of words with a letter, share
of lines and of word n-grams that repeat. The defaults are looser than theirs, which were made for web pages: a training row may be one
short question and a number. `refusals` is ours: off unless asked for, because some models are trained to refuse.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Dict, List, Optional

from ml_intern_box.overlap_text import is_unspaced

DEFAULTS: Dict[str, Any] = {
    "minWords": 3,
    "minUniqueWords": None,
    "minMeanWordLength": None,
    "maxMeanWordLength": 20,
    "maxSymbolShare": 0.1,
    "minAlphabeticShare": 0.3,
    "maxDuplicateLineShare": 0.3,
    "maxRepeatedGramShare": 0.3,
    "refusals": None,
}
GRAM = 5
ENOUGH_WORDS = 20
"""Shares of repeated lines and n-grams, and of symbols, say nothing about shorter texts."""

_WORD = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\\W_]+(?:['’-][^\\W_]+)*")
_SYMBOL = re.compile(r"#|\.\.\.|…")

# The same words as in src/core/data/synth/refusal.ts; a test of both reads one file of examples.
REFUSAL = re.compile(
    r"^\W*(?:(?:i['’]?m|i am)\s+(?:very\s+|so\s+|really\s+)?sorry,?\s+(?:but\s+)?(?:i|as)\b"
    r"|sorry,?\s+(?:but\s+)?i\s+(?:can['’]?t|cannot|can\s+not|am\s+not|['’]?m\s+not|won['’]?t|will\s+not)"
    r"|i\s+(?:can['’]?t|cannot|can\s+not|am\s+unable\s+to|['’]?m\s+unable\s+to|won['’]?t|will\s+not|must\s+decline)\s+(?:to\s+)?(?:help|assist|provide|comply|fulfil|fulfill|answer|create|write|generate|discuss|share|do|with)"
    r"|i['’]m\s+(?:unable|not\s+able)\s+to\s+(?:help|assist|provide|comply|answer|create|write|generate|discuss)"
    r"|as\s+an?\s+(?:ai|artificial|large\s+language|language)\b"
    r"|i\s+must\s+(?:respectfully\s+)?decline)",
    re.IGNORECASE,
)


def is_refusal(answer: str) -> bool:
    """The answer begins like a refusal; what merely advises caution does not."""
    return REFUSAL.match(answer[:400]) is not None


def words_of(text: str) -> List[str]:
    return _WORD.findall(text)


def breaks(text: str, rules: Dict[str, Any], answer: str) -> Optional[str]:
    """The name of the first rule that a text breaks, or None. `answer` is what a refusal is looked for in."""
    limits = {**DEFAULTS, **rules}
    words = words_of(text)
    spaced = [word for word in words if not is_unspaced(word)]
    mean = sum(map(len, spaced)) / len(spaced) if spaced else None
    if _below(len(words), limits["minWords"]):
        return "minWords"
    if limits["minUniqueWords"] is not None and len({word.lower() for word in words}) < limits["minUniqueWords"]:
        return "minUniqueWords"
    if mean is not None and _below(mean, limits["minMeanWordLength"]):
        return "minMeanWordLength"
    if mean is not None and _above(mean, limits["maxMeanWordLength"]):
        return "maxMeanWordLength"
    if words and _below(sum(any(map(str.isalpha, word)) for word in words) / len(words), limits["minAlphabeticShare"]):
        return "minAlphabeticShare"
    if limits["refusals"] and is_refusal(answer):
        return "refusals"
    return _repeats(text, words, limits) if len(words) >= ENOUGH_WORDS else None


def _repeats(text: str, words: List[str], limits: Dict[str, Any]) -> Optional[str]:
    if _above(len(_SYMBOL.findall(text)) / len(words), limits["maxSymbolShare"]):
        return "maxSymbolShare"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if _above((len(lines) - len(set(lines))) / len(lines), limits["maxDuplicateLineShare"]):
        return "maxDuplicateLineShare"
    if limits["maxRepeatedGramShare"] is not None and repeated_share(words) > limits["maxRepeatedGramShare"]:
        return "maxRepeatedGramShare"
    return None


def repeated_share(words: List[str]) -> float:
    """The share of words that lie in a word 5-gram which occurs more than once."""
    grams = [tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)]
    counts = Counter(grams)
    covered = bytearray(len(words))
    for at, gram in enumerate(grams):
        if counts[gram] > 1:
            covered[at : at + GRAM] = b"\1" * GRAM
    return sum(covered) / len(words)


def _below(value: float, limit: Optional[float]) -> bool:
    return limit is not None and value < limit


def _above(value: float, limit: Optional[float]) -> bool:
    return limit is not None and value > limit
