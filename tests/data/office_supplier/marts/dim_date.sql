-- One row a day, from the first to the last order.
WITH span AS (SELECT MIN(Datum) AS first_day, MAX(Datum) AS last_day FROM silver.orders)
SELECT
    d.date, d.year, d.quarter, d.month, d.month_start, d.iso_year, d.iso_week, d.weekday, d.is_weekend,
    d.is_holiday, d.holiday
FROM calendar.days AS d
CROSS JOIN span AS s
WHERE d.date >= s.first_day AND d.date <= s.last_day
