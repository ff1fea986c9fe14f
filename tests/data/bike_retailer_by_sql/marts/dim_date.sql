-- One row a day, from the first order to the last due date. calendar.days is made by the workflow.
WITH span AS (SELECT MIN(sls_order_dt) AS first_day, MAX(sls_due_dt) AS last_due, MAX(sls_ship_dt) AS last_ship FROM silver.crm_sales)
SELECT
    d.date, d.year, d.quarter, d.month, d.month_start, d.iso_year, d.iso_week, d.weekday, d.is_weekend,
    d.is_holiday, d.holiday
FROM calendar.days AS d
CROSS JOIN span AS s
WHERE d.date >= s.first_day AND d.date <= COALESCE(s.last_due, s.last_ship)
