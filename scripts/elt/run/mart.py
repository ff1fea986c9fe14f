"""A table of gold: its entry in marts.yaml or of the standard marts, its SQL, and the calendar that it may read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from elt.run import sql_names
from elt.run.columns import ClassedTable, Column
from elt.run.entries import Words, taken
from elt.tables import ColumnType

CALENDAR = "calendar.days"
COMPLETE_MONTHS = "calendar.months"
FACT = "fact_sales"


@dataclass(frozen=True)
class MartLedger:
    """What is proved of a mart: sums that equal a key figure, rows and money of a silver table that come out again."""

    kpis: Mapping[str, str] = field(default_factory=dict)  # column -> key figure over order lines
    table: str | None = None  # silver table
    rows: str | None = None  # "all": every record of the table is a row
    money: Mapping[str, str] = field(default_factory=dict)  # column -> field of the table
    left_out: Words | None = None  # why records of the table are no rows here


@dataclass(frozen=True)
class Mart:
    """A table of gold: its grain, key, references and columns; its SQL is `Company.queries[name]`."""

    name: str
    title: Words
    grain: Words
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    foreign_keys: Mapping[str, str] = field(default_factory=dict)  # column -> <mart>.<column>
    ledger: MartLedger = field(default_factory=MartLedger)
    left_out: tuple[str, ...] | None = None  # columns of a standard mart that need what the star schema lacks
    is_drawn: bool = False  # from roles, so that its classes are computed and not stated
    place_of: str | None = None  # of dim_location: whose country figures go by, the customer's or the order's
    derived: tuple[str, ...] = ()  # columns that are made after the SQL, by the rules of the star schema

    @classmethod
    def of(cls, name: str, entry: Mapping[str, Any]) -> Self:
        """The mart of an entry of marts.yaml, its standard columns fitted."""
        return cls(
            **taken(
                cls,
                entry,
                name=name,
                columns=tuple(Column.of(column, spec) for column, spec in entry["columns"].items()),
                foreign_keys=entry.get("foreignKeys", {}),
                ledger=MartLedger(**entry.get("ledger", {})),
            )
        )

    @property
    def made_by(self) -> str:
        """What a person corrects if it is wrong, in remedies: its SQL, or the roles that it is drawn from."""
        file = f"{self.name}.sql"
        return (
            f"the roles and foreignKeys of the contracts (snakemake draft_star writes {file})"
            if self.is_drawn
            else file
        )

    @property
    def is_standard(self) -> bool:
        """Whether it is an aggregate that every company gets, fitted to the columns that it has."""
        return self.left_out is not None

    @property
    def takes_classes(self) -> bool:
        """Whether its classes are computed, as the company has not written it."""
        return self.is_standard or self.is_drawn

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Name -> column."""
        return {item.name: item for item in self.columns}

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [item.name for item in self.columns]

    @property
    def required_columns(self) -> frozenset[str]:
        """Columns that must have a value: the key, and what is marked so."""
        return frozenset({*self.key, *(column.name for column in self.columns if column.required)})

    @property
    def flags(self) -> tuple[Column, ...]:
        """The columns that are true or false."""
        return tuple(column for column in self.columns if column.type == "boolean")

    @property
    def doubtful(self) -> tuple[Column, ...]:
        """The flags that say which values rest on an assumption."""
        return tuple(column for column in self.flags if column.doubts)

    @property
    def references(self) -> dict[str, tuple[str, str]]:
        """Column -> (mart, column of it) of the foreign keys."""
        split = {column: goal.partition(".") for column, goal in self.foreign_keys.items()}
        return {column: (mart, key) for column, (mart, _, key) in split.items()}

    @property
    def without_words(self) -> "Mart":
        """The mart without what it means, so that a new description builds nothing again."""
        return replace(self, title="", grain="", columns=tuple(replace(item, description="") for item in self.columns))

    @property
    def words(self) -> dict[str, Any]:
        """What the mart means: title, grain, and the description of each column."""
        columns = {item.name: item.description for item in self.columns}
        return {"title": self.title, "grain": self.grain, "description": columns}

    @property
    def typed_columns(self) -> tuple[ColumnType, ...]:
        """Name, type and decimals of the columns."""
        return tuple(item.typed for item in self.columns)

    @property
    def classed(self) -> ClassedTable:
        """Types and personal classes of the columns, and the key."""
        return ClassedTable(tuple(item.classed for item in self.columns), self.key)


@dataclass(frozen=True)
class Query:
    """The SQL of a mart: its file, relative to the project, and its text."""

    file: str
    text: str

    @property
    def code(self) -> str:
        """The text without comments and layout, which rerun nothing."""
        return sql_names.bare(self.text)

    @property
    def tables(self) -> tuple[str, ...]:
        """Dotted names of the tables that it reads, the calendar apart."""
        return tuple(name for name in sql_names.tables(self.text) if name not in (CALENDAR, COMPLETE_MONTHS))

    @property
    def reads_calendar(self) -> bool:
        """Whether it reads the days of the calendar."""
        return CALENDAR in sql_names.tables(self.text)

    @property
    def reads_months(self) -> bool:
        """Whether it reads which months are complete."""
        return COMPLETE_MONTHS in sql_names.tables(self.text)

    @property
    def kpis(self) -> tuple[str, ...]:
        """Names of the key figures that it uses."""
        return sql_names.kpis(self.text)


@dataclass(frozen=True)
class Calendar:
    """Whose public holidays count."""

    country: str
    subdivision: str | None = None
