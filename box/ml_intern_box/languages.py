"""Tells the language of a text by its script and its commonest words: a heuristic, the same on every machine, and no trained model.

Good for a sentence and more. Sister languages (Norwegian and Danish, Czech and Slovak) are told apart poorly; a text
with too few known words is `unknown`, which a filter may keep by that name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Dict, FrozenSet, Tuple

LONGEST = 4000
"""Characters that are looked at: enough to tell."""
FEWEST_WORDS = 2
LEAST_SHARE = 0.08
"""Of the words of a text, how many must be common ones of its language."""

_LATIN = {
    "en": "the of and to in is that it was for on are with as his they at be this from have or by what there we when your can said you how which their do if will not but were an all would so",
    "de": "der die und das in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über so zum war haben nur oder aber was ich du wir ihr",
    "fr": "le la les de des et un une du en est que qui dans pour pas au sur ne se ce il sont avec par plus vous nous je mais ou cette être aux son tout ont leur elle comme était fait quel quelle",
    "es": "el la de que y en los un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está cuál qué del las se",
    "pt": "o a de que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre qual são",
    "it": "il di che e la in un è per non una sono con si da come del le dei nel alla più anche al lo ha della gli ma cosa se questo o suo perché quando delle era loro qual ci mi io lei quale",
    "nl": "de het een van en in is dat op te zijn met voor niet die aan er om ook als bij door maar uit naar dan wat nog wel kan deze over werd ze hij je ik worden hebben heeft of hun welke",
    "sv": "och i att det som en på är av för med den till inte om ett han men var jag sig från vi så kan hon eller när där man här vad då efter ska över också vilken",
    "da": "og i at det som en på er af for med den til ikke om et han men var jeg sig fra vi så kan hun eller når der man hvad efter skal også være blev hvilken",
    "fi": "ja on ei se että oli hän mutta joka mitä kun niin tai ovat myös kuin sen ole vain jos minä olen mikä tämä olla siitä sitä",
    "pl": "i w na z nie się do to że jest o jak po co od za tak ale przez dla jego są czy był jej już ich lub oraz tylko może tego przy które jaki",
    "cs": "a v se na je to že s z do o i ve jsem pro ale jako za by jak co od jeho po který jsou nebo při tak bylo která jen už jaký",
    "tr": "ve bir bu da de için ile çok ne o gibi daha olarak ama kadar en var olan sonra ben değil mi her ya nasıl olduğu hangi",
    "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke karena ada mereka lebih kita bisa adalah atau saya apa oleh sebagai",
    "vi": "và của là có trong được cho không một các với những người đã này để khi từ đến về ra nhưng như nào gì tôi bạn",
    "ro": "și de în a la cu este un o pe nu că din se care să pentru mai sunt sau ca ce dar fost lui prin după când",
    "hu": "a az és hogy nem is egy van meg ez de volt csak már ha mint még azt vagy el ki mi kell lesz milyen",
}  # fmt: skip
_CYRILLIC = {
    "ru": "и в не на что я с он как это по но из у за к так для от же бы все его она мы ты они вы было или какой если быть",
    "uk": "і в не на що я з він як це по але із у за до так для від же би все його вона ми ти вони ви було або який якщо та",
}
_ARABIC = {
    "ar": "في من على إلى أن هذا التي هو ما لا عن مع كان هي هذه الذي بين كل قد أو هل ماذا",
    "fa": "در از به که این را با است برای آن یک می های خود تا بر او هم شد ما چه آیا",
}
_SCRIPTS: Tuple[Tuple[str, str], ...] = (
    ("ja", "\u3040-\u30ff"), ("ko", "\uac00-\ud7af\u1100-\u11ff"), ("zh", "\u4e00-\u9fff\u3400-\u4dbf"), ("th", "\u0e00-\u0e7f"),
    ("el", "\u0370-\u03ff"), ("he", "\u0590-\u05ff"), ("hi", "\u0900-\u097f"), ("bn", "\u0980-\u09ff"), ("ta", "\u0b80-\u0bff"),
    ("cyrillic", "\u0400-\u04ff"), ("arabic", "\u0600-\u06ff"),
)  # fmt: skip
_COUNTERS = [(name, re.compile("[%s]" % span)) for name, span in _SCRIPTS]
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
UNKNOWN = "unknown"


def _sets(lists: Dict[str, str]) -> Dict[str, FrozenSet[str]]:
    return {code: frozenset(words.split()) for code, words in lists.items()}


_BY_SCRIPT = {"latin": _sets(_LATIN), "cyrillic": _sets(_CYRILLIC), "arabic": _sets(_ARABIC)}
CODES = sorted([*_LATIN, *_CYRILLIC, *_ARABIC, *(name for name, _ in _SCRIPTS if len(name) == 2), UNKNOWN])


def language_of(text: str) -> str:
    """An ISO 639-1 code of CODES, or `unknown`."""
    text = unicodedata.normalize("NFC", text[:LONGEST]).lower()
    script = _script(text)
    lists = _BY_SCRIPT.get(script)
    return script if lists is None else _by_words(text, lists)


def _script(text: str) -> str:
    if text.isascii():
        return "latin"
    letters = len(_LETTER.findall(text))
    counts = Counter({name: len(pattern.findall(text)) for name, pattern in _COUNTERS})
    # Japanese writes Chinese characters too, and tells itself by its own.
    if counts["ja"] and (counts["ja"] + counts["zh"]) * 2 > letters:
        return "ja" if counts["ja"] * 20 > counts["zh"] else "zh"
    name, count = max(counts.items(), key=lambda pair: pair[1])
    return name if count * 2 > letters else "latin"


def _by_words(text: str, lists: Dict[str, FrozenSet[str]]) -> str:
    words = Counter(_WORD.findall(text))
    scores = {code: sum(words[word] for word in common if word in words) for code, common in lists.items()}
    # Of equals the one with more different words: one repeated short word says little.
    kinds = {code: sum(1 for word in common if word in words) for code, common in lists.items()}
    best = max(lists, key=lambda code: (scores[code] + 0.5 * kinds[code], code == "en"))
    enough = kinds[best] >= FEWEST_WORDS and scores[best] >= LEAST_SHARE * sum(words.values())
    return best if enough else UNKNOWN
