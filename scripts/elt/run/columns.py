"""A column of a table: type, personal class and meaning; what contracts and marts have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from elt.run.entries import Words, taken
from elt.tables import ColumnType


@dataclass(frozen=True)
class ClassedColumn(ColumnType):
    """A column with its personal class: none, quasi, identifier or direct."""

    personal: str = "direct"  # unknown means personal
    from_persons: bool = False  # made of something personal, or of the name of a file, whatever its class


@dataclass(frozen=True)
class ClassedTable:
    """A table with its personal classes and its key: what a search for personal values has to know of it."""

    columns: tuple[ClassedColumn, ...]
    key: tuple[str, ...]


@dataclass(frozen=True)
class Column(ClassedColumn):
    """A column of a mart: its type, its personal class and what it means."""

    description: Words = ""
    required: bool = False
    unit: str | None = None
    doubts: tuple[str, ...] = ()  # of a flag: columns whose values rest on an assumption where it is true
    why: Words = ""  # what is assumed there

    @classmethod
    def of(cls, name: str, entry: Mapping[str, Any]) -> Self:
        """The column of an entry of marts.yaml."""
        return cls(**taken(cls, entry, name=name))

    @property
    def typed(self) -> ColumnType:
        """Name, type and decimals alone: what reading a table needs, so that a new description reruns nothing."""
        return ColumnType(self.name, self.type, self.decimals)

    @property
    def classed(self) -> ClassedColumn:
        """Type and personal class alone."""
        return ClassedColumn(self.name, self.type, self.decimals, self.personal, self.from_persons)
