"""From one raw table to others along their foreign keys, and the joins of SQL that this takes.

A step leads from the fields of a foreign key to the table that it refers to; the other way only to a table that refers
by its whole primary key, as details of a customer do. A step is single if it finds one record at most, so
that a join doubles no row; over another one no join goes, but what its key holds is known without a join.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from elt.run.contract import Contract


class Step(NamedTuple):
    """From a table to another one: pairs of fields that are equal, and whether it finds one record at most."""

    source: str
    target: str
    pairs: tuple[tuple[str, str], ...]  # field of the source, of the target
    is_single: bool
    is_forward: bool = True

    @property
    def owned(self) -> list[str]:
        """Fields of the source that refer to the target; none of a step the other way."""
        return [own for own, _ in self.pairs] if self.is_forward else []

    @property
    def known(self) -> dict[str, str]:
        """Field of the target -> the field of the source that holds the same, where the source states it."""
        return {its: own for own, its in self.pairs} if self.is_forward else {}


class Place(NamedTuple):
    """A field of a raw table."""

    table: str
    field: str


def steps(contracts: Mapping[str, Contract]) -> Iterator[Step]:
    """All steps between raw tables; those of foreign keys first, in the order of contracts and keys."""
    backward = []
    for name, contract in contracts.items():
        for key in contract.foreign_keys:
            if key.resource == name or key.resource not in contracts or not key.is_followed:
                continue
            pairs = tuple(zip(key.fields, key.reference_fields, strict=False))
            is_single = set(key.reference_fields) == set(contracts[key.resource].primary_key)
            yield Step(name, key.resource, pairs, is_single)
            if set(key.fields) == set(contract.primary_key):
                turned = tuple((its, own) for own, its in pairs)
                backward.append(Step(key.resource, name, turned, is_single=True, is_forward=False))
    yield from backward


def quoted(name: str) -> str:
    """A name in SQL."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


@dataclass(frozen=True)
class Reach:
    """The tables that are reached from one: the step by which each is, nearest first; the start has none.

    `unclear`: tables to which two steps lead from the same table, so that nobody can say which one is meant.
    """

    start: str
    ways: Mapping[str, Step | None]
    unclear: Collection[str] = ()

    @classmethod
    def of(cls, contracts: Mapping[str, Contract], start: str) -> "Reach":
        """What is reached from a table, each table by the shortest way."""
        every = list(steps(contracts))
        ways: dict[str, Step | None] = {start: None}
        unclear, ahead = set(), [start]
        while ahead:
            here = ahead.pop(0)
            found = [step for step in every if step.source == here]
            unclear |= {
                step.target
                for i, step in enumerate(found)
                if step.is_forward and any(one.is_forward and one.target == step.target for one in found[:i])
                and step.target not in ways
            }  # fmt: skip
            for step in found:
                if step.target not in ways:
                    ways[step.target] = step
                    ahead.append(step.target)
        return cls(start, ways, frozenset(unclear))

    def way(self, table: str) -> list[Step]:
        """The steps to a table, from the start on."""
        found: list[Step] = []
        while (step := self.ways[table]) is not None:
            found.insert(0, step)
            table = step.source
        return found

    def is_joined(self, table: str) -> bool:
        """Whether joins reach a table without doubling a row, and it is clear by which."""
        return table in self.ways and all(
            step.is_single and step.target not in self.unclear for step in self.way(table)
        )

    def nearest(self, place: Place) -> Place:
        """The same value in a table nearer to the start, where a reference states it there."""
        step = self.ways[place.table]
        while step is not None and place.field in step.known:
            place = Place(step.source, step.known[place.field])
            step = self.ways[place.table]
        return place

    def alias(self, table: str) -> str:
        """Name of a table in the SQL: t for the start, t1, t2, … for the others."""
        number = list(self.ways).index(table)
        return f"t{number or ''}"

    def sql(self, place: Place) -> str:
        """A field as the joined tables have it."""
        return f"{self.alias(place.table)}.{quoted(place.field)}"

    def joined(self, tables: Iterable[str]) -> str:
        """FROM and JOIN of the start and the tables that are asked for, with those on the way to them."""
        needed = {step.target for table in tables for step in self.way(table)}
        lines = [f"FROM silver.{self.start} AS {self.alias(self.start)}"]
        for table, step in self.ways.items():
            if step is not None and table in needed:
                equal = " AND ".join(
                    f"{self.sql(Place(step.source, own))} = {self.sql(Place(table, its))}" for own, its in step.pairs
                )
                lines.append(f"LEFT JOIN silver.{table} AS {self.alias(table)} ON {equal}")
        return "\n".join(lines)
