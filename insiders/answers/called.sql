-- How many lines call these products by which description.
SELECT product, description, count(*) AS lines
FROM transactions
WHERE product IN $products AND description IS NOT NULL
GROUP BY product, description
ORDER BY product, description
