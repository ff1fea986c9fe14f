"""Snakemake writes params down and hands them to scripts without the packages of tables, and the same."""

import datetime
import pickle
from functools import partial
from types import SimpleNamespace

import polars as pl
import pytest
from snakemake.iocontainers import Params, Snakemake
from snakemake.persistence import PersistenceBase

from elt.command import plain_params


@pytest.fixture(autouse=True)
def ordinary_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test puts in the place of Snakemake's methods is gone after it."""
    monkeypatch.setattr(PersistenceBase, "_serialize_param_pandas", PersistenceBase._serialize_param_pandas)
    monkeypatch.setattr(Snakemake, "_safely_store_params", Snakemake._safely_store_params)


VALUES = [None, 1, 1.5, True, "text", ["a", 1], {"b": {"c": (1, 2)}}, {1}, frozenset(), b"bytes", range(3)]


@pytest.mark.parametrize("value", [*VALUES, datetime.date(2020, 1, 1)], ids=repr)
def test_params_are_written_down_as_ever(value: object):
    ordinary = PersistenceBase._serialize_param_pandas
    plain_params.start()
    builtin = PersistenceBase._serialize_param_builtin
    assert PersistenceBase._serialize_param_pandas is builtin
    persistence = SimpleNamespace(_serialize_param_builtin=partial(builtin, None))
    assert builtin(None, value) == ordinary(persistence, value)


class Given(Snakemake):
    """Of what Snakemake hands to a script, the params alone."""

    def __init__(self, **params: object) -> None:
        self._safely_store_params(Params(fromdict=params))


def handed_over(**params: object) -> dict[str, object]:
    """What a script reads, after the way through its preamble."""
    return dict(pickle.loads(pickle.dumps(Given(**params))).params.items())


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_params_are_handed_over_as_ever(value: object):
    ordinary = handed_over(first=value, second="text")
    plain_params.start()
    assert handed_over(first=value, second="text") == ordinary == {"first": value, "second": "text"}


def test_a_table_is_handed_over_the_ordinary_way():
    plain_params.start()
    found = handed_over(table=pl.DataFrame({"a": [1]}), other=1)
    assert (found["table"].to_dict(as_series=False), found["other"]) == ({"a": [1]}, 1)
