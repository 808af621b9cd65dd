-- When the first and the last line were booked.
SELECT min(time) AS first, max(time) AS last, count(*) AS lines FROM kinds
