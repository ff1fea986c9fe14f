"""Segments by name: the number of each customer's segment with its name in a language."""

import pytest

import segmentation_names
from elt.files import write_json

MODEL = {
    "segments": [{"label": 1, "name": {"en": "Buyers", "de": "Käufer"}}, {"label": 2, "name": {"en": "B", "de": "K"}}]
}


@pytest.mark.parametrize(
    ("rows", "language", "expected"),
    [
        ("cu1_a,2\ncu1_b,1\n", "en", "cu1_a,2,B\ncu1_b,1,Buyers\n"),
        ("cu1_a,2\ncu1_b,1\n", "de", "cu1_a,2,K\ncu1_b,1,Käufer\n"),
        ("", "de", ""),
    ],
)
def test_each_customer_gets_the_name_of_the_segment(tmp_path, rows, language, expected):
    (tmp_path / "clusters.csv").write_text(f"customer,segment\n{rows}", encoding="utf-8")
    write_json(tmp_path / "model.json", MODEL)
    segmentation_names.main(
        str(tmp_path / "clusters.csv"), str(tmp_path / "model.json"), language, str(tmp_path / "t.csv")
    )
    assert (tmp_path / "t.csv").read_text("utf-8") == f"customer,segment,segment_name\n{expected}"
