-- The products of which something came back: its value, and what was sold of the product.
SELECT
    product,
    -sum(CASE WHEN kind = 'return' THEN revenue END) AS value,
    sum(CASE WHEN kind = 'purchase' THEN revenue END) AS sold
FROM transactions
GROUP BY product
HAVING count(CASE WHEN kind = 'return' THEN 1 END) > 0
ORDER BY product
