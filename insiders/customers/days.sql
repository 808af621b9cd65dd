-- What every customer did by day: whether they bought or returned anything and how long after the last such day, how
-- many products they bought for the first time, what was booked in all, and what came back.
WITH novelties AS (
    SELECT customer, day, count(*) AS products
    FROM (SELECT customer, product, min(day) AS day FROM lines WHERE bought GROUP BY customer, product)
    GROUP BY customer, day
),
returns AS (
    SELECT customer, day, count(*) AS invoices
    FROM (SELECT customer, invoice, min(day) AS day FROM lines WHERE quantity < 0 GROUP BY customer, invoice)
    GROUP BY customer, day
),
days AS (
    SELECT
        customer, day,
        bool_or(bought) AS bought,
        bool_or(NOT netted) AS active,
        fsum(revenue) AS revenue,
        -sum(CASE WHEN quantity < 0 THEN quantity ELSE 0 END) AS pieces_back,
        -fsum(CASE WHEN quantity < 0 THEN revenue ELSE 0 END) AS value_back,
        -fsum(CASE WHEN quantity < 0 AND NOT netted THEN revenue ELSE 0 END) AS not_netted
    FROM lines
    GROUP BY customer, day
)
SELECT
    days.*,
    CASE WHEN active THEN date_diff('day', lag(CASE WHEN active THEN days.day END IGNORE NULLS) OVER (
        PARTITION BY days.customer ORDER BY days.day
    ), days.day) END AS gap,
    coalesce(novelties.products, 0) AS new_products,
    coalesce(returns.invoices, 0) AS invoices_back
FROM days
LEFT JOIN novelties ON novelties.customer = days.customer AND novelties.day = days.day
LEFT JOIN returns ON returns.customer = days.customer AND returns.day = days.day
ORDER BY days.customer, days.day
