#!/bin/sh
# Makes the three logins, once, when the database is made; the image's own script calls this as the administrator.
# The owner brings the tables up to date, the writer publishes, the reader looks at what is current.
set -eu
as_administrator() { psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" "$@"; }

# The roles, by the first part of the file that does so everywhere; what follows it needs the tables, and the
# migrations call it.
sed '/^END \$\$;$/q' "${ROLES_FILE:-/insiders/roles.sql}" | as_administrator
as_administrator <<'SQL'
\getenv owner OWNER_PASSWORD
\getenv writer WRITER_PASSWORD
\getenv reader READER_PASSWORD
CREATE ROLE insiders_owner LOGIN PASSWORD :'owner';
CREATE ROLE insiders_writer LOGIN PASSWORD :'writer' IN ROLE insiders_publisher;
CREATE ROLE insiders_reader LOGIN PASSWORD :'reader' IN ROLE insiders_dashboard;
SELECT format('ALTER DATABASE %I OWNER TO insiders_owner', current_database()) \gexec
ALTER SCHEMA public OWNER TO insiders_owner;
SQL
