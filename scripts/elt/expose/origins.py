"""The tables over which the number ledger of the exposé states its queries, as SQL over gold."""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Collection

from elt.sales.overview import Sales

KNOWN_ORDERS = "FROM lines WHERE customer_key <> 0 AND document_type = 'order'"
CLASSES = """
SELECT product_number, revenue, CASE WHEN revenue <= 0 THEN 'C' WHEN before < 0.8 * whole THEN 'A'
WHEN before < 0.95 * whole THEN 'B' ELSE 'C' END AS class FROM
(SELECT *, SUM(GREATEST(revenue, 0)) OVER () AS whole, COALESCE(SUM(GREATEST(revenue, 0)) OVER
(ORDER BY revenue DESC, product_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before FROM
(SELECT product_number, CAST(SUM(sales_amount) AS DECIMAL(18, 6)) AS revenue
FROM this_year WHERE product_key <> 0 GROUP BY product_number) AS sold) AS ordered
"""
CUSTOMERS = f"""
SELECT *, ROW_NUMBER() OVER (ORDER BY revenue DESC) AS place, COUNT(*) OVER () AS people FROM
(SELECT customer_key, SUM(sales_amount) AS revenue FROM lines
WHERE customer_key IN (SELECT customer_key {KNOWN_ORDERS}) GROUP BY customer_key) AS customers
"""
QUARTERS = f"""
SELECT customer_key, quarter, MIN(quarter) OVER (PARTITION BY customer_key) AS cohort FROM
(SELECT DISTINCT customer_key, CAST(DATE_TRUNC('quarter', order_date) AS DATE) AS quarter {KNOWN_ORDERS}) AS visits
"""
VISITS = f"""
SELECT customer_key, month, MIN(month) OVER (PARTITION BY customer_key) AS first_month FROM
(SELECT DISTINCT customer_key, CAST(DATE_TRUNC('month', order_date) AS DATE) AS month {KNOWN_ORDERS}) AS visits
"""
FIRST_ORDERS = f"SELECT customer_key, MIN(order_date) AS first_order {KNOWN_ORDERS} GROUP BY customer_key"


def lines(sales: Sales, known: Collection[str]) -> str:
    """The order lines up to the analysis date, with product number, category and country; known: columns of products
    and places that the star schema has."""
    read = ["fact_sales.*", "product_number"]
    read += [f"COALESCE({name}, 'n/a') AS {name}" for name in ("category", "country") if name in known]
    places = " LEFT JOIN (SELECT location_key, country FROM gold.dim_location) AS places USING (location_key)"
    named = ", ".join(["product_key", "product_number", *(["category"] if "category" in known else [])])
    products = f"LEFT JOIN (SELECT {named} FROM gold.dim_product) AS products USING (product_key)"
    joins = products + (places if "country" in known else "")
    return f"SELECT {', '.join(read)} FROM gold.fact_sales {joins} WHERE order_date <= DATE '{sales.today}'"


def comparable(sales: Sales) -> str:
    """The months that may be compared: complete, and with every category that ends early."""
    missing = [f"DATE '{month}'" for month in sorted({month for gap in sales.gaps for month in gap.missing})]
    lacking = f" AND month_start NOT IN ({', '.join(missing)})" if missing else ""
    rows = f"FROM gold.agg_exec_kpis WHERE is_complete AND month_start <= DATE '{sales.today}'{lacking}"
    return f"SELECT month_start {rows}"


def tables(sales: Sales, known: Collection[str]) -> dict[str, str]:
    """All tables by name, those first that others read; known: as for `lines`."""
    stated = {"lines": lines(sales, known)}
    stated |= {f"{year}_year": f"SELECT * FROM lines WHERE {one.condition}" for year, one in sales.periods.items()}
    stated |= {"first_orders": FIRST_ORDERS, "customers": CUSTOMERS, "quarters": QUARTERS, "visits": VISITS}
    stated["comparable"] = comparable(sales)
    if "this" in sales.periods:
        stated["classes"] = CLASSES
    return {name: " ".join(sql.split()) for name, sql in stated.items()}
