-- The roles of the database of results, for a server on which the owner of the tables may not make roles.
-- Run it twice if need be: first part by an administrator, last line by the owner (or by the administrator too).
--   psql "$ADMINISTRATOR_URL" -f infra/sql/roles.sql
-- Then give each login its role, and nothing else:
--   CREATE ROLE shop_runner LOGIN PASSWORD '…' IN ROLE insiders_publisher;
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['insiders_publisher', 'insiders_dashboard', 'insiders_auditor'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END $$;
SELECT insiders_grants();
