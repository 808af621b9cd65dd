-- Who became an Insider, and who ceased to be one, since the run published before.
-- run_id is the run to be published, previous the one that it follows; why is the rule of the newer run, in words.
INSERT INTO membership_changes (run_id, customer_id, change, why, previous_run_id)
SELECT new.run_id, new.customer_id, 'entered', new.why, CAST(:previous AS TEXT)
FROM customers AS new
LEFT JOIN customers AS old ON old.run_id = :previous AND old.customer_id = new.customer_id
WHERE new.run_id = :run_id AND new.is_insider AND NOT COALESCE(old.is_insider, FALSE)
UNION ALL
SELECT
    CAST(:run_id AS TEXT),
    old.customer_id,
    'left',
    COALESCE(new.why, 'not among the customers of this run'),
    old.run_id
FROM customers AS old
LEFT JOIN customers AS new ON new.run_id = :run_id AND new.customer_id = old.customer_id
WHERE old.run_id = :previous AND old.is_insider AND NOT COALESCE(new.is_insider, FALSE)
