-- Gross revenue and pieces by one attribute of the purchases, in its order.
SELECT value, sum(revenue) AS revenue, CAST(sum(quantity) AS BIGINT) AS items
FROM (
    SELECT
        CASE
            WHEN $product THEN product
            WHEN $customer_id THEN customer_id
            WHEN $category THEN category
            WHEN $store THEN store
        END AS value,
        revenue, quantity
    FROM purchases
)
WHERE value IS NOT NULL
GROUP BY value
ORDER BY value
