-- The transactions of files that were read: what `insiders.sources.load` has in memory.
SELECT
    part, row, invoice, product, description, TRY_CAST(pieces AS BIGINT) AS quantity, time, unit_price, customer_id,
    country, store, category
FROM once
WHERE reason IS NULL
