-- What was sold, where a line that repeats another in every column counts once.
SELECT * EXCLUDE (place)
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY
                invoice, product, description, quantity, time, unit_price, customer_id, country, store, category
            ORDER BY part, row
        ) AS place
    FROM lines
    WHERE rung = 6
)
WHERE place = 1
