-- Lines that repeat another in every column. Only those whose hash stands twice are compared.
SELECT CAST(coalesce(sum(lines - 1), 0) AS BIGINT) AS rows, coalesce(sum((lines - 1) * worth), 0) AS value
FROM (
    SELECT count(*) AS lines, min(quantity * unit_price) AS worth
    FROM raw
    WHERE hash(invoice, product, description, quantity, time, unit_price, customer_id, country, store, category) IN (
        SELECT hash(invoice, product, description, quantity, time, unit_price, customer_id, country, store, category)
        FROM raw
        GROUP BY 1
        HAVING count(*) > 1
    )
    GROUP BY invoice, product, description, quantity, time, unit_price, customer_id, country, store, category
)
