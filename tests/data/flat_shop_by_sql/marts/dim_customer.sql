-- One row a customer, as the newest order has it.
WITH newest AS (
    SELECT
        s."Kunden-Nr." AS customer_number, s.Name AS name, s.Land AS country,
        ROW_NUMBER() OVER (PARTITION BY s."Kunden-Nr." ORDER BY s.Bestelldatum DESC, s."Bestell-Nr." DESC, s.Position) AS place
    FROM silver.bestellungen AS s
    WHERE s."Kunden-Nr." IS NOT NULL
)
SELECT ROW_NUMBER() OVER (ORDER BY customer_number) AS customer_key, customer_number, name, COALESCE(country, 'n/a') AS country
FROM newest
WHERE place = 1
UNION ALL
SELECT 0 AS customer_key, 'n/a' AS customer_number, CAST(NULL AS VARCHAR) AS name, 'n/a' AS country
