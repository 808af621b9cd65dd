-- Purchase lines far above the usual quantity of their product, the largest multiple first.
-- The same definition as bulk_lines in insiders/exploration/bulk.py.
WITH usual AS (
    SELECT product, median(quantity) AS usual_quantity
    FROM purchases
    GROUP BY product
    HAVING count(*) >= $at_least_lines AND median(quantity) > 0
)
SELECT
    purchases.* EXCLUDE (part, row), usual.usual_quantity,
    purchases.quantity / usual.usual_quantity AS times_usual
FROM purchases
JOIN usual ON usual.product = purchases.product
WHERE purchases.quantity >= $times_usual * usual.usual_quantity
ORDER BY times_usual DESC, purchases.time, purchases.part, purchases.row
