"""Filters keep what they say, also of messy cells."""

import json
from pathlib import Path

import pytest
from ml_intern_box import filters, languages, quality
from ml_intern_box.filters import Text

SENTENCES = {
    "en": "What is the name of the river that flows through this city, and how long is it?",
    "de": "Wie heißt der Fluss, der durch diese Stadt fließt, und wie lang ist er eigentlich nach der Mündung?",
    "fr": "Quel est le nom de la rivière qui traverse cette ville et pour qui est-elle importante ?",
    "es": "¿Cuál es el nombre del río que pasa por esta ciudad y por qué es tan importante para los que viven en ella?",
    "pt": "Qual é o nome do rio que passa por esta cidade e por que ele é importante para as pessoas?",
    "it": "Qual è il nome del fiume che passa per questa città e perché è importante per gli abitanti?",
    "nl": "Wat is de naam van de rivier die door deze stad stroomt en hoe lang is het?",
    "sv": "Vad heter floden som rinner genom den här staden och hur lång är den från källan till havet?",
    "pl": "Jak nazywa się rzeka, która przepływa przez to miasto, i czy jest ona długa?",
    "tr": "Bu şehirden geçen ve çok uzun olan nehir için ne denir, nasıl bir nehir?",
    "vi": "Tên của con sông chảy qua thành phố này là gì và nó có dài không?",
    "ru": "Как называется река, которая течёт через этот город, и что о ней известно?",
    "uk": "Як називається річка, що тече через це місто, і який вона має вигляд?",
    "zh": "这条流经城市的河叫什么名字？",
    "ja": "この街を流れる川の名前は何ですか。",
    "ko": "이 도시를 흐르는 강의 이름은 무엇입니까?",
    "ar": "ما هو اسم النهر الذي يمر في هذه المدينة؟",
    "el": "Πώς λέγεται ο ποταμός αυτής της πόλης;",
    "hi": "इस शहर से बहने वाली नदी का नाम क्या है?",
    "th": "แม่น้ำที่ไหลผ่านเมืองนี้ชื่ออะไร",
    "he": "מה שם הנהר שזורם בעיר הזאת?",
}  # fmt: skip


@pytest.mark.parametrize("code", SENTENCES)
def test_the_language_of_a_sentence(code):
    assert languages.language_of(SENTENCES[code]) == code


@pytest.mark.parametrize("text", ["", "42", "x = y + 1", "zorb blick snig", "🦀🦀🦀"])
def test_what_cannot_be_told_is_unknown_and_not_guessed(text):
    assert languages.language_of(text) == "unknown"


def only(**spec):
    before, after = filters.make([spec], lambda value: len(str(value).split()))
    return (before or after)[0].passes


@pytest.mark.parametrize(
    ("cell", "passes"),
    [
        (3, True),
        (2.5, True),
        ("3", True),
        (" 3.5 ", True),
        (1, False),
        ("easy", False),
        (None, False),
        (True, False),
        (float("nan"), False),
        ([3], False),
        ("", False),
    ],
)
def test_a_range_takes_numbers_and_nothing_else(cell, passes):
    assert only(kind="range", column="level", min=2, max=4)(Text(cell)) is passes


@pytest.mark.parametrize(
    ("cell", "passes"), [("easy", True), ("hard", False), (None, True), (1, True), (True, False), ("Easy", False)]
)
def test_values_are_compared_as_they_are(cell, passes):
    assert only(kind="value", column="kind", keep=["easy", None, 1])(Text(cell)) is passes


def test_a_value_can_be_dropped_alone():
    drop = only(kind="value", column="kind", drop=["hard", False])
    assert drop(Text("easy")) and drop(Text(0)) and not drop(Text("hard")) and not drop(Text(False))


def test_lengths_are_of_all_the_text_of_a_row():
    row = {"messages": [{"role": "user", "content": "Hi there"}, {"role": "assistant", "content": "Hello"}]}
    assert only(kind="length", unit="words", min=3, max=3)(Text(row))
    assert only(kind="length", unit="characters", max=14)(Text(row))
    assert not only(kind="length", unit="characters", max=13)(Text(row))


def test_a_pattern_keeps_or_drops_and_may_ignore_case():
    assert only(kind="regex", keep="ANSWER", ignoreCase=True)(Text("the answer"))
    assert not only(kind="regex", keep="ANSWER")(Text("the answer"))
    assert not only(kind="regex", keep="a", drop="http")(Text("a http link"))


def test_two_filters_of_one_kind_have_two_names_and_keep_their_order():
    before, after = filters.make(
        [{"kind": "regex", "drop": "a"}, {"kind": "range", "column": "n", "max": 1}, {"kind": "regex", "drop": "b"}],
        None,
    )
    assert [each.label for each in before] == ["range n"] and [each.label for each in after] == ["regex", "regex (2)"]


@pytest.mark.parametrize(
    ("text", "rules", "broken"),
    [
        ("Question: 2 + 2?\nAnswer: 4", {}, None),
        ("ok", {}, "minWords"),
        ("这条流经城市的河叫什么名字", {}, None),
        ("one one one one", {"minUniqueWords": 2}, "minUniqueWords"),
        ("a b c d e f", {"minMeanWordLength": 2}, "minMeanWordLength"),
        ("x" * 90 + " " + "y" * 90 + " " + "z" * 90, {}, "maxMeanWordLength"),
        ("12 34 56 78 90 12", {}, "minAlphabeticShare"),
        ("word ... " * 25, {"maxRepeatedGramShare": None}, "maxSymbolShare"),
        ("\n".join(["the same line again"] * 8), {}, "maxDuplicateLineShare"),
        ("the cat sat on the mat and " * 6, {}, "maxRepeatedGramShare"),
        ("ok", {"minWords": None}, None),
    ],
)
def test_each_rule_of_quality_is_named_when_it_is_broken(text, rules, broken):
    assert quality.breaks(text, rules, text) == broken


def test_refusals_are_looked_for_only_when_asked_and_only_in_the_answer():
    row = {
        "prompt": "I cannot help it: why am I sad?",
        "completion": "I'm sorry, but I can't assist with that request.",
    }
    assert only(kind="quality")(Text(row, filters.answer_of(row)))
    assert not only(kind="quality", rules={"refusals": True})(Text(row, filters.answer_of(row)))
    fine = {
        "prompt": "I'm sorry, but I can't help it",
        "completion": "Nobody can do everything, and that is all right.",
    }
    assert only(kind="quality", rules={"refusals": True})(Text(fine, filters.answer_of(fine)))


def test_refusals_are_told_from_answers_as_the_host_tells_them():
    cases = json.loads((Path(__file__).parents[2] / "test" / "fixtures" / "refusals.json").read_text(encoding="utf-8"))
    assert [text for text in cases["refusals"] if not quality.is_refusal(text)] == []
    assert [text for text in cases["answers"] if quality.is_refusal(text)] == []
