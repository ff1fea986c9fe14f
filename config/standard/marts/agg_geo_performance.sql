-- One row a country that was sold to.
WITH lines AS (
    SELECT f.*, COALESCE(g.country, 'n/a') AS country
    FROM gold.fact_sales AS f
    JOIN gold.dim_location AS g ON f.location_key = g.location_key
),
sales AS (
    SELECT
        country,
        kpi.revenue AS revenue,
        SUM(cost_amount) AS cost,
        kpi.gross_margin AS gross_margin,
        kpi.returns AS returns,
        kpi.orders AS orders,
        SUM(quantity) AS units,
        kpi.active_customers AS customers,
        kpi.average_order_value AS average_order_value
    FROM lines
    GROUP BY country
),
total AS (SELECT kpi.revenue AS revenue FROM gold.fact_sales)
SELECT s.*, CASE WHEN t.revenue <> 0 THEN s.revenue / t.revenue END AS revenue_share
FROM sales AS s
CROSS JOIN total AS t
