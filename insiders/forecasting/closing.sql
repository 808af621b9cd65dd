-- The last purchase of every day.
SELECT max(time) AS time FROM kinds WHERE kind = 'purchase' GROUP BY CAST(time AS DATE) ORDER BY time
