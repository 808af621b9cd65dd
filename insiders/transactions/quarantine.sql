-- The hand-off table ``quarantine``: lines that break the contract, as they were written, with the reason.
SELECT
    checked.part, checked.row + 1 AS row, checked.reason,
    written.invoice, written.product, written.description, written.quantity, written.time, written.unit_price,
    written.customer_id, written.country, written.store, written.category
FROM checked
JOIN written ON written.part = checked.part AND written.row = checked.row
WHERE checked.reason IS NOT NULL
ORDER BY checked.part, checked.row
