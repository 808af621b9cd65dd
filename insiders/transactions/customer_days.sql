-- Customers and the calendar days on which something of theirs was booked, with the lines of each kind.
SELECT
    customer_id,
    CAST(time AS DATE) AS day,
    count(CASE WHEN kind = 'purchase' THEN 1 END) AS purchases,
    count(CASE WHEN kind = 'netted' THEN 1 END) AS netted,
    sum(CASE WHEN kind = 'netted' AND quantity > 0 THEN revenue ELSE 0 END) AS netted_value,
    count(*) AS lines
FROM kinds
GROUP BY customer_id, CAST(time AS DATE)
