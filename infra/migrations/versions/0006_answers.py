"""What every customer is likely to do next, and for every answer its topic, its language and a query per figure.

Answers are keyed by topic, since the question is said in the language of the run. Those that are there already keep
their question as the topic, are in English and have no queries.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PROSPECTS = {
    "probability_active": sa.Double,
    "propensity_30_days": sa.Double,
    "expected_revenue_90_days": sa.Double,
    "expected_revenue_lower": sa.Double,
    "expected_revenue_upper": sa.Double,
    "at_risk": sa.Text,
}
"""Columns of `customers`; rows from before say nothing of them."""
OF_ANSWERS = ("run_id", "question", "position", "text", "figures")
ADDED = {"topic": "question", "language": "'en'", "queries": "'{}'"}
"""Columns of `answers`, and what they are in rows from before."""


def upgrade() -> None:
    """Add the columns, change the key of the answers, and let the views show them."""
    _without_views()
    for name, kind in PROSPECTS.items():
        op.add_column("customers", sa.Column(name, kind))
    if op.get_bind().dialect.name == "postgresql":
        for name in ADDED:
            op.add_column("answers", sa.Column(name, sa.JSON if name == "queries" else sa.Text))
        op.execute("ALTER TABLE answers DISABLE TRIGGER answers_update")
        said = ", ".join(f"{name} = {value}" for name, value in ADDED.items())
        op.execute(f"UPDATE answers SET {said}")  # noqa: S608 - the names and values above
        op.execute("ALTER TABLE answers ENABLE TRIGGER answers_update")
        for name in ADDED:
            op.alter_column("answers", name, nullable=False)
        op.execute("ALTER TABLE answers DROP CONSTRAINT answers_pkey")
        op.create_primary_key("answers_pkey", "answers", ["run_id", "topic"])
    else:
        _made_anew([*OF_ANSWERS, *ADDED], [*OF_ANSWERS, *ADDED.values()], key="topic")
    _with_views()


def downgrade() -> None:
    """Forget the columns; answers are keyed by their question again."""
    _without_views()
    for name in PROSPECTS:
        op.drop_column("customers", name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE answers DROP CONSTRAINT answers_pkey")
        for name in ADDED:
            op.drop_column("answers", name)
        op.create_primary_key("answers_pkey", "answers", ["run_id", "question"])
    else:
        _made_anew([*OF_ANSWERS], [*OF_ANSWERS], key="question")
    _with_views()


def _made_anew(columns: list[str], values: list[str], key: str) -> None:
    """The table `answers` of SQLite with another key, its rows, and the triggers that keep them."""
    op.rename_table("answers", "answers_before")
    kinds = {"position": sa.BigInteger, "figures": sa.JSON, "queries": sa.JSON}
    foreign = {"run_id": [sa.ForeignKey("runs.run_id")]}
    op.create_table(
        "answers",
        *(sa.Column(name, kinds.get(name, sa.Text), *foreign.get(name, []), nullable=False) for name in columns),
        sa.PrimaryKeyConstraint("run_id", key),
    )
    op.execute(f"INSERT INTO answers SELECT {', '.join(values)} FROM answers_before")  # noqa: S608 - the names above
    op.drop_table("answers_before")
    for act, words in (
        ("update", "answers is only ever added to"),
        ("delete", "nothing is ever removed from answers"),
    ):
        refuse = f"SELECT RAISE(ABORT, '{words}')"
        op.execute(f"CREATE TRIGGER answers_{act} BEFORE {act} ON answers BEGIN {refuse}; END")


def _without_views() -> None:
    for name in ("customers", "answers"):
        op.execute(f"DROP VIEW current_{name}")


def _with_views() -> None:
    """The views with all columns of their tables, for those who may read them."""
    for name in ("customers", "answers"):
        columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(name)]
        listed = ", ".join(f't."{column}"' for column in columns)
        join = f'"{name}" AS t JOIN published_runs AS p ON p.run_id = t.run_id'
        op.execute(f"CREATE VIEW current_{name} AS SELECT {listed}, p.pipeline FROM {join}")  # noqa: S608 - of a table
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT insiders_grants()")
