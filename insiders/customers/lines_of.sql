-- The lines of some customers before a day, in the order of `handoff.everybody`.
SELECT invoice, product, quantity, time, unit_price, revenue, kind, customer_id, country, category
FROM kinds
WHERE time < $day AND customer_id IN $customers
ORDER BY time, part, row
