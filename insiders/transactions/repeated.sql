-- Invoices of a part that a later part holds again, with exactly the same lines in any order.
-- A part is a file, or a sheet of one. The same definition as insiders/sources/overlap.py.
WITH suspects AS (
    SELECT invoice
    FROM checked
    WHERE reason IS NULL
    GROUP BY invoice
    HAVING count(DISTINCT concat_ws('|', CAST(part AS VARCHAR), sheet)) > 1
),
lines AS (
    SELECT
        part, coalesce(sheet, '') AS sheet, row, invoice,
        concat_ws('|',
            coalesce('=' || product, ''), coalesce('=' || description, ''), CAST(pieces AS VARCHAR),
            CAST(time AS VARCHAR), CAST(unit_price AS VARCHAR), coalesce('=' || customer_id, ''),
            coalesce('=' || country, ''), coalesce('=' || store, ''), coalesce('=' || category, '')
        ) AS line
    FROM checked
    WHERE reason IS NULL AND invoice IN (SELECT invoice FROM suspects)
),
copies AS (
    SELECT part, sheet, invoice, min(row) AS row, count(*) AS lines, list_sort(array_agg(line)) AS line
    FROM lines
    GROUP BY part, sheet, invoice
),
counted AS (
    SELECT part, sheet, invoice, lines, row_number() OVER (PARTITION BY invoice, line ORDER BY part DESC, row DESC) AS place
    FROM copies
)
SELECT part, sheet, invoice, lines FROM counted WHERE place > 1
