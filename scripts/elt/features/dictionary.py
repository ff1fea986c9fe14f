"""The feature dictionary as Markdown: what each feature means, how it is spread, what is left out and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from elt.features.catalogue import Feature
from elt.features.rounding import ROUNDED, told
from elt.protection.disclosure import count_text
from elt.report.markdown import Markdown, code, table
from elt.report.numbers import number

if TYPE_CHECKING:
    import pandas as pd

PERCENTILES = (5, 50, 95)  # not the smallest and the largest value, which may be one person
DECIMALS = {"money": 2, "share": 3, "lines": 2, "pieces": 2}  # of a percentile, by unit; other units 0
ABSENT = {
    "gross_margin_rate": "No cost is known: no gross margin rate.",
    "main_category_share": "The star schema knows no category of a product: no features about categories.",
}
PUBLISHED = {
    ROUNDED: "Values are rounded as the last column but one says, so that who knows some purchases of a person finds "
    "many customers who fit. The segments are made of the exact values, which stay in the protected layers; the "
    "percentiles below are exact too. `_meta/uniqueness_report.md` measures how many can be found.\n\n",
    "exact": "Values are exact, as the setting `published_features` asks for: who knows some purchases of a person may "
    "find that person's row. `_meta/uniqueness_report.md` measures how many can be found.\n\n",
}
LEFT_OUT = (
    ("Names, customer numbers, order numbers, surrogate keys", "identify a person; the pseudonym stands for them"),
    (
        "Date of birth, age, gender, marital status",
        "not needed to describe buying; treating people by them needs grounds",
    ),
    ("Country, region, city", "reported for groups only; with revenue and dates it singles people out"),
    ("Dates of orders", "replaced by days up to the analysis date"),
)


@dataclass(frozen=True)
class NotInTable:
    """Customers and order lines that are counted, but not in the table of features."""

    customers_without_orders: int = 0
    customers_objected: int = 0
    lines_unknown: int = 0
    lines_later: int = 0
    objections_awaited: int = 0
    collective_accounts: int = 0
    remarks: Sequence[str] = ()

    def rows(self, minimum_group: int) -> list[list[str]]:
        """What and how many, as rows of a table; a count of few people is hidden."""
        awaited = [
            "Entries of the list of objections that are no customer now",
            people(self.objections_awaited, minimum_group),
        ]
        collective = ["Collective accounts, as the contracts list them", number(self.collective_accounts)]
        return [
            ["Customers without an order", people(self.customers_without_orders, minimum_group)],
            ["Customers who object to profiling", people(self.customers_objected, minimum_group)],
            *([awaited] * bool(self.objections_awaited)),
            *([collective] * bool(self.collective_accounts)),
            ["Order lines of the unknown customer (key 0)", number(self.lines_unknown)],
            ["Order lines after the analysis date", number(self.lines_later)],
        ]


def spread(values: "pd.Series", decimals: int, minimum_group: int) -> list[str]:
    """The percentiles as text; one with fewer than the minimum of people at or beyond it is hidden."""
    shown = []
    for percentile in PERCENTILES:
        value, heads = beyond(values, percentile)
        shown.append(number(value, decimals) if heads >= minimum_group else "–")
    return shown


def people_behind(
    frame: "pd.DataFrame", entries: Sequence[Feature], absent: NotInTable, minimum_group: int
) -> dict[str, int]:
    """People behind what the dictionary shows of people, by its place in it; what is hidden is not in it."""
    found = {"customers": len(frame)}
    for entry in entries:
        values = frame[entry.name]
        for percentile in PERCENTILES:
            found[f"{entry.name}.{percentile}"] = beyond(values, percentile)[1]
    found["without orders"] = absent.customers_without_orders
    found["objected"], found["awaited"] = absent.customers_objected, absent.objections_awaited
    return {place: count for place, count in found.items() if count >= minimum_group}


def beyond(values: "pd.Series", percentile: int) -> tuple[float, int]:
    """A percentile and how many people have it or a smaller value, or it or a larger one: the fewer of them."""
    value = values.quantile(percentile / 100, interpolation="lower" if percentile < 50 else "nearest")
    return value, int(min((values <= value).sum(), (values >= value).sum())) if len(values) else 0


def people(count: int, minimum_group: int) -> str:
    """A count of people as text, hidden under the minimum group."""
    shown = count_text(count, minimum_group)
    return shown if isinstance(shown, str) else number(shown)


def dictionary(
    frame: "pd.DataFrame",
    entries: Sequence[Feature],
    today: date | None,
    not_in_table: NotInTable,
    minimum_group: int,
    published: str = ROUNDED,
) -> str:
    """The whole dictionary. frame: exact features; today: the analysis date, None without orders; published: how."""
    meanings = [[code(e.name), e.description, e.formula, e.unit, told(e, published), e.source] for e in entries]
    spreads = [[code(e.name), *spread(frame[e.name], DECIMALS.get(e.unit, 0), minimum_group)] for e in entries]
    absent = sorted(ABSENT.keys() - {entry.name for entry in entries})
    parts = [
        f"# {people(len(frame), minimum_group)} customers, {len(entries)} features\n\n",
        f"One row a customer with at least one order up to the analysis date, {today or 'none: no orders'}.\n\n",
        "The table is pseudonymised. For whoever holds the key it remains personal data.\n\n",
        "## What each feature means\n\n",
        "The first column, `customer`, is the pseudonym; the rows are sorted by it.\n\n",
        PUBLISHED[published],
        table(["feature", "meaning", "formula", "unit", "published", "source"], meanings),
        *(f"{ABSENT[name]}\n\n" for name in absent),
        "## How the features are spread\n\n",
        f"Percentiles, because a smallest or largest value may be one person. “–” stands where fewer than "
        f"{minimum_group} customers lie at or beyond the value.\n\n",
        table(["feature", "5 %", "50 %", "95 %"], spreads),
        "## Counted, but not in the table\n\n",
        table(["what", "number"], not_in_table.rows(minimum_group)),
        *(f"The list of objections: {remark}.\n\n" for remark in not_in_table.remarks),
        "## Left out on purpose\n\n",
        table(["what", "why"], LEFT_OUT),
    ]
    return Markdown("".join(parts).rstrip("\n") + "\n")
