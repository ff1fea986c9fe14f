-- One row a customer number. The CRM speaks first; the ERP fills in where the CRM is silent. Of a number under two CRM
-- ids the newest record counts, as keep says in the contract; of two of one day the one with the larger id.
WITH ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY cst_key ORDER BY COALESCE(cst_create_date, DATE '1900-01-01') DESC, cst_id DESC
        ) AS place
    FROM silver.crm_customers
),
newest AS (SELECT * FROM ranked WHERE place = 1),
joined AS (
    SELECT
        crm.cst_id AS customer_id,
        crm.cst_key AS customer_number,
        crm.cst_firstname AS first_name,
        crm.cst_lastname AS last_name,
        COALESCE(location.CNTRY, 'n/a') AS country,
        CASE WHEN crm.cst_gndr <> 'n/a' THEN crm.cst_gndr ELSE COALESCE(erp.GEN, 'n/a') END AS gender,
        COALESCE(crm.cst_gndr <> 'n/a' AND erp.GEN <> 'n/a' AND crm.cst_gndr <> erp.GEN, FALSE)
            AS is_gender_contradictory,
        crm.cst_marital_status AS marital_status,
        erp.BDATE AS birth_date,
        crm.cst_create_date AS created_date
    FROM newest AS crm
    LEFT JOIN silver.erp_customers AS erp ON crm.cst_key = erp.CID
    LEFT JOIN silver.erp_locations AS location ON crm.cst_key = location.CID
)
SELECT
    ROW_NUMBER() OVER (ORDER BY customer_number) AS customer_key,
    customer_number, customer_id, first_name, last_name, country, gender, is_gender_contradictory,
    marital_status, birth_date, created_date
FROM joined
UNION ALL
SELECT
    0 AS customer_key, 'n/a' AS customer_number, CAST(NULL AS BIGINT) AS customer_id,
    CAST(NULL AS VARCHAR) AS first_name, CAST(NULL AS VARCHAR) AS last_name, 'n/a' AS country, 'n/a' AS gender,
    FALSE AS is_gender_contradictory, 'n/a' AS marital_status, CAST(NULL AS DATE) AS birth_date,
    CAST(NULL AS DATE) AS created_date
