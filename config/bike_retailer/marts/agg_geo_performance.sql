-- One row a country that was sold to.
WITH sales AS (
    SELECT
        g.country,
        SUM(f.sales_amount) AS revenue,
        SUM(f.cost_amount) AS cost,
        SUM(f.sales_amount) FILTER (WHERE f.cost_amount IS NOT NULL) AS revenue_with_cost,
        COUNT(DISTINCT f.order_number) AS orders,
        SUM(f.quantity) AS units,
        COUNT(DISTINCT f.customer_key) FILTER (WHERE f.customer_key <> 0) AS customers
    FROM gold.fact_sales AS f
    JOIN gold.dim_location AS g ON f.location_key = g.location_key
    GROUP BY g.country
),
total AS (SELECT SUM(sales_amount) AS revenue FROM gold.fact_sales)
SELECT
    s.country, s.revenue, s.cost, s.revenue_with_cost - s.cost AS gross_margin,
    s.orders, s.units, s.customers,
    ROUND(s.revenue / s.orders, 2) AS average_order_value,
    ROUND(s.revenue / t.revenue, 6) AS revenue_share
FROM sales AS s
CROSS JOIN total AS t
