-- One row a product version, valid from (inclusive) to (exclusive). The first version reaches back to 1900:
-- sales are older than the first start date on record, and have no other version to belong to. The versions of a
-- product number form one chain, whatever their category; of two that start on one day the later number counts.
WITH versions AS (
    SELECT
        prd_num AS product_number,
        prd_cat AS category_id,
        prd_nm AS product_name,
        prd_cost AS unit_cost,
        prd_line AS product_line,
        prd_start_dt AS introduced_date,
        ROW_NUMBER() OVER (PARTITION BY prd_num ORDER BY prd_start_dt, prd_id) AS version,
        LEAD(prd_start_dt) OVER (PARTITION BY prd_num ORDER BY prd_start_dt, prd_id) AS next_start
    FROM silver.crm_products
)
SELECT
    ROW_NUMBER() OVER (ORDER BY v.product_number, v.version) AS product_key,
    v.product_number, v.version, v.product_name,
    COALESCE(c.CAT, 'n/a') AS category, COALESCE(c.SUBCAT, 'n/a') AS subcategory, v.product_line, v.unit_cost,
    v.introduced_date,
    CASE WHEN v.version = 1 THEN DATE '1900-01-01' ELSE v.introduced_date END AS valid_from,
    COALESCE(v.next_start, DATE '9999-12-31') AS valid_to,
    v.version = 1 AS reaches_back,
    v.next_start IS NULL AS is_current
FROM versions AS v
LEFT JOIN silver.erp_categories AS c ON v.category_id = c.ID
UNION ALL
SELECT
    0 AS product_key, 'n/a' AS product_number, 1 AS version,
    'n/a' AS product_name, 'n/a' AS category, 'n/a' AS subcategory, 'n/a' AS product_line,
    CAST(NULL AS DECIMAL(18, 2)) AS unit_cost, CAST(NULL AS DATE) AS introduced_date,
    DATE '1900-01-01' AS valid_from, DATE '9999-12-31' AS valid_to, FALSE AS reaches_back, TRUE AS is_current
