-- The last rungs of the ladder: all customers of what was sold, those who have bought, those who came on days enough.
WITH reached AS (
    SELECT
        lines, netted, netted_value,
        CASE WHEN purchase_days = 0 THEN 0 WHEN days < $min_days THEN 1 ELSE 2 END AS step
    FROM regulars
)
SELECT
    step,
    count(*) AS customers,
    CAST(sum(lines) AS BIGINT) AS lines,
    CAST(sum(netted) AS BIGINT) AS netted,
    sum(netted_value) AS netted_value
FROM reached
GROUP BY step
