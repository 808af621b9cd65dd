-- What the customers of prepared transactions bought, one row each: the first half of their table.
WITH purchases AS (
    SELECT customer_id, invoice, product, quantity, time, revenue, country
    FROM transactions
    WHERE kind = 'purchase'
),
baskets AS (
    SELECT
        customer_id, invoice, product,
        sum(quantity) AS items, sum(revenue) AS revenue,
        min(time) AS first, max(time) AS last,
        min(country) AS country, max(country) AS other_country
    FROM purchases
    GROUP BY customer_id, invoice, product
),
orders AS (
    SELECT
        customer_id, invoice,
        count(*) AS products, sum(items) AS items, sum(revenue) AS revenue,
        min(first) AS first, max(last) AS last,
        min(country) AS country, max(other_country) AS other_country
    FROM baskets
    GROUP BY customer_id, invoice
),
variety AS (
    SELECT customer_id, count(DISTINCT product) AS products
    FROM baskets
    GROUP BY customer_id
)
SELECT
    orders.customer_id,
    min(orders.first) AS first_purchase, max(orders.last) AS last_purchase,
    count(*) AS n_invoices, sum(orders.products) AS basket_products, min(variety.products) AS n_products,
    sum(orders.items) AS n_items, sum(orders.revenue) AS gross_revenue,
    min(orders.country) AS country, max(orders.other_country) AS other_country
FROM orders
JOIN variety ON variety.customer_id = orders.customer_id
GROUP BY orders.customer_id
