-- One row a cohort and month since: of the customers whose first order fell into a month, how many ordered again so many
-- months later; credit notes lower the revenue and are no orders. Months after the newest order are not there; a month without orders of the cohort is, with 0.
WITH visits AS (
    SELECT
        f.customer_key, d.month_start, SUM(f.sales_amount) AS revenue, MAX(CASE WHEN f.document_type = 'order' THEN 1 ELSE 0 END) = 1 AS has_order
    FROM gold.fact_sales AS f
    JOIN gold.dim_date AS d ON f.order_date = d.date
    WHERE f.customer_key <> 0
    GROUP BY f.customer_key, d.month_start
),
firsts AS (SELECT customer_key, MIN(month_start) AS cohort_month FROM visits WHERE has_order GROUP BY customer_key),
cohorts AS (SELECT cohort_month, COUNT(*) AS customers FROM firsts GROUP BY cohort_month),
newest AS (SELECT MAX(month_start) AS newest_month FROM visits),
months AS (
    SELECT DISTINCT d.month_start
    FROM gold.dim_date AS d
    CROSS JOIN newest AS n
    WHERE d.month_start <= n.newest_month
),
active AS (
    SELECT f.cohort_month, v.month_start, COUNT(*) FILTER (WHERE v.has_order) AS active_customers, SUM(v.revenue) AS revenue
    FROM visits AS v
    JOIN firsts AS f ON v.customer_key = f.customer_key
    GROUP BY f.cohort_month, v.month_start
)
SELECT
    c.cohort_month,
    12 * (EXTRACT(YEAR FROM m.month_start) - EXTRACT(YEAR FROM c.cohort_month))
        + EXTRACT(MONTH FROM m.month_start) - EXTRACT(MONTH FROM c.cohort_month) AS months_since,
    c.customers,
    COALESCE(a.active_customers, 0) AS active_customers,
    CAST(COALESCE(a.active_customers, 0) AS DECIMAL(38, 8)) / c.customers AS retention,
    COALESCE(a.revenue, 0) AS revenue
FROM cohorts AS c
JOIN months AS m ON m.month_start >= c.cohort_month
LEFT JOIN active AS a ON c.cohort_month = a.cohort_month AND m.month_start = a.month_start
