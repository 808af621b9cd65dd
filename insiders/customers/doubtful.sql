-- The lines of the last weeks before a day, of those customers of whom something was netted that was booked so lately
-- that it may have been netted on the day or later; in the order of `handoff.everybody`.
SELECT customer_id, invoice, product, quantity, time, unit_price, kind
FROM kinds
WHERE time >= $since AND time < $day
    AND customer_id IN (
        SELECT customer_id FROM kinds WHERE kind = 'netted' AND time >= $lately AND time < $day
    )
ORDER BY time, part, row
