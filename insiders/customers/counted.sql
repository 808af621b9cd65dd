-- What is counted of each customer with a purchase before midnight of a day, the same as `snapshots.counted_at`.
-- An invoice that began before a window of days and goes on in it counts in it once.
WITH purchases AS (
    SELECT
        customer,
        min(first) AS first_purchase, max(last) AS last_purchase,
        sum(CASE WHEN before IS NULL THEN invoices END) AS n_invoices,
        sum(items) AS n_items, fsum(revenue) AS gross_revenue, sum(products) AS basket_products,
        fsum(CASE WHEN day >= $day - 30 THEN revenue END) AS revenue_30,
        fsum(CASE WHEN day >= $day - 90 THEN revenue END) AS revenue_90,
        fsum(CASE WHEN day >= $day - 180 THEN revenue END) AS revenue_180,
        fsum(CASE WHEN day >= $day - 365 THEN revenue END) AS revenue_365,
        sum(CASE WHEN day >= $day - 30 AND coalesce(before < $day - 30, TRUE) THEN invoices END) AS invoices_30,
        sum(CASE WHEN day >= $day - 90 AND coalesce(before < $day - 90, TRUE) THEN invoices END) AS invoices_90,
        sum(CASE WHEN day >= $day - 180 AND coalesce(before < $day - 180, TRUE) THEN invoices END) AS invoices_180,
        sum(CASE WHEN day >= $day - 365 AND coalesce(before < $day - 365, TRUE) THEN invoices END) AS invoices_365,
        fsum(faded) * pow(2, date_diff('day', $day, $end) / $half_life) AS faded_revenue
    FROM visits
    WHERE day < $day
    GROUP BY customer
),
rhythm AS (
    SELECT
        customer,
        count(CASE WHEN bought THEN 1 END) AS n_purchase_days,
        sum(new_products) AS n_products,
        avg(gap) AS avg_gap_days, stddev_samp(gap) AS std_gap_days,
        sum(invoices_back) AS n_returns, sum(pieces_back) AS q_returns,
        fsum(value_back) AS v_returns, fsum(not_netted) AS not_netted
    FROM days
    WHERE day < $day
    GROUP BY customer
),
shelf AS (
    SELECT customer, category, fsum(revenue) AS revenue
    FROM shelves
    WHERE day < $day
    GROUP BY customer, category
),
-- Of two categories with as much revenue the later one in the alphabet, as where the lines are in memory.
favourite AS (
    SELECT customer, max(revenue) AS revenue, arg_max(category, {'revenue': revenue, 'category': category}) AS category
    FROM shelf
    GROUP BY customer
),
-- The country of most of a customer's invoices, of two with as many the later one; few have more than one.
stay AS (
    SELECT
        customer,
        arg_max(country, {'invoices': invoices, 'time': time, 'country': country}) AS country
    FROM (
        SELECT customer, country, count(*) AS invoices, max(time) AS time
        FROM stays
        WHERE time < $day
        GROUP BY customer, country
    )
    GROUP BY customer
)
SELECT
    purchases.customer,
    first_purchase, last_purchase,
    CAST(n_invoices AS BIGINT) AS n_invoices, n_purchase_days, CAST(n_items AS BIGINT) AS n_items,
    CAST(n_products AS BIGINT) AS n_products, gross_revenue, CAST(basket_products AS BIGINT) AS basket_products,
    avg_gap_days, std_gap_days,
    CAST(n_returns AS BIGINT) AS n_returns, CAST(q_returns AS BIGINT) AS q_returns, v_returns, not_netted,
    coalesce(stay.country, people.country) AS country,
    favourite.category AS main_category, favourite.revenue AS category_revenue,
    coalesce(revenue_30, 0) AS revenue_30, CAST(coalesce(invoices_30, 0) AS DOUBLE) AS invoices_30,
    coalesce(revenue_90, 0) AS revenue_90, CAST(coalesce(invoices_90, 0) AS DOUBLE) AS invoices_90,
    coalesce(revenue_180, 0) AS revenue_180, CAST(coalesce(invoices_180, 0) AS DOUBLE) AS invoices_180,
    coalesce(revenue_365, 0) AS revenue_365, CAST(coalesce(invoices_365, 0) AS DOUBLE) AS invoices_365,
    faded_revenue
FROM purchases
JOIN people ON people.customer = purchases.customer
JOIN rhythm ON rhythm.customer = purchases.customer
LEFT JOIN favourite ON favourite.customer = purchases.customer
LEFT JOIN stay ON stay.customer = purchases.customer
