-- What every customer bought by day. An invoice with lines on several days is told apart by the day `before`, so that
-- it counts once whatever days are looked at; a product of an invoice counts on its first day. Sums are compensated and
-- in the order of time, as pandas makes them: whoever brought as much as another is to do so here, too.
WITH baskets AS (
    SELECT customer, invoice, product, min(day) AS day
    FROM lines
    WHERE bought
    GROUP BY customer, invoice, product
),
products AS (
    SELECT customer, invoice, day, count(*) AS products
    FROM baskets
    GROUP BY customer, invoice, day
),
orders AS (
    SELECT
        customer, invoice, day,
        sum(quantity) AS items, fsum(revenue) AS revenue,
        fsum(revenue * pow(2, date_diff('microsecond', CAST($end AS TIMESTAMP), time) / (86400e6 * $half_life))) AS faded,
        min(time) AS first, max(time) AS last,
        lag(day) OVER (PARTITION BY customer, invoice ORDER BY day) AS before
    FROM lines
    WHERE bought
    GROUP BY customer, invoice, day
)
SELECT
    orders.customer, orders.day, orders.before,
    count(*) AS invoices, CAST(sum(products.products) AS BIGINT) AS products,
    CAST(sum(orders.items) AS BIGINT) AS items, fsum(orders.revenue) AS revenue, fsum(orders.faded) AS faded,
    min(orders.first) AS first, max(orders.last) AS last
FROM orders
LEFT JOIN products
    ON products.customer = orders.customer AND products.invoice = orders.invoice AND products.day = orders.day
GROUP BY orders.customer, orders.day, orders.before
ORDER BY orders.customer, orders.day, orders.before
