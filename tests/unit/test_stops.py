"""Budgets that stop a run: as a param they look alike, and what was found in a table tells whether a new one stops it."""

import pytest

from elt.faults import Fault
from elt.files import write_json
from elt.silver.stops import Stops

FOUND = {
    "records": 101,
    "erased": 1,
    "quarantined": [{"code": "wrong_width", "why": "too short", "records": 20, "first_records": [1]}],
    "warnings": [{"warning": "without_zone", "column": "day", "cells": 30, "of": 80, "money": {}}],
}


@pytest.mark.parametrize(
    ("stops", "is_exceeded"),
    [
        (Stops(0.2, 0.5, 0.5), False),  # 20 of the 100 records that are not an erased person's
        (Stops(0.19, 0.5, 0.5), True),
        (Stops({"default": 0.01, "total": 0.3, "wrong_width": 0.2}, 0.5, 0.5), False),
        (Stops(0.5, 0.3, 0.5), True),
        (Stops(0.5, 0.5, 0.0), False),  # days without a zone have a budget of their own
    ],
)
def test_a_table_that_is_made_exceeds_the_budgets_where_making_it_would_stop(tmp_path, stops, is_exceeded):
    write_json(tmp_path / "people.json", FOUND)
    assert stops.is_exceeded(tmp_path / "people.json") == is_exceeded
    if is_exceeded:
        with pytest.raises(Fault):
            stops.check("people", FOUND, 100)
    else:
        stops.check("people", FOUND, 100)


@pytest.mark.parametrize("text", [None, "{", "{}", "[]"])
def test_a_table_that_is_not_made_or_whose_metadata_are_damaged_exceeds_nothing(tmp_path, text):
    if text is not None:
        (tmp_path / "people.json").write_text(text, encoding="utf-8")
    assert not Stops(0.0).is_exceeded(tmp_path / "people.json")


def test_as_a_param_all_budgets_look_alike():
    assert repr(Stops(0.1)) == repr(Stops({"default": 0.2}, 0.3, 0.4))
