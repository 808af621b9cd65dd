-- What the chosen customers bought by day.
SELECT CAST(time AS DATE) AS day, sum(revenue) AS revenue
FROM transactions
WHERE kind = 'purchase' AND customer_id IN (SELECT customer_id FROM chosen)
GROUP BY CAST(time AS DATE)
ORDER BY day
