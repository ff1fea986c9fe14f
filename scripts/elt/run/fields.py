"""A field of a contract: a column of silver, and how its value is made from the text of the raw file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from elt.run.columns import Column
from elt.run.date_formats import is_day_first, is_year_first, is_zoned
from elt.run.entries import taken

SALES = "sales_amount"  # a role whose amounts are followed through the ledger without a word


def stated_orders(formats: Sequence[str], stated: Any) -> tuple[bool, ...]:
    """Whether the day comes first, for each format of a field, from `dayFirst` of its contract; empty if unstated.

    `stated`: true, false, a list of them, or None. One word for several formats leaves alone those that begin with the
    year, unless there is no other.
    """
    if stated is None:
        return ()
    if isinstance(stated, list):
        return tuple(stated)
    is_alone = all(map(is_year_first, formats))
    return tuple(stated if is_alone or not is_year_first(form) else bool(is_day_first(form)) for form in formats)


@dataclass(frozen=True)
class Field(Column):
    """A field of a contract: a column of silver, and how its value is made from the text of the raw file."""

    role: str | None = None  # what it is in the star schema, which is drawn from that
    erasure: str | None = None  # kind of number by which the record's person is found for erasure
    collective_accounts: tuple[str, ...] = ()  # customer numbers that stand for many people
    money: bool = False  # its sum is followed through the ledger
    formats: tuple[str, ...] = ()  # of a date
    day_first: tuple[bool, ...] = ()  # of each format, where the contract says so
    time_zone: str | None = None  # in which the day of time stamps with a zone counts; None if it has none such
    missing_values: tuple[str, ...] = ()
    position: int | None = None  # of its column in the file (1 is the first), where the header does not name it alone
    compute: str | None = None  # SQL over the other fields: a field that no file has
    convert: str | None = None  # SQL over the texts of the record, before the value is typed
    codes: Mapping[str, str] | None = None
    otherwise: str | None = None  # what a value in no code list becomes
    minimum: float | str | None = None  # a number, or a day as text
    maximum: float | str | None = None
    invalid: str = "quarantine"  # or "null": what an unreadable value makes of the record

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any], time_zone: str | None = None, *, day_first: bool | None = None) -> Self:
        """The field of an entry of a contract; `time_zone`, `day_first`: what its contract states for all."""
        form = entry.get("format", [])
        formats = (form,) if isinstance(form, str) else tuple(form)
        money = entry.get("money", entry.get("role") == SALES and entry["type"] == "number")
        default = None if all(map(is_year_first, formats)) else day_first
        return cls(
            **taken(
                cls,
                entry,
                formats=formats,
                day_first=stated_orders(formats, entry.get("dayFirst", default)),
                time_zone=time_zone if any(map(is_zoned, formats)) else None,
                missing_values=tuple(entry.get("missingValues", ())),
                money=money,
                collective_accounts=tuple(entry.get("collectiveAccounts", ())),
            )
        )

    @property
    def is_amount(self) -> bool:
        """Whether it is money that a file states: then a rounding of it is counted, with its amount."""
        return self.type == "number" and self.compute is None and (self.money or self.unit == "money")

    @property
    def is_limited(self) -> bool:
        """Whether the contract states a smallest or largest value."""
        return self.minimum is not None or self.maximum is not None

    def limit(self, name: str) -> Any:
        """`minimum` or `maximum` in the field's type: a number or a day; None if it is not stated."""
        value = getattr(self, name)
        return date.fromisoformat(value) if self.type == "date" and value is not None else value
