"""Snakemake writes params down without pandas, and the same."""

import datetime
from functools import partial
from types import SimpleNamespace

import pytest
from snakemake.persistence import PersistenceBase

from elt.command import plain_params

VALUES = [None, 1, 1.5, True, "text", ["a", 1], {"b": {"c": (1, 2)}}, {1}, frozenset(), b"bytes", range(3)]


def test_the_method_that_it_stands_in_for_is_as_known():
    assert plain_params.shape(PersistenceBase) == plain_params.STANDS_IN_FOR


@pytest.mark.parametrize("value", [*VALUES, datetime.date(2020, 1, 1)], ids=repr)
def test_params_are_written_down_as_ever(value: object, monkeypatch: pytest.MonkeyPatch):
    ordinary = PersistenceBase._serialize_param_pandas
    monkeypatch.setattr(PersistenceBase, "_serialize_param_pandas", ordinary)
    plain_params.start()
    builtin = PersistenceBase._serialize_param_builtin
    assert PersistenceBase._serialize_param_pandas is builtin
    persistence = SimpleNamespace(_serialize_param_builtin=partial(builtin, None))
    assert builtin(None, value) == ordinary(persistence, value)


@pytest.mark.parametrize(("name", "value"), [("SNAKEMAKE", "9.0.0"), ("STANDS_IN_FOR", "0")])
def test_it_is_left_out_where_snakemake_differs(name: str, value: str, monkeypatch: pytest.MonkeyPatch):
    ordinary = PersistenceBase._serialize_param_pandas
    monkeypatch.setattr(PersistenceBase, "_serialize_param_pandas", ordinary)
    monkeypatch.setattr(plain_params, name, value)
    plain_params.start()
    assert PersistenceBase._serialize_param_pandas is ordinary
