-- Customers with the distinct days on which they bought, the days that are asked for, and their lines.
SELECT
    customer_id,
    count(CASE WHEN purchases > 0 THEN 1 END) AS purchase_days,
    count(CASE WHEN purchases > 0 OR ($days_of = 'activity' AND lines > netted) THEN 1 END) AS days,
    CAST(sum(lines) AS BIGINT) AS lines,
    CAST(sum(netted) AS BIGINT) AS netted,
    sum(netted_value) AS netted_value
FROM customer_days
GROUP BY customer_id
