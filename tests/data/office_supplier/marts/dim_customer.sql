-- One row a customer, derived from the order headers; a name that changed is the one of the newest order.
WITH newest AS (
    SELECT
        Kundennr, Firma,
        ROW_NUMBER() OVER (PARTITION BY Kundennr ORDER BY Datum DESC, Belegnr DESC) AS place
    FROM silver.orders
)
SELECT ROW_NUMBER() OVER (ORDER BY Kundennr) AS customer_key, Kundennr AS customer_number, Firma AS company_name
FROM newest
WHERE place = 1
UNION ALL
SELECT 0 AS customer_key, 'n/a' AS customer_number, CAST(NULL AS VARCHAR) AS company_name
