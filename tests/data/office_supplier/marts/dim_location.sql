-- One row a city to which was delivered.
WITH places AS (SELECT DISTINCT Land, Ort FROM silver.orders WHERE Land IS NOT NULL AND Ort IS NOT NULL)
SELECT ROW_NUMBER() OVER (ORDER BY Land, Ort) AS location_key, Land AS country, Ort AS city FROM places
UNION ALL
SELECT 0 AS location_key, 'n/a' AS country, 'n/a' AS city
