-- The hand-off table ``appearance``: customers in the order in which the source first names them.
SELECT customer_id
FROM (
    SELECT customer_id, part, min(row) AS row
    FROM lines
    WHERE customer_id IS NOT NULL AND rung >= 0
    GROUP BY customer_id, part
)
GROUP BY customer_id
ORDER BY min(part), min_by(row, part)
