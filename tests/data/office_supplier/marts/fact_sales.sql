-- One row an order line; lines of credit notes are negative. The number of a line is its place among those of its order.
WITH lines AS (
    SELECT
        l.*, o.Datum, o.Kundennr, o.Land, o.Ort, o.Waehrung, CAST(DATE_TRUNC('month', o.Datum) AS DATE) AS month_start,
        ROW_NUMBER() OVER (PARTITION BY l.Belegnr ORDER BY l.source_file, l.line_id) AS line_number
    FROM silver.order_lines AS l
    LEFT JOIN silver.orders AS o ON l.Belegnr = o.Belegnr
)
SELECT
    l.Belegnr AS order_number,
    l.line_number,
    COALESCE(c.customer_key, 0) AS customer_key,
    COALESCE(p.product_key, 0) AS product_key,
    COALESCE(g.location_key, 0) AS location_key,
    l.Datum AS order_date,
    l.Menge AS quantity,
    l.Einzelpreis AS unit_price,
    l.Waehrung AS currency,
    r.Kurs AS exchange_rate,
    l.line_amount AS amount_in_currency,
    l.line_amount * r.Kurs AS sales_amount
FROM lines AS l
LEFT JOIN silver.exchange_rates AS r ON l.Waehrung = r.Waehrung AND l.month_start = r.Monat
LEFT JOIN gold.dim_customer AS c ON l.Kundennr = c.customer_number
LEFT JOIN gold.dim_location AS g ON l.Land = g.country AND l.Ort = g.city
LEFT JOIN gold.dim_product AS p ON l.Artikelnr = p.product_number
