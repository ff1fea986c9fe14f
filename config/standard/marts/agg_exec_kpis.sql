-- One row a month. A month is complete when the orders cover all its days on which business is done. It is covered
-- when no category is missing that was sold in most of the twelve months before, within the last six of them, and
-- brought at least 5 % of their revenue; unless its lines may be there without their product: then revenue without a
-- category has risen by half of the category's share or more. Growth is told only between two months that are both.
WITH lines AS (
    SELECT f.*, d.month_start, CASE WHEN f.product_key = 0 THEN 'n/a' ELSE COALESCE(p.category, 'n/a') END AS category
    FROM gold.fact_sales AS f
    JOIN gold.dim_date AS d ON f.order_date = d.date
    JOIN gold.dim_product AS p ON f.product_key = p.product_key
),
months AS (
    SELECT
        month_start,
        kpi.revenue AS revenue,
        SUM(cost_amount) AS cost,
        kpi.gross_margin AS gross_margin,
        kpi.gross_margin_rate AS gross_margin_rate,
        kpi.gross_margin_at_current_cost AS gross_margin_at_current_cost,
        kpi.gross_sales AS gross_sales,
        kpi.returns AS returns,
        kpi.orders AS orders,
        COUNT(*) FILTER (WHERE document_type = 'order') AS order_lines,
        SUM(quantity) AS units,
        kpi.active_customers AS active_customers,
        kpi.average_order_value AS average_order_value
    FROM lines
    GROUP BY month_start
),
first_months AS (SELECT customer_key, MIN(month_start) AS first_month FROM lines WHERE document_type = 'order' GROUP BY customer_key),
newcomers AS (SELECT first_month, COUNT(*) AS new_customers FROM first_months WHERE customer_key <> 0 GROUP BY first_month),
category_months AS (
    SELECT month_start, category, SUM(sales_amount) AS revenue
    FROM lines
    WHERE document_type = 'order'
    GROUP BY month_start, category
),
sold_months AS (SELECT month_start, SUM(revenue) AS revenue FROM category_months GROUP BY month_start),
before AS (
    SELECT
        m.month_start, c.category,
        SUM(c.revenue) AS revenue, COUNT(*) AS months_sold, MAX(c.month_start) AS last_sold
    FROM months AS m
    JOIN category_months AS c
        ON c.month_start < m.month_start AND c.month_start >= m.month_start - INTERVAL '12 months'
    GROUP BY m.month_start, c.category
),
all_before AS (
    SELECT m.month_start, SUM(b.revenue) AS revenue, COUNT(*) AS months
    FROM months AS m
    JOIN sold_months AS b ON b.month_start < m.month_start AND b.month_start >= m.month_start - INTERVAL '12 months'
    GROUP BY m.month_start
),
unknown_months AS (SELECT month_start, revenue FROM category_months WHERE category = 'n/a'),
unknown_before AS (SELECT month_start, revenue FROM before WHERE category = 'n/a'),
rises AS (
    SELECT
        m.month_start,
        CASE WHEN m.revenue > 0 AND a.revenue > 0 THEN
            CAST(COALESCE(u.revenue, 0) AS DOUBLE) / CAST(m.revenue AS DOUBLE)
            - CAST(COALESCE(w.revenue, 0) AS DOUBLE) / CAST(a.revenue AS DOUBLE)
        ELSE 0.0 END AS rise
    FROM sold_months AS m
    JOIN all_before AS a ON m.month_start = a.month_start
    LEFT JOIN unknown_months AS u ON m.month_start = u.month_start
    LEFT JOIN unknown_before AS w ON m.month_start = w.month_start
),
missing AS (
    SELECT b.month_start, COUNT(*) AS categories
    FROM before AS b
    JOIN all_before AS a ON b.month_start = a.month_start
    JOIN rises AS r ON b.month_start = r.month_start
    LEFT JOIN category_months AS c ON b.month_start = c.month_start AND b.category = c.category
    WHERE c.month_start IS NULL AND b.category <> 'n/a' AND b.revenue >= 0.05 * a.revenue AND 2 * b.months_sold > a.months
        AND b.last_sold >= b.month_start - INTERVAL '6 months'
        AND r.rise < 0.5 * CAST(b.revenue AS DOUBLE) / CAST(a.revenue AS DOUBLE)
    GROUP BY b.month_start
),
marked AS (
    SELECT
        m.*,
        COALESCE(n.new_customers, 0) AS new_customers,
        COALESCE(k.is_complete, FALSE) AS is_complete,
        x.categories IS NULL AS is_covered
    FROM months AS m
    LEFT JOIN calendar.months AS k ON m.month_start = k.month_start
    LEFT JOIN newcomers AS n ON m.month_start = n.first_month
    LEFT JOIN missing AS x ON m.month_start = x.month_start
),
comparable AS (SELECT month_start, month_start + INTERVAL '12 months' AS next_year, revenue FROM marked WHERE is_complete AND is_covered)
SELECT
    m.month_start, m.revenue, m.cost, m.gross_margin, m.gross_margin_rate, m.gross_margin_at_current_cost,
    m.gross_sales, m.returns, m.orders, m.order_lines, m.units, m.active_customers, m.new_customers,
    m.average_order_value, m.is_complete, m.is_covered,
    CASE WHEN b.revenue > 0 THEN (c.revenue - b.revenue) / b.revenue END AS revenue_growth
FROM marked AS m
LEFT JOIN comparable AS c ON m.month_start = c.month_start
LEFT JOIN comparable AS b ON c.month_start = b.next_year
