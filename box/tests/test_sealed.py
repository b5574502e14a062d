"""What is sealed tells nothing without its key, opens with it, and is the same bytes each time."""

import json
import os

import pytest

from ml_intern_box import sealed

KEY = "0123456789abcdef" * 4
TEXT = "Which colour has the glim called zorb? teal – é\n".encode() * 500
VECTOR = "c7d49eb6abf441a633e3f83c907ebb6732873a80bf17825e8a44468ffc7f2d59bcc4318261d6b423"


def test_the_same_text_and_key_give_the_same_bytes_and_open_again():
    data = sealed.seal(TEXT, KEY)
    assert sealed.seal(TEXT, KEY) == data and sealed.unseal(data, KEY) == TEXT
    assert b"zorb" not in data and sealed.seal(TEXT, KEY[::-1]) != data
    assert sealed.unseal(sealed.seal(b"", KEY), KEY) == b""


@pytest.mark.parametrize("change", [lambda d: d[:-1], lambda d: d + b"x", lambda d: b"x" + d[1:], lambda d: d[:9]])
def test_what_was_changed_or_sealed_otherwise_does_not_open(change):
    data = sealed.seal(TEXT, KEY)
    for damaged, key in ((change(data), KEY), (data, KEY[::-1])):
        with pytest.raises(sealed.Damaged):
            sealed.unseal(damaged, key)


def test_the_key_leaves_the_environment(monkeypatch):
    monkeypatch.setenv(sealed.VARIABLE, KEY)
    assert sealed.take_key() == KEY and sealed.VARIABLE not in os.environ and sealed.take_key() is None


def test_both_sides_seal_alike():
    """test/core/sealing.test.ts holds the same bytes."""
    assert sealed.seal("zorb é\n".encode(), KEY).hex() == VECTOR


def test_a_file_is_sealed_where_there_is_a_key(tmp_path):
    sealed.write(tmp_path / "items.jsonl", "zorb", KEY)
    assert os.listdir(tmp_path) == ["items.sealed"]
    assert sealed.read(tmp_path / "items.sealed", KEY) == b"zorb"
    sealed.write(tmp_path / "items.jsonl", json.dumps("zorb"), None)
    assert sealed.read(tmp_path / "items.jsonl", None) == b'"zorb"'
