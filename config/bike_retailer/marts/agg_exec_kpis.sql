-- One row a month. A month is complete when the orders reach from its first to its last day or beyond.
WITH lines AS (
    SELECT f.*, d.month_start
    FROM gold.fact_sales AS f
    JOIN gold.dim_date AS d ON f.order_date = d.date
),
first_months AS (SELECT customer_key, MIN(month_start) AS first_month FROM lines GROUP BY customer_key),
newcomers AS (SELECT first_month, COUNT(*) AS new_customers FROM first_months WHERE customer_key <> 0 GROUP BY first_month),
span AS (SELECT MIN(order_date) AS first_order, MAX(order_date) AS last_order FROM gold.fact_sales),
months AS (
    SELECT
        month_start,
        SUM(sales_amount) AS revenue,
        SUM(cost_amount) AS cost,
        SUM(sales_amount) FILTER (WHERE cost_amount IS NOT NULL) AS revenue_with_cost,
        COUNT(DISTINCT order_number) AS orders,
        COUNT(*) AS order_lines,
        SUM(quantity) AS units,
        COUNT(DISTINCT customer_key) FILTER (WHERE customer_key <> 0) AS active_customers
    FROM lines
    GROUP BY month_start
)
SELECT
    m.month_start, m.revenue, m.cost,
    m.revenue_with_cost - m.cost AS gross_margin,
    ROUND((m.revenue_with_cost - m.cost) / m.revenue_with_cost, 6) AS gross_margin_rate,
    m.orders, m.order_lines, m.units, m.active_customers,
    COALESCE(n.new_customers, 0) AS new_customers,
    ROUND(m.revenue / m.orders, 2) AS average_order_value,
    m.month_start >= s.first_order AND m.month_start + INTERVAL '1 month' - INTERVAL '1 day' <= s.last_order AS is_complete
FROM months AS m
CROSS JOIN span AS s
LEFT JOIN newcomers AS n ON m.month_start = n.first_month
