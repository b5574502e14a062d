"""Rows that repeat others go, the first stays, and nothing goes by chance."""

import random
from array import array

import pytest
from ml_intern_box import dedup

WORDS = [f"w{n}" for n in range(500)]


def texts(seed, count, length=60):
    draw = random.Random(seed)
    return [" ".join(draw.choices(WORDS, k=length)) for _ in range(count)]


def changed(text, words, seed=0):
    """The text with some of its words replaced."""
    draw = random.Random(seed)
    tokens = text.split()
    for at in draw.sample(range(len(tokens)), words):
        tokens[at] = f"new{at}"
    return " ".join(tokens)


def near(all_texts, threshold, folder):
    return list(dedup.near(array("Q", range(len(all_texts))), all_texts.__getitem__, threshold, folder))


def test_the_first_of_equal_texts_stays_whatever_their_case_and_spaces():
    all_texts = ["A b", "c", "a  B\n", "a b.", "C", "A b"]
    assert list(dedup.exact(array("Q", range(6)), all_texts.__getitem__)) == [0, 1, 3]


def test_texts_whose_hashes_meet_are_compared(monkeypatch):
    monkeypatch.setattr(dedup, "hash64", lambda data: 7)
    all_texts = ["a", "b", "a", "b"]
    kept = list(dedup.exact(array("Q", range(4)), all_texts.__getitem__))
    assert kept[:2] == [0, 1]


def test_nearly_all_pairs_above_the_threshold_are_found(tmp_path):
    originals = texts(1, 300)
    copies = [changed(text, 1, seed) for seed, text in enumerate(originals)]
    alike = [dedup.similarity(dedup.shingles(a), dedup.shingles(b)) for a, b in zip(originals, copies)]
    assert min(alike) > 0.8
    kept = near(originals + copies, 0.8, tmp_path)
    assert kept[:300] == list(range(300)) and len(kept) <= 303
    assert list(tmp_path.iterdir()) == []


def test_no_pair_below_the_threshold_goes(tmp_path):
    originals = texts(2, 200)
    copies = [changed(text, 6, seed) for seed, text in enumerate(originals)]
    assert max(dedup.similarity(dedup.shingles(a), dedup.shingles(b)) for a, b in zip(originals, copies)) < 0.8
    assert len(near(originals + copies, 0.8, tmp_path)) == 400


def test_short_texts_are_the_same_only_when_all_their_words_are(tmp_path):
    assert near(["Yes.", "yes", "No.", "Yes, it is", "", ""], 0.5, tmp_path) == [0, 2, 3, 4]


def test_many_false_candidates_in_one_band_end_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(dedup, "signature", lambda grams: array("Q", [1]) * dedup.BINS)
    all_texts = texts(3, 60, length=10)
    assert near([*all_texts, all_texts[-1]], 0.8, tmp_path) == list(range(60))


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1])
def test_bands_find_a_pair_at_the_threshold_in_97_of_100_cases(threshold):
    size = dedup.band_rows(threshold)
    assert 1 - (1 - threshold**size) ** (dedup.BINS // size) >= 0.97
