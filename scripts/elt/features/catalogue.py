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
    """One column of customer_features.csv; `low` and `high` bound its values (None: no bound).

    What it means stands among the words of the feature dictionary. category: of whose revenue it is the share.
    """

    name: str
    unit: str  # days, orders, lines, pieces, products, categories, money, share
    source: str
    low: float | None = 0
    high: float | None = None
    category: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.unit in ("days", "orders", "products", "categories")


FEATURES = (
    Feature(
        "recency_days",
        unit="days",
        source="fact_sales.order_date",
    ),
    Feature(
        "tenure_days",
        unit="days",
        source="fact_sales.order_date",
    ),
    Feature(
        "frequency",
        unit="orders",
        source="fact_sales.order_number",
        low=1,
    ),
    Feature(
        "monetary",
        unit="money",
        source="fact_sales.sales_amount",
        low=None,
    ),
    Feature(
        "average_order_value",
        unit="money",
        source="fact_sales.sales_amount, order_number",
        low=None,
    ),
    Feature(
        "days_between_orders",
        unit="days",
        source="fact_sales.order_date",
    ),
    Feature(
        "revenue_trend",
        unit="share",
        source="fact_sales.sales_amount, order_date",
        high=1,
    ),
    Feature(
        "price_level",
        unit="share",
        source="fact_sales.sales_amount, quantity, product_key, dim_product.product_number",
    ),
    Feature(
        "lines_per_order",
        unit="lines",
        source="fact_sales.order_number",
        low=1,
    ),
    Feature(
        "units_per_order",
        unit="pieces",
        source="fact_sales.quantity",
        low=None,
    ),
    Feature(
        "distinct_products",
        unit="products",
        source="fact_sales.product_key, dim_product.product_number",
        low=1,
    ),
    Feature(
        "distinct_categories",
        unit="categories",
        source="dim_product.category",
        low=1,
    ),
    Feature(
        "main_category_share",
        unit="share",
        source="fact_sales.sales_amount, dim_product.category",
        high=1,
    ),
    Feature(
        "gross_margin_rate",
        unit="share",
        source="fact_sales.sales_amount, cost_amount",
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
        unit="share",
        source="fact_sales.sales_amount, dim_product.category",
        category=category,
        high=1,
    )


def catalogue(
    categories: Iterable[str], *, with_category: bool, with_cost: bool, with_repeats: bool = True
) -> list[Feature]:
    """The features of a table, in the order of its columns; what needs an absent optional column is left out.

    with_repeats: whether anybody ordered on two days.
    """
    named = slugs(categories)
    shares = sorted((category_share(name, slug) for name, slug in named.items()), key=lambda entry: entry.name)
    needs = {"distinct_categories": with_category, "main_category_share": with_category, "gross_margin_rate": with_cost}
    needs["days_between_orders"] = with_repeats
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
