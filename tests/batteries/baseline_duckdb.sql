-- The warehouse of the bike retailer as a team would write it by hand for DuckDB: cleaned tables, star schema, aggregates
-- and customer features. It trusts the exports: no structural validation, no quarantine files, no list of changes, no
-- books, no proofs, no types in metadata, no holidays and no complete or covered months. :raw is the folder of exports.

-- Cleaned tables.
CREATE TABLE crm_customers AS
WITH typed AS (
    SELECT
        TRY_CAST(TRIM(cst_id) AS BIGINT) AS cst_id, TRIM(cst_key) AS cst_key,
        TRIM(cst_firstname) AS cst_firstname, TRIM(cst_lastname) AS cst_lastname,
        CASE TRIM(cst_marital_status) WHEN 'S' THEN 'Single' WHEN 'M' THEN 'Married' ELSE 'n/a' END AS cst_marital_status,
        CASE TRIM(cst_gndr) WHEN 'F' THEN 'Female' WHEN 'M' THEN 'Male' WHEN 'D' THEN 'Diverse' ELSE 'n/a' END AS cst_gndr,
        TRY_CAST(TRIM(cst_create_date) AS DATE) AS cst_create_date
    FROM read_csv(:raw || '/source_crm/cust_info.csv', all_varchar = true, header = true)
)
SELECT *
FROM typed
WHERE cst_id IS NOT NULL AND regexp_full_match(cst_key, 'AW[0-9]{8}')
QUALIFY ROW_NUMBER() OVER (PARTITION BY cst_id ORDER BY cst_create_date DESC NULLS LAST) = 1;

CREATE TABLE crm_products AS
WITH typed AS (
    SELECT
        TRY_CAST(TRIM(prd_id) AS BIGINT) AS prd_id, TRIM(prd_key) AS prd_key, TRIM(prd_nm) AS prd_nm,
        TRY_CAST(TRIM(prd_cost) AS DECIMAL(18, 2)) AS prd_cost,
        CASE TRIM(prd_line) WHEN 'M' THEN 'Mountain' WHEN 'R' THEN 'Road' WHEN 'S' THEN 'Other sales' WHEN 'T' THEN 'Touring'
            ELSE 'n/a' END AS prd_line,
        TRY_CAST(TRIM(prd_start_dt) AS DATE) AS prd_start_dt
    FROM read_csv(:raw || '/source_crm/prd_info.csv', all_varchar = true, header = true)
)
SELECT
    *,
    LEAD(prd_start_dt) OVER (PARTITION BY SUBSTR(prd_key, 7) ORDER BY prd_start_dt, prd_id) - INTERVAL 1 DAY AS prd_end_dt,
    SUBSTR(prd_key, 7) AS prd_num,
    REPLACE(SUBSTR(prd_key, 1, 5), '-', '_') AS prd_cat
FROM typed;

CREATE TABLE erp_categories AS
SELECT
    TRIM(ID) AS ID,
    CASE TRIM(CAT) WHEN 'Fahrräder' THEN 'Bikes' WHEN 'Komponenten' THEN 'Components' WHEN 'Bekleidung' THEN 'Clothing'
        WHEN 'Zubehör' THEN 'Accessories' ELSE TRIM(CAT) END AS CAT,
    TRIM(SUBCAT) AS SUBCAT,
    CASE TRIM(MAINTENANCE) WHEN 'Ja' THEN 'Yes' WHEN 'Nein' THEN 'No' ELSE TRIM(MAINTENANCE) END AS MAINTENANCE
FROM read_csv(:raw || '/source_erp/PX_CAT_G1V2.csv', all_varchar = true, header = true, encoding = 'latin-1');

CREATE TABLE erp_customers AS
WITH typed AS (
    SELECT
        REGEXP_REPLACE(TRIM(CID), '^NAS', '') AS CID,
        COALESCE(
            CAST(TRY_STRPTIME(TRIM(BDATE), '%Y-%m-%d') AS DATE), CAST(TRY_STRPTIME(TRIM(BDATE), '%d.%m.%Y') AS DATE)
        ) AS BDATE,
        CASE TRIM(GEN) WHEN 'F' THEN 'Female' WHEN 'M' THEN 'Male' WHEN 'D' THEN 'Diverse' WHEN 'weiblich' THEN 'Female'
            WHEN 'männlich' THEN 'Male' WHEN 'divers' THEN 'Diverse' WHEN 'Female' THEN 'Female' WHEN 'Male' THEN 'Male'
            ELSE 'n/a' END AS GEN
    FROM read_csv(:raw || '/source_erp/CUST_AZ12.csv', all_varchar = true, header = true, encoding = 'latin-1')
)
SELECT CID, CASE WHEN BDATE BETWEEN DATE '1900-01-01' AND DATE '2015-12-31' THEN BDATE END AS BDATE, GEN
FROM typed
WHERE regexp_full_match(CID, 'AW[0-9]{8}')
QUALIFY ROW_NUMBER() OVER (PARTITION BY CID) = 1;

CREATE TABLE erp_locations AS
SELECT
    REPLACE(TRIM(CID), '-', '') AS CID,
    CASE TRIM(CNTRY)
        WHEN 'AT' THEN 'Austria' WHEN 'Österreich' THEN 'Austria' WHEN 'AU' THEN 'Australia' WHEN 'BE' THEN 'Belgium'
        WHEN 'Belgien' THEN 'Belgium' WHEN 'CA' THEN 'Canada' WHEN 'CH' THEN 'Switzerland' WHEN 'Schweiz' THEN 'Switzerland'
        WHEN 'CZ' THEN 'Czechia' WHEN 'Tschechien' THEN 'Czechia' WHEN 'DE' THEN 'Germany' WHEN 'Deutschland' THEN 'Germany'
        WHEN 'DK' THEN 'Denmark' WHEN 'Dänemark' THEN 'Denmark' WHEN 'FR' THEN 'France' WHEN 'Frankreich' THEN 'France'
        WHEN 'GB' THEN 'United Kingdom' WHEN 'LU' THEN 'Luxembourg' WHEN 'Luxemburg' THEN 'Luxembourg'
        WHEN 'NL' THEN 'Netherlands' WHEN 'Niederlande' THEN 'Netherlands' WHEN 'PL' THEN 'Poland' WHEN 'Polen' THEN 'Poland'
        WHEN 'US' THEN 'United States' WHEN 'USA' THEN 'United States' ELSE NULLIF(TRIM(CNTRY), '') END AS CNTRY
FROM read_csv(:raw || '/source_erp/LOC_A101.csv', all_varchar = true, header = true, encoding = 'latin-1')
WHERE regexp_full_match(REPLACE(TRIM(CID), '-', ''), 'AW[0-9]{8}')
QUALIFY ROW_NUMBER() OVER (PARTITION BY REPLACE(TRIM(CID), '-', '')) = 1;

CREATE TABLE crm_sales AS
WITH typed AS (
    SELECT
        TRIM(sls_ord_num) AS sls_ord_num, TRIM(sls_prd_key) AS sls_prd_key,
        TRY_CAST(TRIM(sls_cust_id) AS BIGINT) AS sls_cust_id,
        CAST(TRY_STRPTIME(TRIM(sls_order_dt), '%Y%m%d') AS DATE) AS sls_order_dt,
        CAST(TRY_STRPTIME(TRIM(sls_ship_dt), '%Y%m%d') AS DATE) AS sls_ship_dt,
        CAST(TRY_STRPTIME(TRIM(sls_due_dt), '%Y%m%d') AS DATE) AS sls_due_dt,
        TRY_CAST(TRIM(sls_sales) AS DECIMAL(18, 2)) AS amount,
        TRY_CAST(TRIM(sls_quantity) AS BIGINT) AS sls_quantity,
        ABS(TRY_CAST(TRIM(sls_price) AS DECIMAL(18, 2))) AS price
    FROM read_csv(:raw || '/source_crm/sales_details.csv', all_varchar = true, header = true)
),
priced AS (
    SELECT
        * EXCLUDE (price),
        CASE WHEN price IS NULL OR price = 0 THEN CAST(ROUND(amount / sls_quantity, 2) AS DECIMAL(18, 2)) ELSE price END
            AS sls_price
    FROM typed
)
SELECT
    sls_ord_num, sls_prd_key, sls_cust_id,
    COALESCE(sls_order_dt, CAST(sls_ship_dt - INTERVAL 7 DAY AS DATE)) AS sls_order_dt, sls_ship_dt, sls_due_dt,
    CASE WHEN amount IS NULL OR amount <= 0 OR ABS(amount - sls_quantity * sls_price) > 0.005 * sls_quantity
        THEN CAST(sls_quantity * sls_price AS DECIMAL(18, 2)) ELSE amount END AS sls_sales,
    sls_quantity, sls_price
FROM priced
WHERE sls_quantity > 0 AND COALESCE(sls_order_dt, sls_ship_dt) IS NOT NULL;

-- Star schema.
CREATE TABLE dim_customer AS
WITH newest AS (
    SELECT *
    FROM crm_customers
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY cst_key ORDER BY COALESCE(cst_create_date, DATE '1900-01-01') DESC, cst_id DESC
    ) = 1
)
SELECT
    ROW_NUMBER() OVER (ORDER BY c.cst_key) AS customer_key, c.cst_key AS customer_number, c.cst_id AS customer_id,
    c.cst_firstname AS first_name, c.cst_lastname AS last_name, COALESCE(l.CNTRY, 'n/a') AS country,
    CASE WHEN c.cst_gndr <> 'n/a' THEN c.cst_gndr ELSE COALESCE(e.GEN, 'n/a') END AS gender,
    COALESCE(c.cst_gndr <> 'n/a' AND e.GEN <> 'n/a' AND c.cst_gndr <> e.GEN, FALSE) AS is_gender_contradictory,
    c.cst_marital_status AS marital_status, e.BDATE AS birth_date, c.cst_create_date AS created_date
FROM newest AS c
LEFT JOIN erp_customers AS e ON c.cst_key = e.CID
LEFT JOIN erp_locations AS l ON c.cst_key = l.CID
UNION ALL
SELECT 0, 'n/a', NULL, NULL, NULL, 'n/a', 'n/a', FALSE, 'n/a', NULL, NULL;

CREATE TABLE dim_location AS
SELECT ROW_NUMBER() OVER (ORDER BY country) AS location_key, country
FROM (SELECT DISTINCT country FROM dim_customer WHERE country <> 'n/a')
UNION ALL
SELECT 0, 'n/a';

CREATE TABLE dim_product AS
WITH versions AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY prd_num ORDER BY prd_start_dt, prd_id) AS version,
        LEAD(prd_start_dt) OVER (PARTITION BY prd_num ORDER BY prd_start_dt, prd_id) AS next_start
    FROM crm_products
)
SELECT
    ROW_NUMBER() OVER (ORDER BY v.prd_num, v.version) AS product_key, v.prd_num AS product_number, v.version,
    v.prd_id AS version_id, v.prd_nm AS product_name, COALESCE(c.CAT, 'n/a') AS category,
    COALESCE(c.SUBCAT, 'n/a') AS subcategory, v.prd_line AS product_line, v.prd_cost AS unit_cost,
    v.prd_start_dt AS introduced_date,
    CASE WHEN v.version = 1 THEN DATE '1900-01-01' ELSE v.prd_start_dt END AS valid_from,
    COALESCE(v.next_start, DATE '9999-12-31') AS valid_to, v.version = 1 AS reaches_back, v.next_start IS NULL AS is_current
FROM versions AS v
LEFT JOIN erp_categories AS c ON v.prd_cat = c.ID
UNION ALL
SELECT 0, 'n/a', 1, NULL, 'n/a', 'n/a', 'n/a', 'n/a', NULL, NULL, DATE '1900-01-01', DATE '9999-12-31', FALSE, TRUE;

CREATE TABLE dim_date AS
WITH span AS (SELECT MIN(sls_order_dt) AS low, COALESCE(MAX(sls_due_dt), MAX(sls_ship_dt)) AS high FROM crm_sales),
days AS (SELECT CAST(UNNEST(GENERATE_SERIES(low, high, INTERVAL 1 DAY)) AS DATE) AS date FROM span)
SELECT
    date, YEAR(date) AS year, QUARTER(date) AS quarter, MONTH(date) AS month,
    CAST(DATE_TRUNC('month', date) AS DATE) AS month_start, ISOYEAR(date) AS iso_year, WEEK(date) AS iso_week,
    ISODOW(date) AS weekday, ISODOW(date) > 5 AS is_weekend
FROM days;

CREATE TABLE fact_sales AS
WITH lines AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY sls_ord_num ORDER BY sls_prd_key) AS line_number FROM crm_sales
)
SELECT
    l.sls_ord_num AS order_number, l.line_number, COALESCE(c.customer_key, 0) AS customer_key,
    COALESCE(p.product_key, 0) AS product_key, COALESCE(g.location_key, 0) AS location_key, l.sls_order_dt AS order_date,
    l.sls_ship_dt AS ship_date, l.sls_due_dt AS due_date, l.sls_quantity AS quantity, l.sls_price AS unit_price,
    l.sls_sales AS sales_amount, l.sls_quantity * p.unit_cost AS cost_amount,
    l.sls_quantity * today.unit_cost AS current_cost_amount,
    COALESCE(p.reaches_back AND l.sls_order_dt < p.introduced_date, FALSE) AS is_before_first_version
FROM lines AS l
LEFT JOIN crm_customers AS ids ON l.sls_cust_id = ids.cst_id
LEFT JOIN dim_customer AS c ON ids.cst_key = c.customer_number
LEFT JOIN dim_location AS g ON c.country = g.country
LEFT JOIN dim_product AS p
    ON l.sls_prd_key = p.product_number AND l.sls_order_dt >= p.valid_from AND l.sls_order_dt < p.valid_to
LEFT JOIN dim_product AS today ON l.sls_prd_key = today.product_number AND today.is_current;

-- Aggregates. All lines are of orders, so that revenue needs no document types.
CREATE MACRO margin(sales, cost) AS SUM(sales) FILTER (WHERE cost IS NOT NULL) - SUM(cost);
CREATE MACRO known(customer) AS COUNT(DISTINCT customer) FILTER (WHERE customer <> 0);

CREATE TABLE agg_exec_kpis AS
WITH lines AS (SELECT *, CAST(DATE_TRUNC('month', order_date) AS DATE) AS month_start FROM fact_sales),
months AS (
    SELECT
        month_start, SUM(sales_amount) AS revenue, SUM(cost_amount) AS cost, margin(sales_amount, cost_amount) AS gross_margin,
        margin(sales_amount, current_cost_amount) AS gross_margin_at_current_cost,
        COUNT(DISTINCT order_number) AS orders, COUNT(*) AS order_lines, SUM(quantity) AS units,
        known(customer_key) AS active_customers, SUM(sales_amount) / COUNT(DISTINCT order_number) AS average_order_value
    FROM lines
    GROUP BY month_start
),
firsts AS (SELECT MIN(month_start) AS first_month FROM lines WHERE customer_key <> 0 GROUP BY customer_key),
newcomers AS (SELECT first_month, COUNT(*) AS new_customers FROM firsts GROUP BY first_month)
SELECT m.*, COALESCE(n.new_customers, 0) AS new_customers, m.revenue / b.revenue - 1 AS revenue_growth
FROM months AS m
LEFT JOIN newcomers AS n ON m.month_start = n.first_month
LEFT JOIN months AS b ON m.month_start = b.month_start + INTERVAL 12 MONTH
ORDER BY m.month_start;

CREATE TABLE agg_product_performance AS
WITH sales AS (
    SELECT
        p.product_number, SUM(sales_amount) AS revenue, SUM(cost_amount) AS cost,
        margin(sales_amount, cost_amount) AS gross_margin,
        margin(sales_amount, current_cost_amount) AS gross_margin_at_current_cost, SUM(quantity) AS units,
        COUNT(*) AS order_lines, known(customer_key) AS customers, MIN(order_date) AS first_order_date,
        MAX(order_date) AS last_order_date
    FROM fact_sales AS f
    JOIN dim_product AS p ON f.product_key = p.product_key
    GROUP BY p.product_number
),
ranked AS (
    SELECT
        *, revenue / SUM(revenue) OVER () AS revenue_share,
        ROW_NUMBER() OVER (ORDER BY revenue DESC, product_number) AS revenue_rank,
        (SUM(revenue) OVER (ORDER BY revenue DESC, product_number) - revenue) / SUM(revenue) OVER () AS share_before
    FROM sales
)
SELECT
    r.* EXCLUDE (share_before), n.product_name, n.category, n.subcategory, n.product_line,
    CASE WHEN share_before < 0.8 THEN 'A' WHEN share_before < 0.95 THEN 'B' ELSE 'C' END AS abc_class
FROM ranked AS r
JOIN dim_product AS n ON r.product_number = n.product_number AND n.is_current
ORDER BY r.product_number;

CREATE TABLE agg_category_performance AS
SELECT
    p.category, SUM(sales_amount) AS revenue, SUM(cost_amount) AS cost, margin(sales_amount, cost_amount) AS gross_margin,
    margin(sales_amount, current_cost_amount) AS gross_margin_at_current_cost, COUNT(DISTINCT order_number) AS orders,
    SUM(quantity) AS units, COUNT(DISTINCT product_number) AS products, known(customer_key) AS customers
FROM fact_sales AS f
JOIN dim_product AS p ON f.product_key = p.product_key
GROUP BY p.category
ORDER BY p.category;

CREATE TABLE agg_geo_performance AS
SELECT
    g.country, SUM(sales_amount) AS revenue, SUM(cost_amount) AS cost, margin(sales_amount, cost_amount) AS gross_margin,
    COUNT(DISTINCT order_number) AS orders, SUM(quantity) AS units, known(customer_key) AS customers,
    SUM(sales_amount) / COUNT(DISTINCT order_number) AS average_order_value
FROM fact_sales AS f
JOIN dim_location AS g ON f.location_key = g.location_key
GROUP BY g.country
ORDER BY g.country;

CREATE TABLE agg_customer_value AS
WITH customers AS (
    SELECT
        customer_key, SUM(sales_amount) AS revenue, COUNT(DISTINCT order_number) AS orders, COUNT(*) AS order_lines,
        SUM(quantity) AS units, MIN(order_date) AS first_order_date, MAX(order_date) AS last_order_date
    FROM fact_sales
    GROUP BY customer_key
)
SELECT
    *, NTILE(5) OVER (ORDER BY last_order_date) AS recency_score, NTILE(5) OVER (ORDER BY orders) AS frequency_score,
    NTILE(5) OVER (ORDER BY revenue) AS monetary_score,
    CASE WHEN SUM(revenue) OVER (ORDER BY revenue DESC, customer_key) - revenue < 0.8 * SUM(revenue) OVER () THEN 'A'
        WHEN SUM(revenue) OVER (ORDER BY revenue DESC, customer_key) - revenue < 0.95 * SUM(revenue) OVER () THEN 'B'
        ELSE 'C' END AS abc_class
FROM customers
ORDER BY customer_key;

CREATE TABLE agg_cohort_retention AS
WITH visits AS (
    SELECT customer_key, CAST(DATE_TRUNC('month', order_date) AS DATE) AS month_start, SUM(sales_amount) AS revenue
    FROM fact_sales
    WHERE customer_key <> 0
    GROUP BY ALL
),
firsts AS (SELECT customer_key, MIN(month_start) AS cohort_month FROM visits GROUP BY customer_key),
cohorts AS (SELECT cohort_month, COUNT(*) AS customers FROM firsts GROUP BY cohort_month),
months AS (SELECT DISTINCT month_start FROM dim_date WHERE month_start <= (SELECT MAX(month_start) FROM visits)),
active AS (
    SELECT f.cohort_month, v.month_start, COUNT(*) AS active_customers, SUM(v.revenue) AS revenue
    FROM visits AS v
    JOIN firsts AS f ON v.customer_key = f.customer_key
    GROUP BY ALL
)
SELECT
    c.cohort_month, DATE_DIFF('month', c.cohort_month, m.month_start) AS months_since, c.customers,
    COALESCE(a.active_customers, 0) AS active_customers, COALESCE(a.active_customers, 0) / c.customers AS retention,
    COALESCE(a.revenue, 0) AS revenue
FROM cohorts AS c
JOIN months AS m ON m.month_start >= c.cohort_month
LEFT JOIN active AS a ON c.cohort_month = a.cohort_month AND m.month_start = a.month_start
ORDER BY ALL;

-- Customer features.
CREATE TABLE customer_features AS
WITH lines AS (
    SELECT f.*, p.product_number, p.category
    FROM fact_sales AS f
    JOIN dim_product AS p ON f.product_key = p.product_key
    WHERE f.customer_key <> 0
),
by_category AS (SELECT customer_key, category, SUM(sales_amount) AS revenue FROM lines GROUP BY ALL),
shares AS (
    SELECT customer_key, COUNT(*) AS distinct_categories, MAX(revenue) / SUM(revenue) AS main_category_share
    FROM by_category
    GROUP BY customer_key
),
newest AS (SELECT MAX(order_date) AS today FROM fact_sales)
SELECT
    l.customer_key, ANY_VALUE(today) - MAX(order_date) AS recency_days, ANY_VALUE(today) - MIN(order_date) AS tenure_days,
    COUNT(DISTINCT order_number) AS frequency, SUM(sales_amount) AS monetary,
    SUM(sales_amount) / COUNT(DISTINCT order_number) AS average_order_value,
    COUNT(*) / COUNT(DISTINCT order_number) AS lines_per_order,
    SUM(quantity) / COUNT(DISTINCT order_number) AS units_per_order, COUNT(DISTINCT product_number) AS distinct_products,
    ANY_VALUE(s.distinct_categories) AS distinct_categories, ANY_VALUE(s.main_category_share) AS main_category_share,
    margin(sales_amount, cost_amount) / SUM(sales_amount) FILTER (WHERE cost_amount IS NOT NULL) AS gross_margin_rate
FROM lines AS l
JOIN shares AS s ON l.customer_key = s.customer_key
CROSS JOIN newest
GROUP BY l.customer_key
ORDER BY l.customer_key;
