-- The one row of the hand-off table ``buyers``: all customers who bought, taken together.
SELECT
    count(DISTINCT customer_id) AS customers,
    sum(CASE WHEN kind = 'purchase' THEN revenue ELSE 0 END) AS gross_revenue,
    sum(CASE WHEN kind <> 'netted' THEN revenue ELSE 0 END) AS net_revenue,
    CAST(sum(CASE WHEN kind = 'purchase' THEN quantity ELSE 0 END) AS BIGINT) AS items
FROM kinds
WHERE customer_id IN (SELECT customer_id FROM regulars WHERE purchase_days > 0)
