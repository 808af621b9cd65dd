-- How many purchase lines call a product what.
SELECT product, description, count(*) AS lines
FROM kinds
WHERE kind = 'purchase' AND description IS NOT NULL
GROUP BY product, description
ORDER BY product, description
