"""What pages over a million customers need: two views of accepted runs, and three indexes.

`run_history` has every run with what became of it, without host and user; `segment_history` the segments of every run
that was ever accepted (promoted), so that a trend needs no right on the tables behind. The indexes hold what lists and
counts of customers ask for, so that these never read the wide rows.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

VIEWS = {
    "run_history": """
        SELECT r.run_id, r.pipeline, r.status, r.logical_date, r.started_at, r.finished_at, r.source, r.synthetic,
            r.approved_by, (SELECT MIN(m.at) FROM promotions AS m WHERE m.run_id = r.run_id) AS accepted_at,
            p.since AS live_since
        FROM runs AS r LEFT JOIN published_runs AS p ON p.run_id = r.run_id
    """,
    "segment_history": """
        SELECT s.run_id, s.segment, s.value_rank, s.is_insiders, s.customers, s.customer_share, s.gross_revenue,
            s.revenue_share, s.net_revenue, s.items, s.items_share, s.mean_gross_revenue, s.median_gross_revenue,
            r.pipeline, r.logical_date, r.started_at
        FROM segments AS s JOIN runs AS r ON r.run_id = s.run_id
        WHERE EXISTS (SELECT 1 FROM promotions AS m WHERE m.run_id = s.run_id)
    """,
}
INDEXES = {
    "customers_browse": "(run_id, gross_revenue DESC, customer_id, is_insider, segment, country)",
    "customers_country": "(run_id, country)",
    "customers_at_risk": "(run_id, gross_revenue DESC, customer_id) WHERE at_risk IS NOT NULL",
}
READERS = ("insiders_publisher", "insiders_dashboard", "insiders_auditor")


def upgrade() -> None:
    """Make views and indexes; on PostgreSQL the roles may read the views."""
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")
    for name, columns in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON customers {columns}")
    if op.get_bind().dialect.name == "postgresql":
        _grant()


def downgrade() -> None:
    """Drop both."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION insiders_grants")
        op.execute("ALTER FUNCTION insiders_grants_0007() RENAME TO insiders_grants")
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    for name in VIEWS:
        op.execute(f"DROP VIEW {name}")


def _grant() -> None:
    """`insiders_grants()` grants what it did and these views, too; who may call it stays the same."""
    connection = op.get_bind()
    schema = str(connection.scalar(sa.text("SELECT quote_ident(current_schema())")))
    parts = " ".join(
        f"IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') "  # noqa: S608 - one of READERS
        f"THEN GRANT SELECT ON {', '.join(VIEWS)} TO {role}; END IF;"
        for role in READERS
    )
    connection.exec_driver_sql("ALTER FUNCTION insiders_grants() RENAME TO insiders_grants_0007")
    connection.exec_driver_sql(
        "CREATE FUNCTION insiders_grants() RETURNS void LANGUAGE plpgsql "
        f"SET search_path = {schema}, pg_temp AS $$ BEGIN PERFORM insiders_grants_0007(); {parts} END $$"
    )
    connection.exec_driver_sql("REVOKE ALL ON FUNCTION insiders_grants() FROM PUBLIC")
    connection.exec_driver_sql("SELECT insiders_grants()")
