"""A raw table and its way to silver, as its contract in `config/<company>/contracts/` states it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from elt.files import read_yaml
from elt.run.columns import ClassedTable
from elt.run.dialect import StatedDialect
from elt.run.entries import Words, composed, plain_dates, taken
from elt.run.fields import Field
from elt.run.relations import EqualSum, ForeignKey
from elt.tables import ColumnType


@dataclass(frozen=True)
class Repair:
    """A repair of silver: where `when` holds, the field becomes `set` (SQL expressions)."""

    field: str
    when: str
    set: str
    why: Words


@dataclass(frozen=True)
class QuarantineRule:
    """Records for which `when` (SQL) holds go to quarantine under a code."""

    code: str
    when: str
    why: Words


@dataclass(frozen=True)
class Contract:
    """A raw table: its files, dialect, key, fields, repairs and quarantine rules. One silver table comes of it."""

    name: str
    title: Words
    files: str  # pattern below the raw folder
    primary_key: tuple[str, ...]
    fields: tuple[Field, ...]
    department: Words = ""
    dialect: StatedDialect = field(default_factory=StatedDialect)
    sheet: str | None = None  # of a workbook; None: the files are text
    may_be_empty: bool = False
    latest: str | None = None  # the field by which the newest record of a repeated key is kept
    time_zone: str | None = None  # as the contract states it
    ignore: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    quarantine: tuple[QuarantineRule, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    equal_sums: tuple[EqualSum, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()  # further fields whose values together are expected once

    @classmethod
    def of(cls, entry: Mapping[str, Any], time_zone: str | None = None) -> Self:
        """The contract of a YAML document that its schema allows; `time_zone`: of the company, unless it states one."""
        stated, day_first = entry.get("timeZone"), entry.get("dayFirst")
        return cls(
            **taken(
                cls,
                entry,
                primary_key=tuple(entry["primaryKey"]),
                fields=tuple(Field.of_entry(one, stated or time_zone, day_first=day_first) for one in entry["fields"]),
                time_zone=stated,
                dialect=StatedDialect.of(entry.get("dialect", {})),
                may_be_empty=entry.get("mayBeEmpty", False),
                latest=entry.get("keep", {}).get("latest"),
                repairs=tuple(Repair(**repair) for repair in entry.get("repairs", ())),
                quarantine=tuple(QuarantineRule(**rule) for rule in entry.get("quarantine", ())),
                foreign_keys=tuple(ForeignKey.of(key, entry["name"]) for key in entry.get("foreignKeys", ())),
                equal_sums=tuple(map(EqualSum.of, entry.get("equalSums", ()))),
                unique_keys=tuple(map(tuple, entry.get("uniqueKeys", ()))),
            )
        )

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Name -> field."""
        return {item.name: item for item in self.fields}

    @property
    def names(self) -> list[str]:
        """Names of the fields, in order."""
        return [item.name for item in self.fields]

    @property
    def typed_columns(self) -> tuple[ColumnType, ...]:
        """Name, type and decimals of the fields."""
        return tuple(item.typed for item in self.fields)

    @property
    def amounts(self) -> tuple[str, ...]:
        """Names of the fields whose sum is followed through the ledger."""
        return tuple(item.name for item in self.fields if item.money)

    @property
    def classed(self) -> ClassedTable:
        """Types and personal classes of the fields, and the key."""
        return ClassedTable(tuple(item.classed for item in self.fields), self.primary_key)

    @property
    def erasure_kinds(self) -> frozenset[str]:
        """Kinds of numbers by which a person's records are found for erasure."""
        return frozenset(item.erasure for item in self.fields if item.erasure)


def read_contract(path: str | Path, time_zone: str | None = None) -> Contract:
    """The contract in a file whose schema was checked when the run was planned; `time_zone`: of the company."""
    return Contract.of(composed(plain_dates(read_yaml(path))), time_zone)
