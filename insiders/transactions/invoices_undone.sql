-- Purchase invoices and the invoices of equal worth that undo them within a day, each used once.
-- The same definition as whole_invoices in insiders/transactions/netting.py.
WITH invoices AS (
    SELECT
        customer_id, invoice,
        CAST(round(100 * abs(sum(revenue))) AS BIGINT) AS cents,
        min(quantity) AS least, max(quantity) AS most,
        min(time) AS moment
    FROM lines
    WHERE rung > 1
    GROUP BY customer_id, invoice
),
pairs AS (
    SELECT
        undone.customer_id, undone.invoice, bought.invoice AS purchase, undone.moment,
        row_number() OVER (
            PARTITION BY undone.customer_id, undone.invoice ORDER BY bought.moment DESC, bought.invoice DESC
        ) AS nearest
    FROM invoices AS undone
    JOIN invoices AS bought
        ON bought.customer_id = undone.customer_id
        AND bought.cents = undone.cents
        AND bought.moment <= undone.moment
        AND bought.moment >= undone.moment - INTERVAL 1 DAY
    WHERE undone.most < 0 AND bought.least > 0 AND undone.cents > 0
),
used AS (
    SELECT
        invoice, purchase,
        row_number() OVER (PARTITION BY customer_id, purchase ORDER BY moment, invoice) AS place
    FROM pairs
    WHERE nearest = 1
)
SELECT invoice FROM used WHERE place = 1
UNION
SELECT purchase AS invoice FROM used WHERE place = 1
