-- Lines of products, invoices and customers that stand with more than one value where one is expected.
WITH products AS (
    SELECT count(*) AS lines, sum(worth) AS value
    FROM (SELECT upper($product) AS code, $description AS text, quantity * unit_price AS worth FROM raw)
    GROUP BY code
    HAVING min(text) <> max(text)
),
invoices AS (
    SELECT
        count(*) AS lines, sum(quantity * unit_price) AS value,
        min(time) <> max(time) AS times, coalesce(min(customer_id) <> max(customer_id), FALSE) AS customers
    FROM raw
    GROUP BY invoice
    HAVING min(time) <> max(time) OR min(customer_id) <> max(customer_id)
),
customers AS (
    SELECT count(*) AS lines, sum(quantity * unit_price) AS value
    FROM raw
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
    HAVING min(country) <> max(country)
)
SELECT 'descriptions' AS finding, sum(lines) AS rows, sum(value) AS value FROM products
UNION ALL
SELECT 'times', sum(lines), sum(value) FROM invoices WHERE times
UNION ALL
SELECT 'customers', sum(lines), sum(value) FROM invoices WHERE customers
UNION ALL
SELECT 'countries', sum(lines), sum(value) FROM customers
