-- One row a country in which customers live.
WITH countries AS (SELECT DISTINCT country FROM gold.dim_customer WHERE country <> 'n/a')
SELECT ROW_NUMBER() OVER (ORDER BY country) AS location_key, country FROM countries
UNION ALL
SELECT 0 AS location_key, 'n/a' AS country
