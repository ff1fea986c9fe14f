"""The catalogue of customer features: the one list from which the check of the table and its dictionary come."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from elt.faults import Fault
from elt.protection.disclosure import count_text
from elt.report.markdown import Markdown, code, table
from elt.report.numbers import number

if TYPE_CHECKING:
    import pandas as pd

PSEUDONYM = r"^[a-z]{2}\d_[a-z2-7]{26}$"
PERCENTILES = (5, 50, 95)
TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "ł": "l"})


@dataclass(frozen=True)
class Feature:
    """One column of customer_features.csv; `low` and `high` bound its values (None: no bound)."""

    name: str
    label: Mapping[str, str]
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


def _feature(name: str, en: str, de: str, *rest: Any) -> Feature:
    return Feature(name, {"en": en, "de": de}, *rest)


FEATURES = (
    _feature(
        "recency_days",
        "Days since last order",
        "Tage seit letztem Auftrag",
        "analysis date − MAX(order_date)",
        "days",
        "fact_sales.order_date",
        "How long ago the customer last ordered",
    ),
    _feature(
        "tenure_days",
        "Days since first order",
        "Tage seit erstem Auftrag",
        "analysis date − MIN(order_date)",
        "days",
        "fact_sales.order_date",
        "How long ago the customer first ordered",
    ),
    _feature(
        "frequency",
        "Orders",
        "Aufträge",
        "COUNT(DISTINCT order_number), credit notes left out",
        "orders",
        "fact_sales.order_number",
        "How often the customer ordered",
        1,
    ),
    _feature(
        "monetary",
        "Revenue",
        "Umsatz",
        "SUM(sales_amount)",
        "money",
        "fact_sales.sales_amount",
        "What the customer spent, exact to the cent",
        None,
    ),
    _feature(
        "average_order_value",
        "Average order value",
        "Durchschnittlicher Auftragswert",
        "monetary / frequency",
        "money",
        "fact_sales.sales_amount, order_number",
        "What one order is worth",
        None,
    ),
    _feature(
        "lines_per_order",
        "Lines per order",
        "Positionen je Auftrag",
        "COUNT(*) / frequency",
        "lines",
        "fact_sales.order_number",
        "How many lines an order has",
        1,
    ),
    _feature(
        "units_per_order",
        "Pieces per order",
        "Stück je Auftrag",
        "SUM(quantity) / frequency",
        "pieces",
        "fact_sales.quantity",
        "How many pieces an order has",
        None,
    ),
    _feature(
        "distinct_products",
        "Distinct products",
        "Verschiedene Artikel",
        "COUNT(DISTINCT product_number)",
        "products",
        "fact_sales.product_key, dim_product.product_number",
        "How many different products were bought; versions of one product count once",
        1,
    ),
    _feature(
        "distinct_categories",
        "Distinct categories",
        "Verschiedene Kategorien",
        "COUNT(DISTINCT category)",
        "categories",
        "dim_product.category",
        "How many categories were bought from; products without a category are one category, n/a",
        1,
    ),
    _feature(
        "main_category_share",
        "Share of the main category",
        "Anteil der Hauptkategorie",
        "revenue of the strongest category / revenue of all categories",
        "share",
        "fact_sales.sales_amount, dim_product.category",
        "How far the customer buys one kind of thing; of equally strong categories each gives the same value, and "
        "categories without positive revenue count as 0",
        0,
        1,
    ),
    _feature(
        "gross_margin_rate",
        "Gross margin rate",
        "Rohertragsquote",
        "(SUM(sales_amount) − SUM(cost_amount)) / SUM(sales_amount), lines with a known cost",
        "share",
        "fact_sales.sales_amount, cost_amount",
        "What is left of revenue after purchase cost; without any known cost, the rate of all customers",
        None,
        None,
    ),
)

LEFT_OUT = (
    ("Names, customer numbers, order numbers, surrogate keys", "identify a person; the pseudonym stands for them"),
    (
        "Date of birth, age, gender, marital status",
        "not needed to describe buying; treating people by them needs grounds",
    ),
    ("Country, region, city", "reported for groups only; with revenue and dates it singles people out"),
    ("Dates of orders", "replaced by days up to the analysis date"),
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
        {"en": f"Share of {category}", "de": f"Anteil {category}"},
        "revenue of the category / revenue of all categories",
        "share",
        "fact_sales.sales_amount, dim_product.category",
        f"Share of the category {category} in the customer's revenue",
        0,
        1,
    )


def catalogue(categories: Iterable[str], with_category: bool, with_cost: bool) -> list[Feature]:
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
        raise Fault("customer_features.csv", problem, "Look at fact_sales and the script") from None


def spread(values: "pd.Series", decimals: int, minimum_group: int) -> list[str]:
    """Percentiles 5, 50 and 95 as text; one with fewer than the minimum of people at or beyond it is hidden."""
    shown = []
    for percentile in PERCENTILES:
        value = values.quantile(percentile / 100, interpolation="lower" if percentile < 50 else "nearest")
        beyond = min((values <= value).sum(), (values >= value).sum()) if len(values) else 0
        shown.append(number(value, decimals) if beyond >= minimum_group else "–")
    return shown


def people(count: int, minimum_group: int) -> str:
    """A count of people as text, hidden under the minimum group."""
    shown = count_text(count, minimum_group)
    return shown if isinstance(shown, str) else number(shown)


def dictionary(
    frame: "pd.DataFrame",
    entries: Sequence[Feature],
    today: date | None,
    left_out: Mapping[str, int],
    minimum_group: int,
) -> str:
    """The feature dictionary as Markdown: one row a feature, its spread, what is left out and why."""
    decimals = {"money": 2, "share": 3, "lines": 2, "pieces": 2}
    meanings = [[code(e.name), e.description, e.formula, e.unit, e.source] for e in entries]
    spreads = [[code(e.name), *spread(frame[e.name], decimals.get(e.unit, 0), minimum_group)] for e in entries]
    names = {entry.name for entry in entries}
    absent = sorted({"main_category_share", "gross_margin_rate"} - names)
    notes = {
        "main_category_share": "The star schema knows no category of a product: no features about categories.",
        "gross_margin_rate": "No cost is known: no gross margin rate.",
    }
    customers = people(len(frame), minimum_group)
    counts = [
        ["Customers without an order", people(left_out["customers_without_orders"], minimum_group)],
        ["Customers who object to profiling", people(left_out.get("customers_objected", 0), minimum_group)],
        ["Order lines of the unknown customer (key 0)", number(left_out["lines_unknown"])],
        ["Order lines after the analysis date", number(left_out["lines_later"])],
    ]
    parts = [
        f"# {customers} customers, {len(entries)} features\n\n",
        f"One row a customer with at least one order up to the analysis date, {today or 'none: no orders'}.\n\n",
        "The table is pseudonymised. For whoever holds the key it remains personal data.\n\n",
        "## What each feature means\n\n",
        "The first column, `customer`, is the pseudonym; the rows are sorted by it.\n\n",
        table(["feature", "meaning", "formula", "unit", "source"], meanings),
        *(f"{notes[name]}\n\n" for name in absent),
        "## How the features are spread\n\n",
        f"Percentiles, because a smallest or largest value may be one person. “–” stands where fewer than "
        f"{minimum_group} customers lie at or beyond the value.\n\n",
        table(["feature", "5 %", "50 %", "95 %"], spreads),
        "## Counted, but not in the table\n\n",
        table(["what", "number"], counts),
        "## Left out on purpose\n\n",
        table(["what", "why"], LEFT_OUT),
    ]
    return Markdown("".join(parts).rstrip("\n") + "\n")
