"""Collective accounts: customer numbers that stand for many people, such as one of all sales at the counter.

One that a contract lists (`collectiveAccounts`) gets no features and no segment. One that it does not list shows by its
share: a single customer who has a large part of all orders or revenue is named, as every figure about customers
depends on it. Where customers are many and one has most of all orders, there are no figures about customers left to
tell: the run stops.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from elt.gold import documents
from elt.gold.budgets import COLLECTIVE_ACCOUNT as FOUND
from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.run.mart import FACT
from elt.sales.groups import KNOWN
from elt.sales.order_lines import IS_ORDER
from elt.tables import ORDER_ID, ORDER_NUMBER

LISTED, UNMATCHED = "collective_account_listed", "collective_account_unmatched"
BESIDE_SEGMENTS = (FOUND, FOUND + assumptions.FEW_RECORDS, LISTED)
AMOUNT = "sales_amount"


def is_beside_segments(entry: Entry) -> bool:
    """Whether the figures of segments depend on what an entry says, so that it stands beside them."""
    return entry["code"] in BESIDE_SEGMENTS or entry.get("about") == assumptions.CUSTOMERS


@dataclass(frozen=True)
class CollectiveAccounts:
    """From which share of orders or revenue on a single customer is named, and the numbers that contracts list."""

    share: float
    listed: Sequence[str] = ()

    def keys(self, customers: pl.LazyFrame) -> list[int]:
        """Surrogate keys of the listed accounts; `customers`: dim_customer."""
        return self.matched(customers)["customer_key"].to_list()

    def matched(self, customers: pl.LazyFrame) -> pl.DataFrame:
        """The listed accounts among the customers: customer_key, customer_number; sorted."""
        number = pl.col("customer_number").cast(pl.String).str.normalize("NFC").str.strip_chars()
        there = customers.filter(KNOWN).select("customer_key", number)
        return there.filter(number.is_in(list(self.listed))).sort("customer_key").collect()


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row a customer, the unknown one too: customer_key, orders, revenue; sorted. `lines`: fact_sales."""
    columns = lines.collect_schema().names()
    order = pl.col(ORDER_ID if ORDER_ID in columns else ORDER_NUMBER)
    counted = order.filter(IS_ORDER) if documents.COLUMN in columns else order
    sums = [counted.n_unique().cast(pl.Int64).alias("orders"), pl.col(AMOUNT).sum().alias("revenue")]
    return lines.group_by("customer_key").agg(sums).sort("customer_key").collect(engine="streaming")


def added(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """What `totals` gives of all lines, from what it gives of parts of them that share no order."""
    return pl.concat(parts).group_by("customer_key").sum().sort("customer_key") if len(parts) > 1 else parts[0]


def share_of(part: pl.Expr, whole: Decimal | int) -> pl.Expr:
    """A share of a sum; 0 of nothing."""
    return part.cast(pl.Float64) / float(whole) if whole > 0 else pl.lit(0.0)


def entries(found: pl.DataFrame, customers: pl.LazyFrame | None, accounts: CollectiveAccounts) -> list[Entry]:
    """What is said of collective accounts: the listed ones together, listed ones that are none, large ones unlisted.

    `found`: totals of fact_sales; `customers`: dim_customer, needed if accounts are listed.
    """
    orders, revenue = int(found["orders"].sum() or 0), Decimal(str(found["revenue"].sum() or 0))
    is_large = pl.max_horizontal(share_of(pl.col("orders"), orders), share_of(pl.col("revenue"), revenue))
    there = accounts.matched(customers) if customers is not None and accounts.listed else None
    keys = [] if there is None else there["customer_key"].to_list()
    large = found.filter(KNOWN & (is_large >= accounts.share) & ~pl.col("customer_key").is_in(keys))

    def told(code: str, where: str, part: pl.DataFrame, **more: int) -> Entry:
        money, of_money = {AMOUNT: part["revenue"].sum()}, {AMOUNT: revenue}
        return assumptions.entry(code, where, int(part["orders"].sum()), orders, money, of_money, **more)

    said = []
    if there is not None:
        if there.height:
            said.append(told(LISTED, FACT, found.filter(pl.col("customer_key").is_in(keys))))
        unmatched = set(accounts.listed) - set(there["customer_number"])
        if unmatched:
            said.append(assumptions.entry(UNMATCHED, FACT, len(unmatched), len(accounts.listed)))
    for key in large["customer_key"]:
        said.append(told(FOUND, f"{FACT}, customer_key {key}", large.filter(pl.col("customer_key") == key), persons=1))
    return said


def buyers(found: pl.DataFrame) -> int:
    """How many known customers have an order; `found`: totals of fact_sales."""
    return found.filter(KNOWN & (pl.col("orders") > 0)).height
