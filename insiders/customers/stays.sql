-- The invoices of those who bought from several countries.
SELECT customer, country, invoice, min(time) AS time
FROM lines
WHERE bought AND country IS NOT NULL
GROUP BY customer, country, invoice
