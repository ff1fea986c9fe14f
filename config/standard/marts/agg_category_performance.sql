-- One row a category that was sold.
WITH lines AS (
    SELECT f.*, p.product_number, COALESCE(p.category, 'n/a') AS category
    FROM gold.fact_sales AS f
    JOIN gold.dim_product AS p ON f.product_key = p.product_key
),
sales AS (
    SELECT
        category,
        kpi.revenue AS revenue,
        SUM(cost_amount) AS cost,
        kpi.gross_margin AS gross_margin,
        kpi.gross_margin_rate AS gross_margin_rate,
        kpi.gross_margin_at_current_cost AS gross_margin_at_current_cost,
        kpi.returns AS returns,
        kpi.orders AS orders,
        SUM(quantity) AS units,
        COUNT(DISTINCT product_number) FILTER (WHERE document_type = 'order') AS products,
        kpi.active_customers AS customers
    FROM lines
    GROUP BY category
),
total AS (SELECT kpi.revenue AS revenue FROM gold.fact_sales)
SELECT s.*, CASE WHEN t.revenue <> 0 THEN s.revenue / t.revenue END AS revenue_share
FROM sales AS s
CROSS JOIN total AS t
