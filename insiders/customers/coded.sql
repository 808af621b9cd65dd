-- The lines with numbers in place of names: of an invoice or a product it only matters whether it is another one.
SELECT
    people.customer,
    hash(kinds.invoice) AS invoice,
    hash(kinds.product) AS product,
    kinds.category,
    CASE WHEN people.country <> people.other_country THEN kinds.country END AS country,
    kinds.quantity,
    kinds.revenue,
    CAST(kinds.time AS TIMESTAMP) AS time,
    CAST(kinds.time AS DATE) AS day,
    kinds.kind = 'purchase' AS bought,
    kinds.kind = 'netted' AS netted
FROM kinds
JOIN people ON people.customer_id = kinds.customer_id
