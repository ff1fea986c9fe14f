"""Customer features: one row a customer with at least one order, aggregated from fact_sales.

Inputs: gold/data/fact_sales.csv, gold/data/dim_product.csv, gold/data/customer_pseudonyms.csv (protected layer); the
list of objections and gold/data/dim_customer.csv, if there is such a list.
Outputs: step2_feature_engineering/data/customer_features.csv, …/reports/feature_dictionary.md and the same as .html.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import polars as pl

from elt import rulelog
from elt.faults import Fault
from elt.features import objections
from elt.features.catalogue import Feature, catalogue, dictionary, guard, slugs
from elt.files import write_frame
from elt.report import pages
from elt.sales.views import ORDERS
from elt.tables import Spec, scan

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

UNKNOWN = 0  # the surrogate key of the unknown member
NEEDED = ("order_number", "customer_key", "product_key", "order_date", "quantity", "sales_amount")


def day_of_analysis(sales: pl.LazyFrame, setting: str) -> date | None:
    """The analysis date: the setting's date (ISO), or the newest order date for "newest"; None without orders."""
    if str(setting) != "newest":
        return date.fromisoformat(str(setting))
    return sales.select(pl.col("order_date").max()).collect(engine="streaming").item()


def order_lines(facts: pl.LazyFrame, products: pl.LazyFrame, with_cost: bool, with_category: bool) -> pl.LazyFrame:
    """The order lines with product number and category; money as integer cents, so that sums are exact.

    Without known cost (or category) in the star schema that column is absent.
    """
    columns = ["product_key", "product_number"] + ["category"] * with_category
    money = ["sales_amount"] + ["cost_amount"] * with_cost
    cents = [(pl.col(name) * 100).cast(pl.Int64) for name in money]
    return (
        facts.select(*NEEDED, *(name for name in money if name not in NEEDED))
        .join(products.select(columns), on="product_key", how="left")
        .with_columns(cents)
    )


def totals(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a customer with an order (credit notes alone are none): first and last order, orders, lines, units,
    products and revenue; with a cost column also the revenue and margin (cents) of the lines whose cost is known."""
    measures = [
        pl.col("order_date").min().alias("first_order"),
        pl.col("order_date").max().alias("last_order"),
        ORDERS.alias("frequency"),
        pl.len().alias("lines"),
        pl.col("quantity").sum().alias("units"),
        pl.col("product_number").n_unique().alias("distinct_products"),
        pl.col("sales_amount").sum().alias("revenue"),
    ]
    if "cost_amount" in lines.collect_schema():
        costed = pl.col("sales_amount").filter(pl.col("cost_amount").is_not_null()).sum()
        measures += [costed.alias("costed"), (costed - pl.col("cost_amount").sum()).alias("margin")]
    return lines.group_by("customer_key").agg(measures).filter(pl.col("frequency") > 0)


def by_category(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a customer and category: revenue in cents; products without a category count as n/a."""
    return (
        lines.with_columns(pl.col("category").fill_null("n/a"))
        .group_by("customer_key", "category")
        .agg(pl.col("sales_amount").sum().alias("revenue"))
    )


def pandas_of(frame: pl.DataFrame) -> pd.DataFrame:
    """A small Polars frame as a pandas frame."""
    return pd.DataFrame({name: frame[name].to_numpy() for name in frame.columns})


def category_features(revenue: pd.DataFrame) -> pd.DataFrame:
    """From one row a customer and category to one row a customer (index customer_key): distinct_categories,
    main_category_share and category_share_<slug>.

    Only categories with positive revenue count, so shares lie between 0 and 1; a customer without any has 0.
    """
    wide = revenue.pivot(index="customer_key", columns="category", values="revenue")
    bought = wide.notna().sum(axis=1).astype("int64")
    wide = wide.astype("float64").fillna(0).clip(lower=0)
    base = wide.sum(axis=1)
    shares = wide.div(base.where(base > 0, 1), axis=0)
    named = slugs(wide.columns)
    result = shares.rename(columns={name: f"category_share_{slug}" for name, slug in named.items()})
    result = result[sorted(result.columns)]
    result.insert(0, "main_category_share", shares.max(axis=1).astype("float64"))
    result.insert(0, "distinct_categories", bought)
    return result.rename_axis(columns=None)


def features(
    customers: pd.DataFrame, categories: pd.DataFrame | None, pseudonyms: Mapping[int, str], today: date
) -> pd.DataFrame:
    """The feature table, one row a customer, sorted by pseudonym.

    customers: one row a customer, as `totals` gives it; categories: as `by_category` gives it, or None.
    Money in, cents; money out, units of currency. A customer without a known cost gets the gross margin rate of all.
    """
    known = customers.set_index("customer_key").sort_index()
    if not known.index.isin(list(pseudonyms)).all():
        problem = f"{(~known.index.isin(list(pseudonyms))).sum()} customers of fact_sales have no pseudonym"
        raise Fault("customer_pseudonyms.csv", problem, "Rebuild the table of pseudonyms")
    day = pd.Timestamp(today)
    orders, revenue = known["frequency"], known["revenue"]
    table = pd.DataFrame(index=known.index)
    table["customer"] = pd.Series([pseudonyms[key] for key in known.index], index=known.index, dtype="str")
    table["recency_days"] = (day - known["last_order"]).dt.days
    table["tenure_days"] = (day - known["first_order"]).dt.days
    table["frequency"] = orders
    table["monetary"] = revenue / 100
    table["average_order_value"] = (revenue / orders).round() / 100
    table["lines_per_order"] = known["lines"] / orders
    table["units_per_order"] = known["units"] / orders
    table["distinct_products"] = known["distinct_products"]
    if categories is not None:
        table = table.join(category_features(categories[categories["customer_key"].isin(table.index)]))
    if "costed" in known and known["costed"].gt(0).any():
        everyone = known.loc[known["costed"] > 0, "margin"].sum() / known.loc[known["costed"] > 0, "costed"].sum()
        rate = known["margin"] / known["costed"].where(known["costed"] > 0)
        table["gross_margin_rate"] = rate.fillna(everyone)
    whole = table.select_dtypes("integer").columns
    table = table.astype(dict.fromkeys(whole, "int64")).round(6)
    return table.sort_values("customer", ignore_index=True)


def with_money_text(table: pd.DataFrame, catalogued: Iterable[Feature]) -> pd.DataFrame:
    """The table with its money columns as text with two decimals."""
    return table.assign(**{f.name: table[f.name].map("{:.2f}".format) for f in catalogued if f.unit == "money"})


def main(
    facts: str,
    products: str,
    pseudonyms: str,
    fact_columns: Spec,
    product_columns: Spec,
    analysis_date: str,
    minimum_group: int,
    table: str,
    report: str,
    page: str,
    objected: tuple[str, str, Spec] | None = None,
) -> None:
    """Aggregate the order lines, compute the features, guard them, write table and dictionary.

    `objected`: the list of customers who object to profiling, dim_customer and its columns; they get no features.
    """
    with_cost = any(column.name == "cost_amount" for column in fact_columns)
    with_category = any(column.name == "category" for column in product_columns)
    sales = scan(facts, fact_columns)
    today = day_of_analysis(sales, analysis_date)
    limit = today or date.min
    lines = order_lines(sales, scan(products, product_columns), with_cost, with_category)
    apart = objections.keys(scan(objected[1], objected[2]), objections.read(objected[0])) if objected else []
    known = (pl.col("customer_key") != UNKNOWN) & ~pl.col("customer_key").is_in(apart)
    used = lines.filter(known & (pl.col("order_date") <= limit))
    names = pd.read_csv(pseudonyms, dtype={"customer_key": "int64", "pseudonym": "str"})
    unknown = pl.col("customer_key") == UNKNOWN
    counters = lines.select(
        lines_unknown=unknown.sum(),
        lines_later=(~unknown & (pl.col("order_date") > limit)).sum(),
    )
    plans: Sequence[pl.LazyFrame] = [totals(used), counters] + [by_category(used)] * with_category
    customers, counted, *categories = pl.collect_all(plans, engine="streaming")
    result = features(
        pandas_of(customers),
        pandas_of(categories[0]) if categories else None,
        dict(zip(names["customer_key"], names["pseudonym"], strict=True)),
        limit,
    )
    catalogued = catalogue(
        categories[0]["category"] if categories else [], with_category, "gross_margin_rate" in result
    )
    guard(result, catalogued)
    left_out = counted.row(0, named=True) | {"customers_without_orders": len(names) - len(result) - len(apart)}
    left_out |= {"customers_objected": len(apart)}
    write_frame(table, with_money_text(result, catalogued))
    pages.write(dictionary(result, catalogued, today, left_out, minimum_group), report, page)
    rulelog.log.info("%s customers, %s features", len(result), len(catalogued))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.facts,
        snakemake.input.products,
        snakemake.input.pseudonyms,
        snakemake.params.facts,
        snakemake.params.products,
        snakemake.params.analysis_date,
        snakemake.params.minimum_group,
        snakemake.output.table,
        snakemake.output.dictionary,
        snakemake.output.page,
        (snakemake.input.objections, snakemake.input.customers, snakemake.params.customers)
        if snakemake.input.objections
        else None,
    )
