-- What was bought by day and by those attributes that are asked for: the sum of the lines that every series is made of.
SELECT
    CAST(time AS DATE) AS date,
    CASE WHEN $product THEN product END AS product,
    CASE WHEN $category THEN category END AS category,
    CASE WHEN $store THEN store END AS store,
    CASE WHEN $country THEN country END AS country,
    CASE WHEN $customer_id THEN customer_id END AS customer_id,
    CAST(sum(quantity) AS DOUBLE) AS units,
    sum(revenue) AS revenue,
    sum(revenue) / sum(quantity) AS price
FROM kinds
WHERE kind = 'purchase'
GROUP BY
    CAST(time AS DATE),
    CASE WHEN $product THEN product END,
    CASE WHEN $category THEN category END,
    CASE WHEN $store THEN store END,
    CASE WHEN $country THEN country END,
    CASE WHEN $customer_id THEN customer_id END
ORDER BY date, product, category, store, country, customer_id
