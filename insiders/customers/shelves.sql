-- What every customer bought by day and category, where the source has categories.
SELECT customer, category, day, fsum(revenue) AS revenue
FROM lines
WHERE bought AND category IS NOT NULL
GROUP BY customer, category, day
ORDER BY customer, day
