"""Numbers: found where models write them, read with separators, units and fractions, compared within a tolerance.

Looked for in this order: the last \\boxed{...} that holds a number, the last line `#### ...` (GSM8K's own notation),
then the last number of all. Thousands are separated by commas, spaces or thin spaces; a comma is never a decimal point.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Iterator, List, Optional

from . import exact
from .grading import Benchmark, Grade, Item

_PLAIN = r"(?:\d{1,3}(?:[,\u00a0\u2009\u202f ]\d{3})+(?![\d])|\d+)(?:\.\d+)?|\.\d+"
_SIGN = r"(?:(?<![\w.)])[-+])?"
_POWER = r"(?:[eE][-+]?\d{1,3}\b|\s*(?:\\times|[×x*])\s*10\s*\^\s*(?:\{\s*-?\d{1,3}\s*\}|-?\d{1,3}))?"
_LATEX = r"\\[dt]?frac\s*\{\s*(-?\d+)\s*\}\s*\{\s*(-?\d+)\s*\}"
_NUMBER = re.compile(rf"(?P<sign>{_SIGN})\s*(?:[$€£]\s*)?(?:(?P<whole>\d+\s+)?(?P<top>\d+)\s*/\s*(?P<bottom>\d+)(?![\d/])|(?P<plain>{_PLAIN})(?P<power>{_POWER}))")
_SOURCES = ("boxed", "hashes", "last")


def grade(item: Item, generation: str, benchmark: Benchmark) -> Grade:
    found = find(generation, benchmark)
    if found is None:
        return Grade(None, correct=False, valid=False)
    wanted = last_number(str(item["answer"]))
    right = wanted is not None and close(found, wanted, benchmark)
    return Grade(written(found), correct=right, valid=True)


def find(generation: str, benchmark: Benchmark) -> Optional[Fraction]:
    if benchmark.get("answerPattern"):
        captured = exact.extract(generation, benchmark)
        return None if captured is None else last_number(captured)
    for source in benchmark.get("numberFrom") or _SOURCES:
        for text in reversed(list(_places(generation, source))):
            number = last_number(text)
            if number is not None:
                return number
    return None


def close(found: Fraction, wanted: Fraction, benchmark: Benchmark) -> bool:
    """Within `tolerance` (absolute) or `relativeTolerance` (of the reference); without both, the same number."""
    allowed = max(_fraction(benchmark.get("tolerance", 0)), _fraction(benchmark.get("relativeTolerance", 0)) * abs(wanted))
    return abs(found - wanted) <= allowed


def last_number(text: str) -> Optional[Fraction]:
    numbers = all_numbers(text)
    return numbers[-1] if numbers else None


def all_numbers(text: str) -> List[Fraction]:
    plain = text.replace("\u2212", "-").replace("\\!", "").replace("{,}", ",").replace("\\,", " ").replace("\\$", "$")
    plain = re.sub(r"(-?)" + _LATEX, r" \g<1>\2/\3 ", plain)
    values = (_value(match) for match in _NUMBER.finditer(plain))
    return [value for value in values if value is not None]


def _value(match: "re.Match[str]") -> Optional[Fraction]:
    sign = -1 if match["sign"] == "-" else 1
    if match["plain"] is None:
        bottom = int(match["bottom"])
        return sign * (int(match["whole"] or 0) + Fraction(int(match["top"]), bottom)) if bottom else None
    value = Fraction(re.sub(r"[,\u00a0\u2009\u202f ]", "", match["plain"]))
    power = re.search(r"-?\d+\s*\}?$", match["power"]) if match["power"] else None
    return sign * value * Fraction(10) ** int(power.group().strip("} ")) if power else sign * value


def _places(text: str, source: str) -> Iterator[str]:
    if source == "boxed":
        yield from _boxed(text)
    elif source == "hashes":
        yield from re.findall(r"####[ \t]*([^\n]+)", text)
    elif source == "last":
        yield text


def _boxed(text: str) -> Iterator[str]:
    """What stands in each \\boxed{...}, braces inside it included."""
    for start in (match.end() for match in re.finditer(r"\\(?:boxed|fbox)\s*\{", text)):
        depth = 1
        for end in range(start, len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            if depth == 0:
                yield text[start:end]
                break


def written(value: Fraction) -> str:
    """As short as it is exact: 3, 0.25, 1/3."""
    if value.denominator == 1:
        return str(value.numerator)
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return f"{float(value):.12g}" if rest == 1 else f"{value.numerator}/{value.denominator}"


def _fraction(value: float) -> Fraction:
    return Fraction(str(value))
