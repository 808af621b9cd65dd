-- The hand-off table ``customers``: one row per customer with a purchase, from prepared transactions and ``bought``.
-- The same definitions as insiders/customers/features.py.
WITH today AS (
    SELECT coalesce($as_of, CAST(max(last_purchase) AS DATE)) AS day FROM bought
),
days AS (
    SELECT
        customer_id,
        CAST(time AS DATE) AS day,
        count(CASE WHEN kind = 'purchase' THEN 1 END) AS purchases
    FROM transactions
    WHERE kind <> 'netted'
    GROUP BY customer_id, CAST(time AS DATE)
),
gaps AS (
    SELECT
        customer_id, purchases,
        CAST(date_diff('day', lag(day) OVER (PARTITION BY customer_id ORDER BY day), day) AS DOUBLE) AS gap
    FROM days
),
rhythm AS (
    SELECT
        customer_id,
        count(CASE WHEN purchases > 0 THEN 1 END) AS n_purchase_days,
        avg(gap) AS avg_gap_days,
        stddev_samp(gap) AS std_gap_days
    FROM gaps
    GROUP BY customer_id
),
returned AS (
    SELECT
        customer_id,
        count(DISTINCT invoice) AS n_returns,
        -sum(quantity) AS q_returns,
        -sum(revenue) AS v_returns,
        -sum(CASE WHEN kind <> 'netted' THEN revenue ELSE 0 END) AS not_netted
    FROM transactions
    WHERE quantity < 0
    GROUP BY customer_id
),
-- The country of most of a customer's invoices, of two with as many the later one; few have more than one.
visits AS (
    SELECT customer_id, country, invoice, min(time) AS time
    FROM transactions
    WHERE kind = 'purchase' AND customer_id IN (SELECT customer_id FROM bought WHERE country <> other_country)
    GROUP BY customer_id, country, invoice
),
stays AS (
    SELECT
        customer_id, country,
        row_number() OVER (PARTITION BY customer_id ORDER BY count(*) DESC, max(time) DESC, country DESC) AS place
    FROM visits
    GROUP BY customer_id, country
),
shelves AS (
    SELECT
        customer_id, category, sum(revenue) AS revenue,
        row_number() OVER (PARTITION BY customer_id ORDER BY sum(revenue) DESC, category DESC) AS place
    FROM transactions
    WHERE kind = 'purchase' AND category IS NOT NULL
    GROUP BY customer_id, category
),
-- Who buys in quantities far above the others: a modified z-score of the logarithm, in pieces or in pieces per invoice.
sizes AS (
    SELECT customer_id, ln(n_items) AS items, ln(n_items / n_invoices) AS basket FROM bought
),
middles AS (
    SELECT median(items) AS items, median(basket) AS basket FROM sizes
),
distances AS (
    SELECT sizes.customer_id, sizes.items - middles.items AS items, sizes.basket - middles.basket AS basket
    FROM sizes
    CROSS JOIN middles
),
spreads AS (
    SELECT median(abs(items)) AS items, median(abs(basket)) AS basket FROM distances
),
wholesale AS (
    SELECT
        distances.customer_id,
        (spreads.items > 0 AND distances.items * 0.6745 > $wholesale_score * spreads.items)
        OR (spreads.basket > 0 AND distances.basket * 0.6745 > $wholesale_score * spreads.basket) AS is_wholesale
    FROM distances
    CROSS JOIN spreads
)
SELECT
    bought.customer_id,
    bought.first_purchase,
    bought.last_purchase,
    date_diff('day', CAST(bought.last_purchase AS DATE), today.day) AS recency_days,
    date_diff('day', CAST(bought.first_purchase AS DATE), today.day) AS tenure_days,
    bought.n_invoices,
    rhythm.n_purchase_days,
    CAST(bought.n_items AS BIGINT) AS n_items,
    bought.n_products,
    bought.gross_revenue,
    bought.gross_revenue - coalesce(returned.not_netted, 0) AS net_revenue,
    bought.gross_revenue / bought.n_invoices AS avg_ticket,
    CAST(bought.n_items AS DOUBLE) / bought.n_invoices AS avg_basket_items,
    CAST(bought.basket_products AS DOUBLE) / bought.n_invoices AS avg_basket_products,
    bought.gross_revenue / bought.n_items AS avg_unit_price,
    CAST(bought.n_invoices AS DOUBLE)
    / (date_diff('day', CAST(bought.first_purchase AS DATE), CAST(bought.last_purchase AS DATE)) + 1) AS frequency,
    rhythm.avg_gap_days,
    rhythm.std_gap_days,
    rhythm.std_gap_days / rhythm.avg_gap_days AS gap_regularity,
    coalesce(returned.n_returns, 0) AS n_returns,
    CAST(coalesce(returned.q_returns, 0) AS BIGINT) AS q_returns,
    coalesce(returned.v_returns, 0) AS v_returns,
    coalesce(returned.not_netted, 0) / bought.gross_revenue AS return_share,
    wholesale.is_wholesale,
    coalesce(stays.country, bought.country) AS country,
    shelves.category AS main_category,
    shelves.revenue / bought.gross_revenue AS main_category_share
FROM bought
CROSS JOIN today
JOIN rhythm ON rhythm.customer_id = bought.customer_id
JOIN wholesale ON wholesale.customer_id = bought.customer_id
LEFT JOIN returned ON returned.customer_id = bought.customer_id
LEFT JOIN stays ON stays.customer_id = bought.customer_id AND stays.place = 1
LEFT JOIN shelves ON shelves.customer_id = bought.customer_id AND shelves.place = 1
ORDER BY bought.customer_id
