"""Which raw tables with personal fields come together where: in a mart, or in a published table with a row a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elt.privacy.data_map import PERSONAL
from elt.run.contract import Contract


@dataclass(frozen=True)
class Combination:
    """A mart or published table, the raw tables whose personal values it holds, and those that only choose its rows."""

    where: str
    by_value: tuple[str, ...]
    choosing: tuple[str, ...] = ()

    @property
    def tables(self) -> frozenset[str]:
        """Every raw table of it."""
        return frozenset({*self.by_value, *self.choosing})


def personal_raw(contracts: Mapping[str, Contract]) -> set[str]:
    """<table>.<field> of every personal field."""
    return {
        f"{name}.{item.name}"
        for name, contract in contracts.items()
        for item in contract.fields
        if item.personal in PERSONAL
    }


def combinations(
    mapped: Mapping[str, Any], contracts: Mapping[str, Contract], row_level: Mapping[str, Any]
) -> list[Combination]:
    """Every mart and row-level table in which personal fields of two or more raw tables meet.

    mapped: the data map; row_level: the published tables of the policy, by file name. Marts that group persons away
    count as well: their records were matched before.
    """
    personal, found = personal_raw(contracts), []
    for name, mart in mapped["marts"].items():
        values = {raw for column in mart["columns"].values() for raw in column["raw"]} & personal
        found.append(combination(name, values, set(mart["chosen_by"]) & personal))
    for name in row_level:
        items = (item for item in mapped["published"] if Path(item["file"]).name == name)
        found.append(combination(name, {raw for item in items for raw in item["raw"]} & personal, set()))
    return [one for one in found if len(one.tables) > 1]


def combination(where: str, values: set[str], choosing: set[str]) -> Combination:
    """The raw tables of fields as <table>.<field>; what gives values is not named again as choosing."""
    by_value = {raw.partition(".")[0] for raw in values}
    chosen = {raw.partition(".")[0] for raw in choosing} - by_value
    return Combination(where, tuple(sorted(by_value)), tuple(sorted(chosen)))


def combined_tables(found: Sequence[Combination]) -> list[str]:
    """Every raw table that meets another one, sorted."""
    return sorted({table for one in found for table in one.tables})
