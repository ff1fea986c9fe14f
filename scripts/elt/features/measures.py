"""The features of a customer, aggregated from order lines: Polars up to one row a customer, pandas from there on."""

from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd
import polars as pl

from elt.faults import Fault
from elt.features.catalogue import slugs
from elt.sales.order_lines import CENTS, IS_ORDER, ORDERS, whole_amount
from elt.sales.periods import NO_CATEGORY

YEAR = 365  # days
SALE = IS_ORDER & (pl.col("quantity") > 0) & (pl.col("sales_amount") > 0)  # a line that tells a price
NEEDED = ("order_number", "document_type", "customer_key", "product_key", "order_date", "quantity", "sales_amount")


def order_lines(facts: pl.LazyFrame, *, with_cost: bool) -> pl.LazyFrame:
    """The order lines with what features need; without known cost in the star schema that column is absent.

    Money comes as whole numbers of its last decimal, so that sums are exact.
    """
    money = ["sales_amount"] + ["cost_amount"] * with_cost
    whole = [whole_amount(facts, name) for name in money]
    return facts.select(*(name for name in NEEDED if name not in money), *whole)


def product_names(products: pl.LazyFrame, *, with_category: bool) -> pl.LazyFrame:
    """Of each product version an integer for its product number, and its category, n/a without one."""
    number = pl.col("product_number").rank("dense")
    category = pl.col("category").fill_null(NO_CATEGORY).cast(pl.Categorical)
    return products.select("product_key", number, *([category] if with_category else []))


def usual_prices(lines: pl.LazyFrame, products: pl.LazyFrame, until: date) -> pl.LazyFrame:
    """`products` with `usual_price`: what a piece of the product cost on average over all orders up to a day, versions
    together, as whole amounts; null for a product without a sale."""
    sold = with_products(lines.filter(SALE & (pl.col("order_date") <= until)), products)
    price = pl.col("sales_amount").sum().cast(pl.Float64) / pl.col("quantity").sum().cast(pl.Float64)
    prices = sold.group_by("product_number").agg(price.alias("usual_price")).collect(engine="streaming")
    return products.join(prices.lazy(), on="product_number", how="left")


def with_products(lines: pl.LazyFrame, products: pl.LazyFrame) -> pl.LazyFrame:
    """The order lines with what `product_names` says of their products."""
    return lines.join(products, on="product_key", how="left")


def of_year(until: date, years_before: int) -> pl.Expr:
    """Whether an order line lies in the 365 days up to a day, or in those that end so many times 365 days before."""
    end = until - timedelta(days=YEAR * years_before)
    return (pl.col("order_date") <= end) & (pl.col("order_date") > end - timedelta(days=YEAR))


def totals(lines: pl.LazyFrame, until: date) -> pl.LazyFrame:
    """One row a customer with an order (credit notes alone are none): first and last order, orders, and the lines,
    units and products of orders; revenue of all lines, of the last 365 days and of those before; what sales brought and
    would have brought at the usual prices; with a cost column also the revenue and margin of the lines whose cost is
    known."""
    revenue, usual = pl.col("sales_amount"), pl.col("quantity").cast(pl.Float64) * pl.col("usual_price")
    measures = [
        pl.col("order_date").filter(IS_ORDER).min().alias("first_order"),
        pl.col("order_date").filter(IS_ORDER).max().alias("last_order"),
        pl.col("order_date").filter(IS_ORDER).n_unique().cast(pl.Int64).alias("order_days"),
        ORDERS.alias("frequency"),
        IS_ORDER.sum().cast(pl.Int64).alias("lines"),
        pl.col("quantity").filter(IS_ORDER).sum().alias("units"),
        pl.col("product_number").filter(IS_ORDER).n_unique().alias("distinct_products"),
        revenue.sum().alias("revenue"),
        revenue.filter(of_year(until, 0)).sum().alias("revenue_of_year"),
        revenue.filter(of_year(until, 1)).sum().alias("revenue_of_year_before"),
        revenue.filter(SALE).sum().alias("sold"),
        usual.filter(SALE).round().cast(pl.Int64).sum().alias("sold_at_usual_prices"),
    ]
    if "cost_amount" in lines.collect_schema():
        costed = pl.col("sales_amount").filter(pl.col("cost_amount").is_not_null()).sum()
        measures += [costed.alias("costed"), (costed - pl.col("cost_amount").sum()).alias("margin")]
    return lines.group_by("customer_key").agg(measures).filter(pl.col("frequency") > 0)


def by_category(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a customer and category: revenue, and whether it was ordered; products without a category are n/a."""
    found = lines.group_by("customer_key", "category").agg(
        pl.col("sales_amount").sum().alias("revenue"), IS_ORDER.any().alias("is_ordered")
    )
    return found.with_columns(pl.col("category").cast(pl.String).fill_null(NO_CATEGORY))


def pandas_of(frame: pl.DataFrame) -> pd.DataFrame:
    """A small Polars frame as a pandas frame."""
    frame = frame.cast({pl.Decimal: pl.Float64})  # quantities with decimals
    return pd.DataFrame({name: frame[name].to_numpy() for name in frame.columns})


def category_features(revenue: pd.DataFrame) -> pd.DataFrame:
    """From one row a customer and category to one row a customer (index customer_key): distinct_categories,
    main_category_share and category_share_<slug>.

    Only categories with positive revenue count, so shares lie between 0 and 1; a customer without any has 0.
    """
    wide = revenue.pivot(index="customer_key", columns="category", values="revenue")
    bought = revenue.groupby("customer_key")["is_ordered"].sum().astype("int64")
    wide = wide.astype("float64").fillna(0).clip(lower=0)
    base = wide.sum(axis=1)
    shares = wide.div(base.where(base > 0, 1), axis=0)
    named = slugs(wide.columns)
    result = shares.rename(columns={name: f"category_share_{slug}" for name, slug in named.items()})
    result = result[sorted(result.columns)]
    result.insert(0, "main_category_share", shares.max(axis=1).astype("float64"))
    result.insert(0, "distinct_categories", bought)
    return result.rename_axis(columns=None)


def gross_margin_rate(customers: pd.DataFrame) -> pd.Series | None:
    """Margin by revenue of the lines with a known cost, one value a customer; one without any has the rate of all.

    None if no cost is known at all.
    """
    if "costed" not in customers or not customers["costed"].gt(0).any():
        return None
    has_cost = customers["costed"] > 0
    rate_of_all = customers.loc[has_cost, "margin"].sum() / customers.loc[has_cost, "costed"].sum()
    return (customers["margin"] / customers["costed"].where(has_cost)).fillna(rate_of_all)


def days_between_orders(customers: pd.DataFrame) -> pd.Series | None:
    """Mean days between the days on which a customer ordered, one whole number a customer; who ordered on one day has
    the median of the others, which is the repurchase cycle of the company.

    None if nobody ordered on two days.
    """
    is_repeated = customers["order_days"] > 1
    if not is_repeated.any():
        return None
    days = (customers["last_order"] - customers["first_order"]).dt.days
    between = (days / (customers["order_days"] - 1).where(is_repeated)).round()
    return between.fillna(between.median()).round().astype("int64")


def price_level(customers: pd.DataFrame) -> pd.Series:
    """What a customer paid by what all paid on average for the same products; 1 without a sale, below 1 is less."""
    usual = customers["sold_at_usual_prices"]
    return (customers["sold"] / usual.where(usual > 0)).fillna(1.0)


def revenue_trend(customers: pd.DataFrame) -> pd.Series:
    """The last 365 days' part of the revenue of those and the 365 days before: from 0 (stopped) to 1 (new); 0.5 without
    either. Negative revenue counts as none."""
    now, before = (customers[name].clip(lower=0) for name in ("revenue_of_year", "revenue_of_year_before"))
    return (now / (now + before).where(now + before > 0)).fillna(0.5)


def pseudonyms_of(keys: pd.Index, pseudonyms: Mapping[int, str] | pd.Series) -> pd.Series:
    """The pseudonym of each customer_key, indexed by it; raises Fault, without a key, if one is missing."""
    found = pd.Series(pseudonyms, dtype="str").reindex(keys)
    missing = int(found.isna().sum())
    if missing:
        problem = f"{missing} customers of fact_sales have no pseudonym"
        raise Fault("customer_pseudonyms.csv", problem, "Delete its file in gold/data, and type the same command again")
    return found


def features(
    customers: pd.DataFrame,
    categories: pd.DataFrame | None,
    pseudonyms: Mapping[int, str] | pd.Series,
    today: date,
    decimals: int = CENTS,
) -> pd.DataFrame:
    """The feature table, one row a customer, sorted by pseudonym.

    customers: one row a customer, as `totals` gives it; categories: as `by_category` gives it, or None.
    Money in, whole numbers of the last of its `decimals`; money out, units of currency.
    """
    customers = customers.set_index("customer_key").sort_index()
    day, orders, revenue = pd.Timestamp(today), customers["frequency"], customers["revenue"]
    table = pd.DataFrame(index=customers.index)
    table["customer"] = pseudonyms_of(customers.index, pseudonyms)
    table["recency_days"] = (day - customers["last_order"]).dt.days
    table["tenure_days"] = (day - customers["first_order"]).dt.days
    table["frequency"] = orders
    table["monetary"] = revenue / 10**decimals
    table["average_order_value"] = (revenue / orders).round() / 10**decimals
    if (between := days_between_orders(customers)) is not None:
        table["days_between_orders"] = between
    table["revenue_trend"] = revenue_trend(customers)
    table["price_level"] = price_level(customers)
    table["lines_per_order"] = customers["lines"] / orders
    table["units_per_order"] = customers["units"] / orders
    table["distinct_products"] = customers["distinct_products"]
    if categories is not None:
        table = table.join(category_features(categories))
    if (margin := gross_margin_rate(customers)) is not None:
        table["gross_margin_rate"] = margin
    whole = table.select_dtypes("integer").columns
    table = table.astype(dict.fromkeys(whole, "int64")).round(6)
    return table.sort_values("customer", ignore_index=True)


def sums(customers: pd.DataFrame, pseudonyms: Mapping[int, str] | pd.Series, decimals: int = CENTS) -> pd.DataFrame:
    """Money by which segments are told beside the features, one row a customer, sorted by pseudonym: revenue of the
    last 365 days, and where costs are known the revenue with a known cost and its margin. Input: that of `features`."""
    customers = customers.set_index("customer_key").sort_index()
    names = {"revenue_of_year": "revenue_of_year", "costed": "costed_revenue", "margin": "gross_margin"}
    found = customers[[name for name in names if name in customers]].rename(columns=names) / 10**decimals
    order = pseudonyms_of(customers.index, pseudonyms).argsort(kind="stable")
    return found.iloc[order].reset_index(drop=True)
