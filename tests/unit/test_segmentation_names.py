"""Segments by name: the number of each customer's segment with its name in a language."""

import pytest

import segmentation_names
from elt.files import write_json

MODEL = {
    "segments": [{"label": 1, "name": {"en": "Buyers", "de": "Käufer"}}, {"label": 2, "name": {"en": "B", "de": "K"}}]
}


def test_a_segment_that_keeps_the_number_of_an_earlier_run_is_called_by_it(tmp_path):
    segments = [one | {"cluster": one["label"], "label": 7 - one["label"]} for one in MODEL["segments"]]
    (tmp_path / "clusters.csv").write_text("customer,segment\ncu1_a,2\ncu1_b,1\n", encoding="utf-8")
    write_json(tmp_path / "model.json", {"segments": segments})
    segmentation_names.main(
        *(str(tmp_path / name) for name in ("clusters.csv", "model.json")), "en", str(tmp_path / "t.csv")
    )
    assert (tmp_path / "t.csv").read_text("utf-8") == "customer,segment,segment_name\ncu1_a,5,B\ncu1_b,6,Buyers\n"


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
