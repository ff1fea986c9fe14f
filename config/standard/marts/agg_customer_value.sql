-- One row a customer with a document; key 0 gathers the lines of unknown customers. Who has credit notes alone
-- has no score; key 0 has neither score nor class.
-- Scores 1 to 5 are fifths of the customers by last order date, orders and revenue, 5 is best; equal values get equal
-- scores. Class A: the customers who bring the first 80 % of the revenue, B: the next 15 %, C: the rest.
WITH customers AS (
    SELECT
        customer_key,
        kpi.revenue AS revenue,
        kpi.returns AS returns,
        kpi.orders AS orders,
        COUNT(*) FILTER (WHERE document_type = 'order') AS order_lines,
        SUM(quantity) AS units,
        MIN(order_date) FILTER (WHERE document_type = 'order') AS first_order_date,
        MAX(order_date) FILTER (WHERE document_type = 'order') AS last_order_date
    FROM gold.fact_sales
    GROUP BY customer_key
),
known AS (SELECT * FROM customers WHERE customer_key <> 0 AND orders > 0),
size AS (SELECT COUNT(*) AS customers, SUM(CASE WHEN revenue > 0 THEN revenue ELSE 0 END) AS revenue FROM known),
ranked AS (
    SELECT
        customer_key,
        RANK() OVER (ORDER BY last_order_date) AS recency_rank,
        RANK() OVER (ORDER BY orders) AS frequency_rank,
        RANK() OVER (ORDER BY revenue) AS monetary_rank,
        SUM(CASE WHEN revenue > 0 THEN revenue ELSE 0 END) OVER (ORDER BY revenue DESC, customer_key)
            - CASE WHEN revenue > 0 THEN revenue ELSE 0 END AS revenue_before
    FROM known
)
SELECT
    c.*,
    (5 * r.recency_rank + s.customers - 1) // s.customers AS recency_score,
    (5 * r.frequency_rank + s.customers - 1) // s.customers AS frequency_score,
    (5 * r.monetary_rank + s.customers - 1) // s.customers AS monetary_score,
    CASE
        WHEN c.customer_key = 0 THEN NULL
        WHEN c.revenue <= 0 OR r.customer_key IS NULL THEN 'C'
        WHEN r.revenue_before < 0.8 * s.revenue THEN 'A'
        WHEN r.revenue_before < 0.95 * s.revenue THEN 'B'
        ELSE 'C'
    END AS abc_class
FROM customers AS c
LEFT JOIN ranked AS r ON c.customer_key = r.customer_key
CROSS JOIN size AS s
