-- When the first and the last line were booked, and how many lines name a store or a category.
SELECT min(time) AS first, max(time) AS last, count(store) AS store, count(category) AS category FROM transactions
