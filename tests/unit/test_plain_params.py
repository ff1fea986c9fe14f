"""Snakemake writes params down and hands them to scripts without the packages of tables, and the same."""

import datetime
import pickle
import re
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
    persistence = SimpleNamespace(_serialize_param_builtin=partial(PersistenceBase._serialize_param_builtin, None))
    plain_params.start()
    assert PersistenceBase._serialize_param_pandas is not ordinary
    assert PersistenceBase._serialize_param_pandas(persistence, value) == ordinary(persistence, value)


def test_of_a_long_param_a_hash_is_written_down_that_is_another_one_for_another_param():
    plain_params.start()
    tell = partial(PersistenceBase._serialize_param_pandas, None)
    longest = "x" * (plain_params.LONG - 2)
    assert tell(longest) == repr(longest)
    first, other = tell({"a": longest}), tell({"a": longest[:-1] + "y"})
    assert re.fullmatch(r"207 characters, [0-9a-f]{12}", first)
    assert first != other and tell({"a": longest}) == first


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
