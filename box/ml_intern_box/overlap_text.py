"""Text as the overlap check compares it: words without case, punctuation, accents or the many ways Unicode writes one letter.

Scripts written without spaces (Chinese, Japanese, Thai, ...) count one character as one word. Only the standard library.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any, Iterator, List, Optional, Sequence

_SPACED = "".join(chr(code) if chr(code).isalnum() else " " for code in range(128)).lower()
_TABLE = (_SPACED + " " * 128).encode("ascii")
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WIDE_WORD = re.compile("[%s]|[^\\W_%s]+" % (_UNSPACED, _UNSPACED))
_UNSPACED_CHARACTER = re.compile("[%s]" % _UNSPACED)
# Accents, apostrophes of all kinds, and characters that nobody sees.
_DROPPED = re.compile(
    "[\u0300-\u036f'\u2018\u2019\u201b\u02bc\u02b9\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
_MIXED = re.compile("[a-z][\u0370-\u04ff]|[\u0370-\u04ff][a-z]")
_MIXED_WORD = re.compile(r"[^\W\d_]*[a-z][^\W\d_]*")
_LOOK_ALIKE = str.maketrans("авсеһіјкмнорѕтухαβεικνορτυχ", "abcehijkmhopstyxabeikvoptux")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DIGITS = re.compile(r"\d+")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|amp|lt|gt|quot|apos|nbsp);")
_END = re.compile(r"[.!?](?=\s|$|[\"')\]*_])|[。！？؟।;:|\n\r]|\.\.\.|…")
_OPERATOR = re.compile(r"(?<![a-z])-|-(?![a-z])|[+*/^=<>%]")
_OPENING = frozenset('[{"')
_SAME_OPERATOR = str.maketrans("×÷−–—·∗⋅", "*/---***")

_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
}
_NUMBER_WORDS.update(
    {
        word: str(10 * tens)
        for tens, word in enumerate("thirty forty fifty sixty seventy eighty ninety hundred".split(), start=3)
    }
)
_NUMBER_WORDS.update({sign: str(value) for value, sign in enumerate("零一二三四五六七八九十")})
_NUMBER_WORDS.update({"两": "2", "百": "100", "千": "1000", "万": "10000"})


def words(text: str) -> List[str]:
    """The words of a text, in order: lower case, without punctuation, `don't` as `dont`."""
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    if not text.isascii():
        text = _DROPPED.sub("", unicodedata.normalize("NFKD", text)).casefold()
        if _MIXED.search(text):
            text = _MIXED_WORD.sub(_as_latin, text)
        if not text.isascii():
            return _WIDE_WORD.findall(text)
    if "'" in text:
        text = text.replace("'", "")
    return text.encode("ascii").translate(_TABLE).decode("ascii").split()


def _as_latin(match: "re.Match[str]") -> str:
    """A word that mixes Latin letters with ones that look like them."""
    return match.group().translate(_LOOK_ALIKE)


def is_unspaced(word: str) -> bool:
    return len(word) == 1 and not word.isascii() and _UNSPACED_CHARACTER.match(word) is not None


def strings(value: Any) -> List[str]:
    """Every text in a cell, also inside conversations, nested lists, and JSON that was written as a string."""
    found: List[str] = []
    _collect(value, found)
    return found


def _collect(value: Any, found: List[str]) -> None:
    if isinstance(value, str):
        inner = _written_json(value) if value[:1] in _OPENING else None
        if inner is None:
            found.append(value)
        else:
            _collect(inner, found)
    elif isinstance(value, dict):
        speaker = "role" if "content" in value else "from" if "value" in value else None
        for name, inner in value.items():
            if name != speaker:
                _collect(inner, found)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _collect(inner, found)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        found.append(str(value))


def _written_json(text: str) -> Any:
    """What a text holds that is JSON itself, None for any other text."""
    if text.rstrip()[-1:] not in ("]", "}", '"'):
        return None
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return inner if isinstance(inner, (dict, list)) or (isinstance(inner, str) and inner != text) else None


def sentences(text: str) -> Iterator[str]:
    """The pieces between the ends of sentences, lines and cells."""
    begin = 0
    for end in _END.finditer(text):
        yield text[begin : end.end()]
        begin = end.end()
    yield text[begin:]


def operators(text: str) -> str:
    """The operators of a formula in their order: what tells `2 + 2` from `2 * 2`, whose words are the same."""
    return "".join(_OPERATOR.findall(text.translate(_SAME_OPERATOR).lower()))


def number_in(word: str) -> Optional[str]:
    """The number that a word is or begins or ends with (`12`, `twelve`, `48kg`), None for other words."""
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    return word if word[:1].isdigit() or word[-1:].isdigit() else None


def ungrouped(text: str) -> str:
    """`1,000` as `1000`."""
    return _GROUPED.sub("", text) if "," in text else text


def digits(tokens: Sequence[str]) -> List[str]:
    """The numbers among the words, sorted: `48kg` and `48 kg` hold the same ones."""
    return sorted(_DIGITS.findall(" ".join(tokens)))
