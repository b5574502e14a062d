"""Rows that mean the same as an item are found where an embedding model is at hand, and its absence is told."""

import json

import pytest
from ml_intern_box import overlap_rows, overlap_semantic
from ml_intern_box.errors import BoxError
from ml_intern_box.overlap_index import Index
from ml_intern_box.overlap_items import all_parts
from ml_intern_box.overlap_scan import scan_records

ITEM = {"question": "In which year did the lighthouse of 1872 get its second lamp?", "answer": "1901"}
ROWS = [
    {"question": "When was another light fitted to the beacon of 1872?", "answer": "1901"},
    {"question": "When was another light fitted to the beacon of 1899?", "answer": "1912"},
    {"question": "How tall is the tower of 1872?", "answer": "31 m"},
    ITEM,
]


def test_a_paraphrase_is_semantic_unless_its_numbers_differ_and_a_copy_stays_verbatim(tmp_path):
    numpy = pytest.importorskip("numpy")

    def encode(texts):
        """Two meanings: second lamps, and the rest."""
        return numpy.array([[1.0, 0.0] if "lamp" in text or "light fitted" in text else [0.0, 1.0] for text in texts])

    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    whole = overlap_rows.open_file(str(path))
    index = Index(all_parts([ITEM]))
    findings = scan_records(index, overlap_rows.read(whole), None, lambda rows: None)
    overlap_semantic.add(index, [whole], None, [findings], "any", None, lambda rows: None, encode)
    assert [(hit.row, hit.item, hit.kind) for hit in findings.hits] == [(0, 0, "semantic"), (3, 0, "verbatim")]
    assert list(findings.flagged) == [0, 3] and findings.kinds == {"semantic": 1, "verbatim": 1}


def test_a_model_that_is_not_there_is_an_error_that_says_what_to_name(tmp_path):
    pytest.importorskip("transformers")
    with pytest.raises(BoxError) as error:
        overlap_semantic.load(str(tmp_path / "nothing"))
    assert "cannot be loaded" in error.value.message and "transformers" in error.value.next_step


def test_a_model_from_a_folder_gives_unit_vectors(tmp_path):
    pytest.importorskip("transformers")
    from tiny import make_model

    encode = overlap_semantic.load(str(make_model(tmp_path / "model")))
    vectors = encode(["what colour is the zorb ?", "red"])
    assert vectors.shape[0] == 2 and vectors.norm(dim=1).tolist() == pytest.approx([1.0, 1.0], abs=1e-4)
