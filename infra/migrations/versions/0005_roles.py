"""Who may do what, on PostgreSQL: three roles without login, to be granted to those who log in.

The owner of the tables, who runs the migrations, is none of them. Roles belong to the whole server, so they may be
there already; where this login may not make roles, an administrator runs `infra/sql/roles.sql`, which also calls
`insiders_grants()`. A later migration that adds a table replaces that function and calls it again.
"""

from __future__ import annotations

import logging

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROLES = ("insiders_publisher", "insiders_dashboard", "insiders_auditor")
RESULTS = ("customers", "segments", "forecasts", "model_scores", "answers")
INSERTED = ("runs", "metrics", "deliveries", "pipeline_locks", "ledger", "promotions", *RESULTS)
"""What the publisher adds rows to. The pointer and the changes of membership follow `promotions` by themselves."""
WHILE_IT_RUNS = (
    "run_id",
    "pipeline",
    "status",
    "logical_date",
    "started_at",
    "finished_at",
    "digest",
    "source",
    "source_sha256",
    "synthetic",
    "git_commit",
    "host",
    "username",
    "plan_digest",
)
"""What the publisher says of a run again and again until it has ended: all but who approved it."""
TABLES = (*INSERTED, "membership_changes", "published_runs", "alembic_version")
CURRENT = ("runs", "customers", "segments", "membership_changes", "forecasts", "model_scores", "answers", "metrics")
MAKE = """
    DO $$
    DECLARE wanted text;
    BEGIN
        FOREACH wanted IN ARRAY ARRAY[{names}] LOOP
            IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
                BEGIN
                    EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
                EXCEPTION
                    WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
                END;
            END IF;
        END LOOP;
    END $$
"""
"""Another database of the server may be making the same roles at this moment."""
log = logging.getLogger(__name__)


def upgrade() -> None:
    """Make the roles where that is possible, and grant them what they may do."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    connection.exec_driver_sql(MAKE.format(names=", ".join(f"'{role}'" for role in ROLES)).replace("%", "%%"))
    schema = str(connection.scalar(sa.text("SELECT quote_ident(current_schema())")))
    connection.exec_driver_sql(_grants(schema))
    connection.exec_driver_sql("REVOKE ALL ON FUNCTION insiders_grants() FROM PUBLIC")
    connection.exec_driver_sql("SELECT insiders_grants()")
    known = set(connection.execute(sa.text("SELECT rolname FROM pg_roles")).scalars())
    if missing := [role for role in ROLES if role not in known]:
        log.warning(
            "the database roles %s could not be made by this login, which stays the only one that can use the tables; "
            "an administrator makes them with infra/sql/roles.sql",
            ", ".join(missing),
        )


def downgrade() -> None:
    """Take the privileges back; the roles stay, for other databases may use them."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    known = set(connection.execute(sa.text("SELECT rolname FROM pg_roles")).scalars())
    views = [f"current_{name}" for name in CURRENT]
    for role in (role for role in ROLES if role in known):
        op.execute(f"REVOKE ALL ON {', '.join([*TABLES, *views])} FROM {role}")
        op.execute(f"REVOKE ALL ON FUNCTION promotion_turn() FROM {role}")
    op.execute("DROP FUNCTION insiders_grants")


def _grants(schema: str) -> str:
    """The function that grants, for those roles that exist; granting again changes nothing."""
    publisher, dashboard, auditor = ROLES
    views = ", ".join(f"current_{name}" for name in CURRENT)
    tables = ", ".join(TABLES)
    acts = {
        publisher: (
            f"GRANT SELECT ON {tables}, {views} TO {publisher}",
            f"GRANT INSERT ON {', '.join(INSERTED)} TO {publisher}",
            f"GRANT UPDATE ({', '.join(WHILE_IT_RUNS)}) ON runs TO {publisher}",
            f"GRANT UPDATE (ended_at) ON pipeline_locks TO {publisher}",
            f"GRANT EXECUTE ON FUNCTION promotion_turn() TO {publisher}",
        ),
        dashboard: (f"GRANT SELECT ON {views} TO {dashboard}",),
        auditor: (f"GRANT SELECT ON {tables}, {views} TO {auditor}",),
    }
    parts = [_where_there_is(role, (f"GRANT USAGE ON SCHEMA {schema} TO {role}", *acts[role])) for role in ROLES]
    return (
        "CREATE FUNCTION insiders_grants() RETURNS void LANGUAGE plpgsql "
        f"SET search_path = {schema}, pg_temp AS $$ BEGIN REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC; "
        f"{' '.join(parts)} END $$"
    )


def _where_there_is(role: str, statements: tuple[str, ...]) -> str:
    condition = f"EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}')"  # noqa: S608 - one of ROLES
    return f"IF {condition} THEN {'; '.join(statements)}; END IF;"
