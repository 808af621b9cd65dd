"""What was sold of every series that is forecast, sums of forecasts by level and by series, and a unit beside each.

The unit of a level stands in `totals` and `sales`; `current_forecasts` looks it up, so that rows from before keep their
table as it is. Rows are only ever added, as to all tables of results (0004), and the roles of 0005 get them, too.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES: dict[str, list[sa.SchemaItem]] = {
    "sales": [
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id"), nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("date", sa.DateTime, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "level", "series", "date"),
    ],
    "totals": [
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id"), nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("first_day", sa.DateTime, nullable=False),
        sa.Column("last_day", sa.DateTime, nullable=False),
        sa.Column("days", sa.BigInteger, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("mean", sa.Double, nullable=False),
        sa.Column("lower", sa.Double, nullable=False),
        sa.Column("upper", sa.Double, nullable=False),
        sa.Column("coverage", sa.Double, nullable=False),
        sa.Column("periods", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "level", "model"),
    ],
    "series_totals": [
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id"), nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("first_day", sa.DateTime, nullable=False),
        sa.Column("last_day", sa.DateTime, nullable=False),
        sa.Column("days", sa.BigInteger, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("sold", sa.Double, nullable=False),
        sa.Column("mean", sa.Double, nullable=False),
        sa.Column("lower", sa.Double, nullable=False),
        sa.Column("upper", sa.Double, nullable=False),
        sa.Column("coverage", sa.Double, nullable=False),
        sa.Column("upper_95", sa.Double, nullable=False),
        sa.Column("periods", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("flags", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "level", "series"),
    ],
}
FORECASTS = ("run_id", "level", "series", "date", "model", "mean", "lower", "upper", "coverage")
PUBLISHED = "JOIN published_runs AS p ON p.run_id = t.run_id"
UNIT = "LEFT JOIN totals AS u ON u.run_id = t.run_id AND u.level = t.level AND u.model = t.model"
READERS, PUBLISHER = ("insiders_publisher", "insiders_auditor"), "insiders_publisher"
ALL = (*READERS, "insiders_dashboard")


def upgrade() -> None:
    """Make the tables, their views and triggers, and grant the roles what they may do with them."""
    for name, parts in TABLES.items():
        op.create_table(name, *parts)
        op.execute(_view(name, [part.name for part in parts if isinstance(part, sa.Column)]))
    op.execute("DROP VIEW current_forecasts")
    op.execute(_view("forecasts", list(FORECASTS), more="u.unit", join=UNIT))
    on_postgres = op.get_bind().dialect.name == "postgresql"
    for table in TABLES:
        for act, words in (("update", f"{table} is only ever added to"),
                           ("delete", f"nothing is ever removed from {table}")):  # fmt: skip
            op.execute(_refusal(table, act, words, on_postgres=on_postgres))
    if on_postgres:
        _grant()


def downgrade() -> None:
    """Forget what was sold, and the sums."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION insiders_grants")
        op.execute("ALTER FUNCTION insiders_grants_0005() RENAME TO insiders_grants")
    op.execute("DROP VIEW current_forecasts")
    for name in reversed(TABLES):
        op.execute(f"DROP VIEW current_{name}")
        op.drop_table(name)
    op.execute(_view("forecasts", list(FORECASTS)))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT insiders_grants()")


def _view(name: str, columns: list[str], *, more: str = "", join: str = "") -> str:
    """A view of a table's rows of the published runs, with the pipeline, and what is looked up elsewhere."""
    wanted = ", ".join([*(f't."{column}"' for column in columns), "p.pipeline", *filter(None, [more])])
    return f'CREATE VIEW current_{name} AS SELECT {wanted} FROM "{name}" AS t {PUBLISHED} {join}'  # noqa: S608 - names


def _refusal(table: str, act: str, words: str, *, on_postgres: bool) -> str:
    """The trigger that refuses an act on a table altogether, as 0004 sets it on the older ones."""
    if not on_postgres:
        refuse = f"SELECT RAISE(ABORT, '{words}')"
        return f"CREATE TRIGGER {table}_{act} BEFORE {act} ON {table} BEGIN {refuse}; END"
    acts = f"{act} OR TRUNCATE" if act == "delete" else act
    return (
        f"CREATE TRIGGER {table}_{act} BEFORE {acts} ON {table} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION refuse_change('{words}')"
    )


def _grant() -> None:
    """`insiders_grants()` grants what it did and these tables and views, too; who may call it stays the same."""
    connection = op.get_bind()
    schema = str(connection.scalar(sa.text("SELECT quote_ident(current_schema())")))
    tables, views = ", ".join(TABLES), ", ".join(f"current_{name}" for name in (*TABLES, "forecasts"))
    acts = {role: [f"GRANT SELECT ON {views} TO {role}"] for role in ALL}
    for role in READERS:
        acts[role].append(f"GRANT SELECT ON {tables} TO {role}")
    acts[PUBLISHER].append(f"GRANT INSERT ON {tables} TO {PUBLISHER}")
    parts = [
        f"IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN {'; '.join(told)}; END IF;"  # noqa: S608
        for role, told in acts.items()
    ]
    connection.exec_driver_sql("ALTER FUNCTION insiders_grants() RENAME TO insiders_grants_0005")
    connection.exec_driver_sql(
        "CREATE FUNCTION insiders_grants() RETURNS void LANGUAGE plpgsql "
        f"SET search_path = {schema}, pg_temp AS $$ BEGIN PERFORM insiders_grants_0005(); {' '.join(parts)} END $$"
    )
    connection.exec_driver_sql("REVOKE ALL ON FUNCTION insiders_grants() FROM PUBLIC")
    connection.exec_driver_sql("SELECT insiders_grants()")
