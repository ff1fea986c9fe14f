-- One row an order line. Every line of silver.crm_sales is here exactly once; what no dimension knows gets key 0.
WITH lines AS (
    SELECT
        s.*,
        ROW_NUMBER() OVER (PARTITION BY s.sls_ord_num ORDER BY s.sls_prd_key) AS line_number
    FROM silver.crm_sales AS s
)
SELECT
    l.sls_ord_num AS order_number,
    l.line_number,
    COALESCE(c.customer_key, 0) AS customer_key,
    COALESCE(p.product_key, 0) AS product_key,
    COALESCE(g.location_key, 0) AS location_key,
    l.sls_order_dt AS order_date,
    l.sls_ship_dt AS ship_date,
    l.sls_due_dt AS due_date,
    l.sls_quantity AS quantity,
    l.sls_price AS unit_price,
    l.sls_sales AS sales_amount,
    l.sls_quantity * p.unit_cost AS cost_amount,
    l.sls_quantity * today.unit_cost AS current_cost_amount,
    COALESCE(p.reaches_back AND l.sls_order_dt < p.introduced_date, FALSE) AS is_before_first_version
FROM lines AS l
LEFT JOIN silver.crm_customers AS ids ON l.sls_cust_id = ids.cst_id
LEFT JOIN gold.dim_customer AS c ON ids.cst_key = c.customer_number
LEFT JOIN gold.dim_location AS g ON c.country = g.country
LEFT JOIN gold.dim_product AS p ON l.sls_prd_key = p.product_number
LEFT JOIN gold.dim_product AS today ON l.sls_prd_key = today.product_number AND today.is_current
WHERE p.product_key IS NULL OR (l.sls_order_dt >= p.valid_from AND l.sls_order_dt < p.valid_to)
