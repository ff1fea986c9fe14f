"""Customers who object to profiling (Art. 21 GDPR): a list outside git, read by the step that makes features."""

from pathlib import Path

import polars as pl

from elt.faults import Fault
from elt.protection.pseudonyms import harmonised, is_tracked


def read(path: str | Path) -> set[str]:
    """The customer numbers of a list, one a line; empty lines and lines that begin with # do not count.

    Raises Fault for a list that git tracks or that is no text.
    """
    if is_tracked(Path(path)):
        raise Fault(Path(path).name, "git tracks the list of objections", "Take it out of git and keep it elsewhere")
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Fault(Path(path).name, "cannot be read as UTF-8 text", "Write one customer number a line") from None
    return {harmonised(line) for line in lines if line.strip() and not line.lstrip().startswith("#")}


def keys(customers: pl.LazyFrame, numbers: set[str]) -> list[int]:
    """Surrogate keys of the customers with these numbers; who is no customer (any more) has none."""
    number = pl.col("customer_number").str.strip_chars()
    found = customers.filter(number.is_in(sorted(numbers))).select("customer_key").sort("customer_key").collect()
    return found["customer_key"].to_list()
