"""Customer features: one row a customer with at least one order, aggregated from fact_sales.

Inputs: gold/data/fact_sales.csv, gold/data/dim_product.csv, gold/data/customer_pseudonyms.csv (protected layer); the
list of objections and gold/data/dim_customer.csv, if there is such a list; the list of erased persons, who may stand on
it.
Outputs: gold/data/customer_features_exact.csv (protected layer), with sums beside, which the segmentation reads;
step2_feature_engineering/data/customer_features.csv, rounded; …/_meta/feature_dictionary.json, what is told of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import polars as pl

from elt import rulelog
from elt.features import objections
from elt.features.catalogue import catalogue, guard
from elt.features.dictionary import NotInTable, facts, people_behind
from elt.features.measures import (
    by_category,
    features,
    order_lines,
    pandas_of,
    product_names,
    sums,
    totals,
    usual_prices,
    with_products,
)
from elt.features.objections import Objections
from elt.features.rounding import ROUNDED, rounded
from elt.files import write_json
from elt.retention import erasures
from elt.sales.by_customer import CUSTOMER, by_customer, small
from elt.sales.collective_accounts import CollectiveAccounts
from elt.sales.groups import KNOWN
from elt.sales.order_lines import day_of_analysis, decimals_of
from elt.table_files import write_frame
from elt.tables import Spec, scan, scan_lines

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


BEFORE_ALL = date(4, 1, 1)  # the analysis date without orders; two years before it are dates too


@dataclass(frozen=True)
class Source:
    """A table of gold: its file and its columns."""

    path: str
    columns: Spec

    def frame(self) -> pl.LazyFrame:
        """The table, typed."""
        return scan(self.path, self.columns)

    def lines(self) -> pl.LazyFrame:
        """The table, if it is that of order lines, with ids of orders for their numbers."""
        return small(scan_lines(self.path, self.columns))

    def has(self, column: str) -> bool:
        """Whether the star schema has an optional column."""
        return any(field.name == column for field in self.columns)


@dataclass(frozen=True)
class Outputs:
    """The files that are written; all but `exact` are published. `people`: those behind figures of the dictionary."""

    exact: str
    table: str
    dictionary: str
    people: str


def aggregated(
    lines: pl.LazyFrame, products: pl.LazyFrame, until: date, excluded: Sequence[int], beside: str
) -> tuple[pl.DataFrame, pl.DataFrame | None, dict[str, int]]:
    """One row a customer, one row a customer and category (None without categories), and counted lines.

    Customers are those with an order, in both frames. Counted: lines of the unknown customer, and lines of others after
    the analysis date. excluded: customer keys; beside: a path for what does not fit into memory.
    """
    used = lines.filter(KNOWN & ~pl.col(CUSTOMER).is_in(list(excluded)) & (pl.col("order_date") <= until))
    counters = lines.select(
        lines_unknown=(~KNOWN).sum(),
        lines_later=(KNOWN & (pl.col("order_date") > until)).sum(),
    )
    products, of_parts = usual_prices(used, products, until), []
    with by_customer(used, beside) as parts:
        for part in parts:
            sold = with_products(part, products)
            plans = [totals(sold, until), *([by_category(sold)] if "category" in products.collect_schema() else [])]
            of_parts.append(pl.collect_all(plans, engine="streaming"))
    customers, *categories = (pl.concat(found) for found in zip(*of_parts, strict=True))
    bought = categories[0].join(customers, on=CUSTOMER, how="semi") if categories else None
    return customers, bought, counters.collect(engine="streaming").row(0, named=True)


@dataclass(frozen=True)
class ObjectionList:
    """The list of customers who object to profiling, and what it is compared with.

    `columns`: names of columns of raw files; `erased`: digest of the list of erased persons; `key_file`: of its key.
    """

    path: str
    customers: Source
    columns: Sequence[str] = ()
    erased: str = erasures.NOTHING
    key_file: str = ""

    def is_erased(self) -> Callable[[str], bool]:
        """Whether a customer number is that of an erased person."""
        if self.erased == erasures.NOTHING:
            return lambda number: False
        key = erasures.read_key(Path(self.key_file))
        persons = erasures.ErasedIdentifiers(key, erasures.read(key))
        return lambda number: (erasures.PERSON, number) in persons

    def matched(self) -> Objections:
        """The customers on it; raises Fault for an entry that is none."""
        stated = objections.read(self.path)
        found = objections.matched(stated, self.customers.frame(), self.columns, self.is_erased())
        for remark in found.remarks:
            rulelog.log.warning("%s", remark)
        return found


@dataclass(frozen=True)
class CollectiveList:
    """The collective accounts that contracts list, and the customers among whom they are."""

    stated: CollectiveAccounts
    customers: Source

    def keys(self) -> list[int]:
        """Their surrogate keys; one that is no customer is told with fact_sales."""
        return self.stated.keys(self.customers.frame())


def left_out(customers: int, objecting: Objections, collective: int, counted: Mapping[str, int]) -> NotInTable:
    """Who and what is not in the table; `customers`: all that are not, `collective`: the accounts among them."""
    objected = len(objecting.keys)
    return NotInTable(
        customers - objected - collective, objected, **counted, collective_accounts=collective,
        objections_awaited=objecting.awaited, remarks=objecting.remarks,
    )  # fmt: skip


def main(
    sales: Source,
    products: Source,
    pseudonyms: str,
    *,
    objected: ObjectionList | None,
    accounts: CollectiveList | None = None,
    analysis_date: str,
    minimum_group: int,
    published: str = ROUNDED,
    outputs: Outputs,
) -> None:
    """Compute, guard and write features and dictionary; objected and accounts (of many people) get no features."""
    objecting, has_category = objected.matched() if objected else Objections(), products.has("category")
    today, decimals = day_of_analysis(sales.frame(), analysis_date), decimals_of(sales.frame())
    until = today or BEFORE_ALL
    lines = order_lines(sales.lines(), with_cost=sales.has("cost_amount"))
    catalogued = product_names(products.frame(), with_category=has_category)
    collective = sorted({*accounts.keys()} - {*objecting.keys}) if accounts else []
    customers, categories, counted = aggregated(lines, catalogued, until, [*objecting.keys, *collective], outputs.exact)
    names = pd.read_csv(pseudonyms, dtype={"customer_key": "int64", "pseudonym": "str"})
    pseudonym_of = names.set_index("customer_key")["pseudonym"]
    by_customer = None if categories is None else pandas_of(categories)
    table = features(pandas_of(customers), by_customer, pseudonym_of, until, decimals)
    entries = catalogue(
        [] if categories is None else categories["category"],
        with_category=has_category,
        with_cost="gross_margin_rate" in table,
        with_repeats="days_between_orders" in table,
    )
    guard(table, entries)
    not_in_table = left_out(len(names) - len(table), objecting, len(collective), counted)
    money = {entry.name: decimals for entry in entries if entry.unit == "money"}
    beside = sums(pandas_of(customers), pseudonym_of, decimals)
    write_frame(outputs.exact, table.join(beside), money | dict.fromkeys(beside, decimals))
    write_frame(outputs.table, rounded(table, entries) if published == ROUNDED else table, money)
    write_json(outputs.dictionary, facts(table, entries, today, not_in_table, minimum_group, published))
    write_json(outputs.people, people_behind(table, entries, not_in_table, minimum_group))
    rulelog.log.info("%s customers, %s features", len(table), len(entries))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        Source(given.facts, params.facts),
        Source(given.products, params.products),
        given.pseudonyms,
        objected=ObjectionList(given.objections, Source(given.customers, params.customers), **params.objections)
        if given.objections
        else None,
        accounts=CollectiveList(CollectiveAccounts(**params.accounts), Source(given.customers, params.customers))
        if params.accounts
        else None,
        analysis_date=params.analysis_date,
        minimum_group=params.minimum_group,
        published=params.published,
        outputs=Outputs(**dict(snakemake.output.items())),
    )
