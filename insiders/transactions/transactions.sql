-- Prepared lines of customers who have bought, on days enough or not: the hand-off tables ``transactions`` and ``once``.
SELECT
    invoice, product, description, quantity, time, unit_price, revenue, kind, customer_id, country, store, category
FROM kinds
WHERE customer_id IN (SELECT customer_id FROM regulars WHERE purchase_days > 0 AND (days >= $min_days) = $enough)
