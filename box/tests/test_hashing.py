"""The same bytes as src/core/hash.ts: these are what its own tests expect too."""

import pytest

from ml_intern_box.hashing import canonical


def test_keys_are_sorted_by_code_point_and_text_is_kept():
    value = {"b": [1, True, None], "a": "é\n\u2028", "\U0001f600": 1, "\uffff": 2}
    assert canonical(value).decode() == '{"a":"é\\n\u2028","b":[1,true,null],"\uffff":2,"\U0001f600":1}'


def test_lone_surrogates_are_escaped_as_javascript_does():
    assert canonical("\ud800x") == b'"\\ud800x"'


def test_floats_are_refused():
    with pytest.raises(TypeError):
        canonical({"a": [1.0]})
