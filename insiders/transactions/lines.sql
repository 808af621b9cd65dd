-- Lines in the columns of the analysis, each with the rung of the ladder at which it falls: -1 it breaks the contract,
-- 0 later than the as-of day, 1 no customer, 2 the price, 3 the code, 4 the country, 5 the customer, 6 none of these.
-- The same filters as insiders/transactions/preparation.py.
WITH folded AS (
    SELECT
        part, row, invoice,
        CASE WHEN $fold_codes THEN upper($product) ELSE product END AS product,
        $description AS description,
        TRY_CAST(pieces AS BIGINT) AS quantity,
        time, unit_price,
        pieces * unit_price AS revenue,
        customer_id,
        coalesce(country, $unknown_country) AS country,
        store, category, reason
    FROM once
)
SELECT
    part, row, invoice, product, description, quantity, time, unit_price, revenue, customer_id, country, store, category,
    CASE
        WHEN reason IS NOT NULL THEN -1
        WHEN time >= CAST($end AS TIMESTAMP) THEN 0
        WHEN customer_id IS NULL THEN 1
        WHEN unit_price <= 0 OR unit_price < $min_unit_price THEN 2
        WHEN NOT regexp_matches(product, $product_pattern) THEN 3
        WHEN country IN $exclude_countries THEN 4
        WHEN customer_id IN $exclude_customers THEN 5
        ELSE 6
    END AS rung
FROM folded
