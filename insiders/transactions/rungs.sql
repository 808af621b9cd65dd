-- How many lines fall at each rung, and how many customers come no further; customers left out by name one by one.
-- Who is named only in lines that break the contract is no customer.
WITH reached AS (
    SELECT customer_id, rung, count(*) AS lines
    FROM lines
    GROUP BY customer_id, rung
),
furthest AS (
    SELECT customer_id, rung, lines, max(rung) OVER (PARTITION BY customer_id) AS last
    FROM reached
)
SELECT
    rung,
    CASE WHEN rung = 5 THEN customer_id END AS customer_id,
    CAST(sum(lines) AS BIGINT) AS lines,
    count(CASE WHEN rung = last THEN customer_id END) AS customers
FROM furthest
GROUP BY rung, CASE WHEN rung = 5 THEN customer_id END
