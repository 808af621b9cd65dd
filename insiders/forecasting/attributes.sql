-- How many purchase lines have each attribute.
SELECT count(category) AS category, count(store) AS store, count(country) AS country, count(product) AS product
FROM kinds
WHERE kind = 'purchase'
