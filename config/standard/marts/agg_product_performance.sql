-- One row a product that was sold, all versions together, described as it is today. Class A: the products that bring
-- the first 80 % of the revenue, B: the next 15 %, C: the rest and what brings none.
WITH lines AS (
    SELECT f.*, p.product_number
    FROM gold.fact_sales AS f
    JOIN gold.dim_product AS p ON f.product_key = p.product_key
),
sales AS (
    SELECT
        product_number,
        kpi.revenue AS revenue,
        SUM(cost_amount) AS cost,
        kpi.gross_margin AS gross_margin,
        kpi.gross_margin_at_current_cost AS gross_margin_at_current_cost,
        kpi.returns AS returns,
        SUM(quantity) AS units,
        COUNT(*) FILTER (WHERE document_type = 'order') AS order_lines,
        kpi.active_customers AS customers,
        MIN(order_date) FILTER (WHERE document_type = 'order') AS first_order_date,
        MAX(order_date) FILTER (WHERE document_type = 'order') AS last_order_date
    FROM lines
    GROUP BY product_number
),
total AS (SELECT kpi.revenue AS revenue FROM gold.fact_sales),
positive AS (SELECT SUM(revenue) AS revenue FROM sales WHERE revenue > 0),
ranked AS (
    SELECT
        product_number,
        ROW_NUMBER() OVER (ORDER BY revenue DESC, product_number) AS revenue_rank,
        SUM(CASE WHEN revenue > 0 THEN revenue ELSE 0 END) OVER (ORDER BY revenue DESC, product_number)
            - CASE WHEN revenue > 0 THEN revenue ELSE 0 END AS revenue_before
    FROM sales
)
SELECT
    s.*,
    n.product_name, n.category, n.subcategory, n.product_line,
    CASE WHEN t.revenue <> 0 THEN s.revenue / t.revenue END AS revenue_share,
    r.revenue_rank,
    CASE
        WHEN s.revenue <= 0 OR x.revenue IS NULL THEN 'C'
        WHEN r.revenue_before < 0.8 * x.revenue THEN 'A'
        WHEN r.revenue_before < 0.95 * x.revenue THEN 'B'
        ELSE 'C'
    END AS abc_class
FROM sales AS s
JOIN ranked AS r ON s.product_number = r.product_number
JOIN gold.dim_product AS n ON s.product_number = n.product_number AND n.is_current
CROSS JOIN total AS t
CROSS JOIN positive AS x
