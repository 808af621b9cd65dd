-- What was sold, with its kind by the sign of the quantity alone.
SELECT
    part, row, invoice, product, description, quantity, time, unit_price, revenue,
    CASE WHEN quantity > 0 THEN 'purchase' ELSE 'return' END AS kind,
    customer_id, country, store, category
FROM goods
