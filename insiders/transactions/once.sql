-- Lines without the invoices that stand in a later part again.
SELECT checked.*
FROM checked
WHERE NOT EXISTS (
    SELECT 1
    FROM repeated
    WHERE repeated.invoice = checked.invoice
        AND repeated.part = checked.part
        AND repeated.sheet = coalesce(checked.sheet, '')
)
    OR checked.reason IS NOT NULL
