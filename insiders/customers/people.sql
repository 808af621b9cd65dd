-- Everybody named in the lines, numbered in the order of their names, with the country of their purchases.
-- Where they bought from several, both ends of the alphabet stand here, and `stays` tells when they were where.
SELECT
    CAST(row_number() OVER (ORDER BY customer_id) - 1 AS INTEGER) AS customer,
    customer_id,
    min(CASE WHEN kind = 'purchase' THEN country END) AS country,
    max(CASE WHEN kind = 'purchase' THEN country END) AS other_country
FROM kinds
GROUP BY customer_id
ORDER BY customer_id
