-- How many rows are transactions, how many are set aside, and from when to when.
SELECT
    count(CASE WHEN reason IS NULL THEN 1 END) AS kept,
    count(reason) AS set_aside,
    min(CASE WHEN reason IS NULL THEN time END) AS first_day,
    max(CASE WHEN reason IS NULL THEN time END) AS last_day
FROM once
