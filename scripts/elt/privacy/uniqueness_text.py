"""The report of uniqueness as Markdown: who is alone with what is known of customers and of their purchases."""

from collections.abc import Callable, Mapping
from typing import Any

from elt.privacy.partial_knowledge import MOST_KNOWN
from elt.privacy.uniqueness import worst
from elt.report.markdown import Markdown, code, table
from elt.report.numbers import number, percent

HIDDEN = "–"
LOOKED_UP = (
    "The purchases of {number} customers were looked up, all of them or {most} evenly spread, and compared with all "
    "rows of `customer_features.csv`. Whoever looks knows how the table is rounded and takes every row that fits: of "
    "the recency of the latest purchase, of as many orders, as long a time and as much money or more. Who knows the "
    "goods as well, or holds another table of the same persons, finds more.\n"
)


def cells_of(entry: Mapping[str, Any]) -> list[str]:
    """Counts of an entry and the share of those alone, as text."""
    counts = [HIDDEN if entry[name] is None else number(entry[name]) for name in ("unique", "small", "protected")]
    share = HIDDEN if entry["unique_share"] is None else percent(entry["unique_share"], 1)
    return [counts[0], share, *counts[1:]]


def rows_of(measures: Mapping[str, Mapping[str, Any]]) -> list[list[Any]]:
    """Every column alone, the worst combination of each size, and all together, as rows of a table."""
    found = [*measures.values()]
    sizes = sorted({len(entry["columns"]) for entry in found})
    chosen = [entry for entry in found if len(entry["columns"]) == 1]
    chosen += [entry for size in sizes[1:] if (entry := worst(found, size))]
    return [[Markdown(", ".join(map(code, entry["columns"]))), *cells_of(entry)] for entry in chosen]


def purchase_rows(found: Mapping[str, Mapping[str, Any]]) -> list[list[Any]]:
    """Every kind of knowledge about purchases, as rows of a table."""
    return [[entry["knows"], *cells_of(entry)] for entry in found.values()]


def section(title: str, part: Mapping[str, Any], minimum: int, rows: Callable[[Any], list[list[Any]]]) -> str:
    """One part of the report as Markdown."""
    columns = [
        "known of a customer",
        "alone",
        "share of customers",
        f"with 1 to {minimum - 2} others",
        f"with {minimum - 1} others or more",
    ]
    treatments = table(["column", "published"], [[code(name), how] for name, how in part["published_as"].items()])
    before, after = (
        table(columns, found) if (found := rows(part[when])) else "None.\n\n" for when in ("before", "after")
    )
    return f"## {title}\n\n{treatments}### Before: exact\n\n{before}### After: as published\n\n{after}"


def report(found: Mapping[str, Any]) -> str:
    """The report as Markdown; each column alone, and of larger combinations the one that singles out most people."""
    minimum = found["minimum_group"]
    return (
        "# How unique customers are\n\n"
        "People who are alone with what is known of them can be found by whoever knows it, with or without a name. "
        "Before: the exact values, in the protected layers. After: what is published.\n\n"
        f"A dash: fewer than {minimum} people, or hidden because the others would tell. Every combination is in "
        "`uniqueness_report.json`.\n\n"
        + section("What is known of customers", found["quasi_identifiers"], minimum, rows_of)
        + section("What their purchases tell", found["purchases"], minimum, purchase_rows)
        + LOOKED_UP.format(number=number(found["purchases"]["looked_up"] or 0), most=number(MOST_KNOWN))
    )
