"""The ledger of a page: every figure that it prints, with value, unit and origin, entered as it is printed.

An origin is one of these, so that whoever holds the run computes the figure again from its entry alone:
- `query`: SQL over the tables of gold (gold.fact_sales), of silver and of its quarantine (silver.orders,
  quarantine.orders, all of it text), over the ledger's own `tables`, which are SQL over them, and over its `files`,
  tables of another run, told by run, file and SHA-256
- `file` and `path`: a place in a file of the run, step by step: a key, or of a list the element of that name or number;
  * for all, ** for all at any depth, a list for several keys as far as they are there, {"code": …} for elements with
  that code, or with that value of another key; `paths` are several. `function` takes what was found together: sum
  (`times` a number), count (of those equal to `where`, if it is given), pairs (of a symmetric matrix those beyond
  `above`, whatever their sign), smallest (above zero, under keys that are `named`), quotient (by what stands at `of`)
- `formula`: arithmetic (// leaves the rest out) and comparisons (1 if they hold) over numbers and other entries, whose
  names stand in square brackets; COUNT(…) is how many

or, of what needs more, `method`: how it is computed, in words. SQL is that of DuckDB. No figure that a page prints has
no entry: `Told` enters it and only then gives its text.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from elt.report.numbers import decimals_of, number, percent
from elt.report.words import Words

EXACT = Decimal("0.000001")
FINE = Decimal("0.000000000001")  # of what is printed from here: 0.9064999997 is 90.6 %, though 0.9065 is 90.7 %
ABSENT = "–"
Origin = Mapping[str, Any]


def exact(value: Any, step: Decimal = EXACT) -> str | int | None:
    """A value as a ledger keeps it: whole numbers and None as they are, dates as ISO, the rest as decimal text."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return format(Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP).normalize(), "f")


def query(sql: str) -> dict[str, str]:
    """An origin in SQL."""
    return {"query": sql}


def quoted(value: Any) -> str:
    """A text as SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def at(file: str, *path: Any, **more: Any) -> dict[str, Any]:
    """An origin at a place in a file; more: the function and what belongs to it."""
    return {"file": file, "path": list(path), **more}


class FigureLedger:
    """Figures by name, each entered once."""

    def __init__(self) -> None:
        self.figures: dict[str, dict[str, Any]] = {}

    def keep(self, name: str, entry: dict[str, Any]) -> str:
        """Keep an entry and return its name; ValueError if another one has it."""
        if self.figures.setdefault(name, entry) != entry:
            raise ValueError(f"two figures are called {name}")
        return name


class Told:
    """The words of a page, and the ledger of its figures: a figure is entered, and only then is it text."""

    def __init__(self, words: Words) -> None:
        self.words, self.ledger = words, FigureLedger()

    def __getitem__(self, key: str) -> Any:
        """The words under a key."""
        return self.words[key]

    @property
    def language(self) -> str:
        """The language of the words."""
        return str(self.words["language"])

    def enter(self, name: str, value: Any, unit: str, decimals: int, origin: Origin) -> str | int | None:
        """Enter a figure and return its value as the ledger has it."""
        kept = exact(value, FINE)
        self.ledger.keep(name, {"value": kept, "unit": unit, "decimals": decimals, **origin})
        return kept

    def number(
        self, name: str, value: Any, origin: Origin, decimals: int = 0, unit: str = "count", *, sign: bool = False
    ) -> str:
        """A number with so many decimals; `sign` writes + before gains."""
        return number(self.enter(name, value, unit, decimals, origin), decimals, self.language, sign=sign)

    def amount(self, name: str, value: float | None, origin: Origin, decimals: int = 2, unit: str = "money") -> str:
        """A figure, whole numbers without decimals; a dash where it is not shown."""
        if value is None:
            return ABSENT
        return self.number(name, value, origin, 0 if value == int(value) else decimals, unit)

    def exact(self, name: str, value: Any, origin: Origin, unit: str = "money") -> str:
        """An exact amount with as many decimals as it has, and at least two."""
        return self.number(name, value, origin, decimals_of(value), unit)

    def share(self, name: str, value: Any, origin: Origin, decimals: int = 1) -> str:
        """A share as per cent."""
        return percent(self.enter(name, value, "share", decimals, origin), decimals, self.language)
