"""Where each figure of the exploration comes from: SQL over gold, or its place in eda_summary.json."""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from elt.protection.people_behind import EXPLORATION
from elt.report.figure_ledger import Origin, at, query, quoted

KNOWN_ORDERS = "customer_key <> 0 AND document_type = 'order'"
OF_ORDERS = "FILTER (WHERE document_type = 'order')"
CUSTOMERS = f"""
SELECT customer_key, COUNT(DISTINCT order_number) {OF_ORDERS} AS orders, COUNT(*) {OF_ORDERS} AS order_lines,
SUM(quantity) {OF_ORDERS} AS units, SUM(sales_amount) AS revenue,
COUNT(DISTINCT product_key) {OF_ORDERS} AS distinct_products,
SUM(sales_amount) / NULLIF(COUNT(DISTINCT order_number) {OF_ORDERS}, 0) AS average_order_value
FROM gold.fact_sales WHERE customer_key <> 0 GROUP BY customer_key HAVING COUNT(*) {OF_ORDERS} > 0
"""
ORDERS = f"""
SELECT order_number, SUM(sales_amount) AS value FROM gold.fact_sales
WHERE {KNOWN_ORDERS} GROUP BY customer_key, order_number HAVING SUM(sales_amount) > 0
"""
RANKED = """
SELECT revenue, ROW_NUMBER() OVER (ORDER BY revenue DESC) AS place, COUNT(*) OVER () AS people FROM customers
"""
MONTH = "SUBSTR(CAST(order_date AS VARCHAR), 1, 7)"


def tables(groups: Iterable[str]) -> dict[str, str]:
    """The tables of the ledger: order lines with their groups, customers, orders; groups: names of the breakdowns."""
    columns = [f"{MONTH} AS month", "EXTRACT(ISODOW FROM order_date) AS weekday"]
    columns.append("COALESCE(place.country, 'n/a') AS country")
    joins = "LEFT JOIN gold.dim_location AS place USING (location_key)"
    known = [name for name in ("category", "subcategory") if name in groups]
    columns += [f"COALESCE(product.{name}, 'n/a') AS {name}" for name in known]
    joins += " LEFT JOIN gold.dim_product AS product USING (product_key)" if known else ""
    lines = f"SELECT sales_amount, document_type, {', '.join(columns)} FROM gold.fact_sales {joins}"
    stated = {"lines": lines, "customers": CUSTOMERS, "orders": ORDERS, "ranked_customers": RANKED}
    return {name: " ".join(sql.split()) for name, sql in stated.items()}


def all_rows(mart: str) -> dict[str, str]:
    """The origin of the number of rows of a mart."""
    return query(f"SELECT COUNT(*) FROM gold.{mart}")


def place(*steps: Any, **more: Any) -> dict[str, Any]:
    """A place in the summary."""
    return at(EXPLORATION, *steps, **more)


def among(column: str, groups: Iterable[Mapping[str, Any]]) -> str:
    """The order lines of these groups of a breakdown, as an SQL condition."""
    return f"{column} IN ({', '.join(quoted(group[column]) for group in groups)})"


def percentile(column: str, name: str, rows: str) -> dict[str, str]:
    """A percentile ("p25") of a column: the smallest value that at least so large a share do not exceed."""
    share = int(name.removeprefix("p")) / 100
    return query(f"SELECT PERCENTILE_DISC({share}) WITHIN GROUP (ORDER BY {column}) FROM {rows}")


@dataclass(frozen=True)
class Source:
    """The rows that a profile is about: its place in the summary, and the rows in SQL; None where some are hidden, as
    which these are is told nowhere."""

    name: str
    path: tuple[str, ...]
    rows: str | None

    @classmethod
    def of_mart(cls, name: str, mart: Mapping[str, Any]) -> "Source":
        """The rows of a mart without its unknown member."""
        keys = [column for column in mart["columns"] if column.endswith("_key")]
        key = "customer_key" if "customer_key" in keys else next(iter(keys), None)
        without = f" WHERE {key} <> 0" if mart["unknown_member_rows"] and key else ""
        rows = None if mart["rows_about_few"] else f"gold.{name}{without}"
        return cls(name, ("marts", name), rows)

    def figure(self, column: str, part: str) -> str:
        """The name of a figure about a column."""
        return f"{self.name}.{column}.{part}"

    def of(self, column: str, part: str, expression: str) -> Origin:
        """The origin of a figure about a column; part: its place below the column; expression: in SQL over `{}`, the
        column."""
        if self.rows is None:
            return place(*self.path, "columns", column, part)
        return query(f"SELECT {expression.format(quoted_name(column))} FROM {self.rows}")

    def of_percentile(self, column: str, name: str) -> Origin:
        """The origin of a percentile of a column."""
        if self.rows is None:
            return place(*self.path, "columns", column, "percentiles", name)
        return percentile(quoted_name(column), name, self.rows)


CUSTOMER_ROWS = Source("customers", ("customers",), "customers")


def quoted_name(column: str) -> str:
    """The name of a column as SQL, which may have it as a word of its own."""
    return f'"{column}"'
