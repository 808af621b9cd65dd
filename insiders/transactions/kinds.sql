-- What was sold, with its kind: a purchase or a return by the sign, netted where it was undone in full.
SELECT
    goods.part, goods.row, goods.invoice, goods.product, goods.description, goods.quantity, goods.time,
    goods.unit_price, goods.revenue,
    CASE
        WHEN whole.invoice IS NOT NULL OR line.row IS NOT NULL THEN 'netted'
        WHEN goods.quantity > 0 THEN 'purchase'
        ELSE 'return'
    END AS kind,
    goods.customer_id, goods.country, goods.store, goods.category
FROM goods
LEFT JOIN invoices_undone AS whole ON whole.invoice = goods.invoice
LEFT JOIN lines_taken_back AS line ON line.part = goods.part AND line.row = goods.row
