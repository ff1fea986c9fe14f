"""Customers who object to profiling (Art. 21 GDPR): a list outside git, read by the step that makes features."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from elt.faults import Fault
from elt.protection import person_lists
from elt.protection.person_lists import PersonList
from elt.protection.pseudonyms import is_tracked


@dataclass(frozen=True)
class Objections:
    """Surrogate keys of the customers who object, how many entries are no customer now, and remarks on the list."""

    keys: Sequence[int] = ()
    awaited: int = 0
    remarks: Sequence[str] = ()


def read(path: str | Path) -> PersonList:
    """The list; raises Fault for one that git tracks, that is no text."""
    name = Path(path).name
    if is_tracked(Path(path)):
        raise Fault(name, "git tracks the list of objections", "Take it out of git and keep it elsewhere")
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise Fault(name, f"cannot be read ({error.strerror})", "Give yourself the right to read it") from None
    return person_lists.read(person_lists.text_of(content, name), name)


def matched(
    stated: PersonList,
    customers: pl.LazyFrame,
    columns: Sequence[str],
    is_erased: Callable[[str], bool] = lambda number: False,
) -> Objections:
    """The customers on the list; raises Fault where an entry is no customer, erased, or marked as awaited.

    `customers`: dim_customer; `columns`: names of columns of raw files, by which a header is known; `is_erased`: of a
    customer number.
    """
    number = pl.col("customer_number").str.normalize("NFC").str.strip_chars()
    there = customers.filter(pl.col("customer_key") != 0).select("customer_key", number).sort("customer_key").collect()
    numbers = frozenset(there["customer_number"].drop_nulls())
    known = numbers | stated.held(is_erased)
    listed = person_lists.without_header(stated, known, columns)
    person_lists.check_single(listed, known)
    wanted = {line: line.entry(known) for line in listed.lines}
    unmatched = [line for line, entry in wanted.items() if entry not in known and not line.is_awaited]
    if unmatched:
        raise person_lists.refusal(listed, unmatched, person_lists.why(unmatched, known), "dim_customer")
    keys = there.filter(pl.col("customer_number").is_in(sorted(wanted.values())))["customer_key"].to_list()
    return Objections(keys, sum(entry not in numbers for entry in wanted.values()), listed.remarks())
