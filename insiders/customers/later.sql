-- What every customer brought within some days, purchases less what came back, and whether they bought.
SELECT customer, fsum(revenue) AS revenue, bool_or(bought) AS bought
FROM days
WHERE day >= $day AND day < $until
GROUP BY customer
