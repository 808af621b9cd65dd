-- What was sold on every open day.
SELECT
    CAST(time AS DATE) AS day,
    sum(revenue) AS revenue,
    count(DISTINCT invoice) AS invoices,
    CAST(sum(quantity) AS BIGINT) AS items,
    count(DISTINCT customer_id) AS customers
FROM purchases
GROUP BY CAST(time AS DATE)
ORDER BY day
