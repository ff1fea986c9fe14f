-- One row a product that was sold, all versions together, described as it is today.
WITH names AS (
    SELECT product_number, product_name, category, subcategory, product_line FROM gold.dim_product WHERE is_current
),
sales AS (
    SELECT
        p.product_number,
        SUM(f.sales_amount) AS revenue,
        SUM(f.cost_amount) AS cost,
        SUM(f.sales_amount) FILTER (WHERE f.cost_amount IS NOT NULL) AS revenue_with_cost,
        SUM(f.quantity) AS units,
        COUNT(*) AS order_lines,
        COUNT(DISTINCT f.customer_key) FILTER (WHERE f.customer_key <> 0) AS customers,
        MIN(f.order_date) AS first_order_date,
        MAX(f.order_date) AS last_order_date
    FROM gold.fact_sales AS f
    JOIN gold.dim_product AS p ON f.product_key = p.product_key
    GROUP BY p.product_number
),
total AS (SELECT SUM(sales_amount) AS revenue FROM gold.fact_sales)
SELECT
    s.product_number, n.product_name, n.category, n.subcategory, n.product_line,
    s.revenue, s.cost, s.revenue_with_cost - s.cost AS gross_margin,
    s.units, s.order_lines, s.customers, s.first_order_date, s.last_order_date,
    ROUND(s.revenue / t.revenue, 6) AS revenue_share,
    ROW_NUMBER() OVER (ORDER BY s.revenue DESC, s.product_number) AS revenue_rank
FROM sales AS s
JOIN names AS n ON s.product_number = n.product_number
CROSS JOIN total AS t
