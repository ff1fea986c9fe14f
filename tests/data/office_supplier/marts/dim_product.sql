-- One row an article, derived from the order lines; there are no versions, so each is valid always.
WITH articles AS (SELECT Artikelnr, MIN(Artikel) AS Artikel FROM silver.order_lines GROUP BY Artikelnr)
SELECT
    ROW_NUMBER() OVER (ORDER BY Artikelnr) AS product_key,
    Artikelnr AS product_number, Artikel AS product_name, TRUE AS is_current
FROM articles
UNION ALL
SELECT 0 AS product_key, 'n/a' AS product_number, 'n/a' AS product_name, TRUE AS is_current
