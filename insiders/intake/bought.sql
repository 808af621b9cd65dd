-- All purchase lines together.
SELECT count(*) AS lines, sum(revenue) AS revenue FROM purchases
