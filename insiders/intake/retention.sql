-- How many customers bought, by the month of their first purchase and the months since.
WITH months AS (
    SELECT DISTINCT customer_id, CAST(year(time) * 12 + month(time) - 1 AS BIGINT) AS month FROM purchases
),
firsts AS (
    SELECT customer_id, min(month) AS first FROM months GROUP BY customer_id
)
SELECT firsts.first, months.month - firsts.first AS since, count(*) AS active
FROM months
JOIN firsts ON firsts.customer_id = months.customer_id
GROUP BY firsts.first, months.month - firsts.first
ORDER BY first, since
