"""A key figure, as kpis.yaml states it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from elt.run.entries import taken


@dataclass(frozen=True)
class Kpi:
    """A key figure: its name and meaning in two languages, and its formula (SQL)."""

    name: Mapping[str, str]
    definition: Mapping[str, str]
    formula: str
    unit: str  # money, share or count
    direction: str  # up: more is better; down; none
    exclusions: Mapping[str, str] | None = None
    over: str = "lines"  # or "customers": one row a customer with orders and revenue
    counts_people: bool = False  # its value is a number of persons: small ones are hidden

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The key figure of an entry of kpis.yaml."""
        return cls(**taken(cls, entry))
