"""The catalogue of customer features: the one list from which the check of the table and its dictionary come."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from elt.faults import Fault

if TYPE_CHECKING:
    import pandas as pd

PSEUDONYM = r"^[a-z]{2}\d_[a-z2-7]{26}$"
TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "ł": "l"})


@dataclass(frozen=True)
class Feature:
    """One column of customer_features.csv; `low` and `high` bound its values (None: no bound)."""

    name: str
    formula: str
    unit: str  # days, orders, lines, pieces, products, categories, money, share
    source: str
    description: str
    low: float | None = 0
    high: float | None = None

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.unit in ("days", "orders", "products", "categories")


FEATURES = (
    Feature(
        "recency_days",
        formula="analysis date − MAX(order_date) of orders",
        unit="days",
        source="fact_sales.order_date",
        description="How long ago the customer last ordered",
    ),
    Feature(
        "tenure_days",
        formula="analysis date − MIN(order_date) of orders",
        unit="days",
        source="fact_sales.order_date",
        description="How long ago the customer first ordered",
    ),
    Feature(
        "frequency",
        formula="COUNT(DISTINCT order_number) of orders",
        unit="orders",
        source="fact_sales.order_number",
        description="How often the customer ordered",
        low=1,
    ),
    Feature(
        "monetary",
        formula="SUM(sales_amount)",
        unit="money",
        source="fact_sales.sales_amount",
        description="What the customer spent",
        low=None,
    ),
    Feature(
        "average_order_value",
        formula="monetary / frequency",
        unit="money",
        source="fact_sales.sales_amount, order_number",
        description="What one order is worth",
        low=None,
    ),
    Feature(
        "lines_per_order",
        formula="COUNT(*) of orders / frequency",
        unit="lines",
        source="fact_sales.order_number",
        description="How many lines an order has",
        low=1,
    ),
    Feature(
        "units_per_order",
        formula="SUM(quantity) of orders / frequency",
        unit="pieces",
        source="fact_sales.quantity",
        description="How many pieces an order has",
        low=None,
    ),
    Feature(
        "distinct_products",
        formula="COUNT(DISTINCT product_number) of orders",
        unit="products",
        source="fact_sales.product_key, dim_product.product_number",
        description="How many different products were bought; versions of one product count once",
        low=1,
    ),
    Feature(
        "distinct_categories",
        formula="COUNT(DISTINCT category) of orders",
        unit="categories",
        source="dim_product.category",
        description="How many categories were bought from; products without a category are one category, n/a",
        low=1,
    ),
    Feature(
        "main_category_share",
        formula="revenue of the strongest category / revenue of all categories",
        unit="share",
        source="fact_sales.sales_amount, dim_product.category",
        description="How far the customer buys one kind of thing; of equally strong categories each gives the same "
        "value, and categories without positive revenue count as 0",
        high=1,
    ),
    Feature(
        "gross_margin_rate",
        formula="(SUM(sales_amount) − SUM(cost_amount)) / SUM(sales_amount), lines with a known cost",
        unit="share",
        source="fact_sales.sales_amount, cost_amount",
        description="What is left of revenue after purchase cost; without any known cost, the rate of all customers",
        low=None,
    ),
)


def slugs(categories: Iterable[str]) -> dict[str, str]:
    """The end of a column's name for each category: lower-case ASCII, umlauts transliterated.

    Categories are taken in sorted order; of two with the same slug the later one ends in _2.
    """
    found: dict[str, str] = {}
    for category in sorted(set(categories)):
        text = unicodedata.normalize("NFC", category).casefold().translate(TRANSLITERATED)
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
        slug = base = "_".join(words) or "category"
        repeat = 1
        while slug in found.values():
            repeat += 1
            slug = f"{base}_{repeat}"
        found[category] = slug
    return found


def category_share(category: str, slug: str) -> Feature:
    """The catalogue entry of one category's share of a customer's revenue."""
    return Feature(
        f"category_share_{slug}",
        formula="revenue of the category / revenue of all categories",
        unit="share",
        source="fact_sales.sales_amount, dim_product.category",
        description=f"Share of the category {category} in the customer's revenue",
        high=1,
    )


def catalogue(categories: Iterable[str], *, with_category: bool, with_cost: bool) -> list[Feature]:
    """The features of a table, in the order of its columns; what needs an absent optional column is left out."""
    named = slugs(categories)
    shares = sorted((category_share(name, slug) for name, slug in named.items()), key=lambda entry: entry.name)
    needs = {"distinct_categories": with_category, "main_category_share": with_category, "gross_margin_rate": with_cost}
    chosen = [entry for entry in FEATURES if needs.get(entry.name, True)]
    at = next((i + 1 for i, entry in enumerate(chosen) if entry.name == "main_category_share"), len(chosen))
    return chosen[:at] + shares * with_category + chosen[at:]


def guard(frame: "pd.DataFrame", entries: Sequence[Feature]) -> None:
    """Refuse a table that is not exactly what the catalogue says: columns, types, ranges, no nulls, unique pseudonyms.

    Raises Fault that names columns and checks, never a value.
    """
    import pandera.pandas as pa

    columns = {"customer": pa.Column("str", pa.Check.str_matches(PSEUDONYM), unique=True)}
    for entry in entries:
        bounds = [] if entry.low is None else [pa.Check.ge(entry.low)]
        bounds += [] if entry.high is None else [pa.Check.le(entry.high)]
        columns[entry.name] = pa.Column("int64" if entry.is_whole else "float64", bounds)
    try:
        pa.DataFrameSchema(columns, strict=True, ordered=True).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        failed = {(str(e.schema.name or "table"), str(e.reason_code.name)) for e in errors.schema_errors}
        problem = "; ".join(f"{column}: {reason}" for column, reason in sorted(failed))
        raise Fault("customer_features.csv", problem, "Report this: the features were computed wrongly") from None
