-- The month of every customer's first purchase, and in how many of the months after it they bought.
WITH months AS (
    SELECT DISTINCT customer_id, CAST(year(time) * 12 + month(time) - 1 AS BIGINT) AS month FROM purchases
),
firsts AS (
    SELECT customer_id, min(month) AS first FROM months GROUP BY customer_id
)
SELECT
    firsts.customer_id, min(firsts.first) AS first,
    count(CASE WHEN months.month BETWEEN firsts.first + 1 AND firsts.first + $months THEN 1 END) AS within
FROM months
JOIN firsts ON firsts.customer_id = months.customer_id
GROUP BY firsts.customer_id
ORDER BY firsts.customer_id
