"""The first tables: what a run is, what it found, and which run's results are current.

Every table of results has `run_id` in front. The columns after it are those of `insiders.handoff.RESULTS`, written out
here because a migration never changes once it has run; a test holds the two together.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=nullable)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Double, nullable=nullable)


def _yes_no(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Boolean, nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    """A time stamp without zone: the shop's local time in results, UTC in what the runner writes."""
    return sa.Column(name, sa.DateTime, nullable=nullable)


def _run_id() -> sa.Column:
    return sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id"), nullable=False)


OWN: dict[str, list[sa.SchemaItem]] = {
    "runs": [
        _text("run_id"),
        _text("pipeline"),
        _text("status"),
        sa.Column("logical_date", sa.Date),
        _time("started_at"),
        _time("finished_at", nullable=True),
        _text("digest", nullable=True),
        _text("source", nullable=True),
        _text("source_sha256", nullable=True),
        _yes_no("synthetic", nullable=True),
        _text("git_commit", nullable=True),
        _text("host", nullable=True),
        _text("username", nullable=True),
        _text("approved_by", nullable=True),
        sa.PrimaryKeyConstraint("run_id"),
    ],
    "metrics": [
        _run_id(),
        _text("step"),
        _text("name"),
        _number("value", nullable=True),
        _text("text", nullable=True),
        _text("unit"),
        sa.PrimaryKeyConstraint("run_id", "step", "name"),
        sa.CheckConstraint("(value IS NULL) <> (text IS NULL)", name="metrics_number_or_text"),
    ],
    "deliveries": [
        _run_id(),
        _text("table_name"),
        _text("sha256"),
        _count("rows"),
        _text("step"),
        _time("delivered_at"),
        sa.PrimaryKeyConstraint("run_id", "table_name"),
    ],
    "published_runs": [
        _text("pipeline"),
        _run_id(),
        _time("since"),
        _text("published_by"),
        sa.PrimaryKeyConstraint("pipeline"),
    ],
    "membership_changes": [
        _run_id(),
        _text("customer_id"),
        _text("change"),
        _text("why"),
        sa.Column("previous_run_id", sa.Text, sa.ForeignKey("runs.run_id"), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "customer_id"),
        sa.CheckConstraint("change IN ('entered', 'left')", name="membership_changes_change"),
    ],
}
"""Tables that the runner alone writes."""

RESULTS: dict[str, list[sa.SchemaItem]] = {
    "customers": [
        _run_id(),
        _text("customer_id"),
        _time("first_purchase"),
        _time("last_purchase"),
        _count("recency_days"),
        _count("tenure_days"),
        _count("n_invoices"),
        _count("n_purchase_days"),
        _count("n_items"),
        _count("n_products"),
        _number("gross_revenue"),
        _number("net_revenue"),
        _number("avg_ticket"),
        _number("avg_basket_items"),
        _number("avg_basket_products"),
        _number("avg_unit_price"),
        _number("frequency"),
        _number("avg_gap_days", nullable=True),
        _number("std_gap_days", nullable=True),
        _number("gap_regularity", nullable=True),
        _count("n_returns"),
        _count("q_returns"),
        _number("v_returns"),
        _number("return_share"),
        _yes_no("is_wholesale"),
        _text("country"),
        _text("main_category", nullable=True),
        _number("main_category_share", nullable=True),
        _text("segment"),
        _yes_no("is_insider"),
        _number("probability_high_value", nullable=True),
        _text("why"),
        _number("map_x"),
        _number("map_y"),
        sa.PrimaryKeyConstraint("run_id", "customer_id"),
    ],
    "segments": [
        _run_id(),
        _text("segment"),
        _count("value_rank"),
        _yes_no("is_insiders"),
        _count("customers"),
        _number("customer_share"),
        _number("gross_revenue"),
        _number("revenue_share"),
        _number("net_revenue"),
        _count("items"),
        _number("items_share"),
        _number("mean_gross_revenue"),
        _number("median_gross_revenue"),
        _number("median_recency_days"),
        _number("median_invoices"),
        _number("median_ticket"),
        _number("median_gap_days", nullable=True),
        _number("mean_return_share"),
        _number("silhouette"),
        _number("stability", nullable=True),
        _text("action"),
        sa.PrimaryKeyConstraint("run_id", "segment"),
    ],
    "forecasts": [
        _run_id(),
        _text("level"),
        _text("series"),
        _time("date"),
        _text("model"),
        _number("mean"),
        _number("lower"),
        _number("upper"),
        _number("coverage"),
        sa.PrimaryKeyConstraint("run_id", "level", "series", "date", "model"),
    ],
    "model_scores": [
        _run_id(),
        _text("level"),
        _text("model"),
        _text("fold"),
        _text("metric"),
        _number("value"),
        sa.PrimaryKeyConstraint("run_id", "level", "model", "fold", "metric"),
    ],
    "answers": [
        _run_id(),
        _text("question"),
        _count("position"),
        _text("text"),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "question"),
    ],
}
"""Tables that notebooks fill by publishing."""

CURRENT = ("runs", "customers", "segments", "membership_changes", "forecasts", "model_scores", "answers", "metrics")
"""Tables with a view of the rows of the published runs, one run per pipeline."""


def upgrade() -> None:
    """Make the tables, and the views that follow the published runs."""
    for name, parts in {**OWN, **RESULTS}.items():
        op.create_table(name, *parts)
    for name in CURRENT:
        op.execute(_view(name))


def downgrade() -> None:
    """Drop everything, rows included."""
    for name in CURRENT:
        op.execute(f"DROP VIEW current_{name}")
    for name in reversed([*OWN, *RESULTS]):
        op.drop_table(name)


def _view(name: str) -> str:
    """A view of a table's rows of the published runs; where the table does not say the pipeline, the view does."""
    names = [part.name for part in {**OWN, **RESULTS}[name] if isinstance(part, sa.Column)]
    columns = ", ".join(f't."{column}"' for column in names)
    pipeline = "" if "pipeline" in names else ", p.pipeline"
    join = f'"{name}" AS t JOIN published_runs AS p ON p.run_id = t.run_id'
    return f"CREATE VIEW current_{name} AS SELECT {columns}{pipeline} FROM {join}"  # noqa: S608 - the names stand above
