"""What a contract says of other raw tables: foreign keys, and amounts that equal the sum of lines elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class ForeignKey:
    """Fields of a raw table whose values must stand in fields of another one (or of the same), as silver has both."""

    fields: tuple[str, ...]
    resource: str  # table that is referred to
    reference_fields: tuple[str, ...]
    budget: float | None = None  # share of records or money without a partner, where the settings' one does not count
    is_followed: bool = True  # whether roles are reached over it; if not, it is checked only

    @classmethod
    def of(cls, entry: Mapping[str, Any], table: str) -> Self:
        """The foreign key of an entry of a contract of `table`; a reference without a resource is to the same table."""
        reference = entry["reference"]
        fields, target = (
            (names,) if isinstance(names, str) else tuple(names) for names in (entry["fields"], reference["fields"])
        )
        resource, is_followed = reference.get("resource") or table, entry.get("follow", True)
        return cls(fields, resource, target, entry.get("budget"), is_followed)

    @property
    def target(self) -> str:
        """What it refers to, in messages."""
        return ", ".join(f"{self.resource}.{name}" for name in self.reference_fields)


@dataclass(frozen=True)
class EqualSum:
    """An amount of a raw table that must equal the sum of the lines of another one, as silver has both."""

    field: str
    fields: tuple[str, ...]  # of the table, by which its lines are found
    resource: str  # table of the lines
    reference_fields: tuple[str, ...]  # of that table, in the same order
    sum_of: str  # field of that table
    tolerance: float = 0  # by which both may differ
    budget: float | None = None  # share of records or money that may differ, where the settings' one does not count

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The equality of an entry of a contract."""
        reference = entry["reference"]
        own, its = (
            (names,) if isinstance(names, str) else tuple(names) for names in (entry["fields"], reference["fields"])
        )
        more = {key: entry[key] for key in ("tolerance", "budget") if key in entry}
        return cls(entry["field"], own, reference["resource"], its, reference["sum"], **more)

    @property
    def target(self) -> str:
        """What is summed up, in messages."""
        return f"{self.resource}.{self.sum_of}"
