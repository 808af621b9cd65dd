-- Purchase lines and the lines that take them back in full within some days, the latest open purchase first.
-- The same definition as lines in insiders/transactions/netting.py: purchases and cancellations of one customer,
-- product, price and number of pieces are a stack, on each level of which neighbours are partners.
WITH cancelled AS (
    SELECT DISTINCT customer_id, product, unit_price, -quantity AS pieces
    FROM goods
    WHERE quantity < 0
),
moves AS (
    SELECT
        goods.part, goods.row, goods.customer_id, goods.product, goods.unit_price, cancelled.pieces, goods.time,
        CASE WHEN goods.quantity > 0 THEN 1 ELSE -1 END AS step
    FROM goods
    JOIN cancelled
        ON cancelled.customer_id = goods.customer_id
        AND cancelled.product = goods.product
        AND cancelled.unit_price = goods.unit_price
        AND cancelled.pieces = abs(goods.quantity)
    WHERE NOT EXISTS (SELECT 1 FROM invoices_undone AS whole WHERE whole.invoice = goods.invoice)
),
balanced AS (
    SELECT
        *,
        sum(step) OVER (
            PARTITION BY customer_id, product, unit_price, pieces ORDER BY time, step DESC, part, row
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS balance
    FROM moves
),
lowest AS (
    SELECT
        *,
        min(balance) OVER (
            PARTITION BY customer_id, product, unit_price, pieces ORDER BY time, step DESC, part, row
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS lowest_before
    FROM balanced
),
levels AS (
    SELECT
        part, row, customer_id, product, unit_price, pieces, time, step,
        sum(step) OVER (
            PARTITION BY customer_id, product, unit_price, pieces ORDER BY time, step DESC, part, row
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) + CASE WHEN step < 0 THEN 1 ELSE 0 END AS level
    FROM lowest
    WHERE balance >= coalesce(CASE WHEN lowest_before < 0 THEN lowest_before ELSE 0 END, 0)
),
neighbours AS (
    SELECT
        part, row, time, step,
        lead(step) OVER stack AS next_step,
        lead(time) OVER stack AS next_time,
        lag(step) OVER stack AS step_before,
        lag(time) OVER stack AS time_before
    FROM levels
    WINDOW stack AS (PARTITION BY customer_id, product, unit_price, pieces, level ORDER BY time, step DESC, part, row)
)
SELECT part, row
FROM neighbours
WHERE (step > 0 AND next_step < 0 AND next_time <= time + INTERVAL $days DAY)
    OR (step < 0 AND step_before > 0 AND time <= time_before + INTERVAL $days DAY)
