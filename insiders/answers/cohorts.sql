-- How many customers bought, and for how much, by the month of their first purchase and the months since.
WITH months AS (
    SELECT customer_id, CAST(year(time) * 12 + month(time) - 1 AS BIGINT) AS month, sum(revenue) AS revenue
    FROM kinds
    WHERE kind = 'purchase'
    GROUP BY customer_id, CAST(year(time) * 12 + month(time) - 1 AS BIGINT)
),
since AS (
    SELECT min(month) OVER (PARTITION BY customer_id) AS first, month, revenue FROM months
)
SELECT first, month - first AS since, count(*) AS active, sum(revenue) AS revenue
FROM since
GROUP BY first, month
ORDER BY first, since
