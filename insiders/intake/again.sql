-- From when to when the rows are that repeat an invoice of an earlier file or sheet.
SELECT min(checked.time) AS first_day, max(checked.time) AS last_day
FROM checked
JOIN repeated
    ON repeated.invoice = checked.invoice
    AND repeated.part = checked.part
    AND repeated.sheet = coalesce(checked.sheet, '')
WHERE checked.reason IS NULL
