"""Which run's results are current: one pointer per pipeline, moved in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from runner.delivery.database import insert, transact
from runner.delivery.fences import Fence
from runner.delivery.run_rows import RUNS
from runner.delivery.staging import DELIVERIES
from runner.outcomes import Status
from runner.settings import CHECKOUT

MEMBERSHIP_CHANGES = CHECKOUT / "infra" / "sql" / "membership_changes.sql"
PUBLISHED = sa.table(
    "published_runs",
    *(sa.column(name, sa.Text) for name in ("pipeline", "run_id", "published_by")),
    sa.column("since", sa.DateTime),
)
CHANGES = sa.table("membership_changes", sa.column("run_id", sa.Text), sa.column("change", sa.Text))


@dataclass(frozen=True)
class Promotion:
    """What became of a promotion."""

    promoted: bool
    """Whether the run's results are current now."""
    text: str
    """One line for the person."""


def promote(engine: sa.Engine, run_id: str, pipeline: str, by: str, fence: Fence | None = None) -> Promotion:
    """Make the run's results the current ones of its pipeline, or say why they stay staged.

    Repeating it changes nothing. A run that failed, delivered nothing, lacks a table that the current run has, or
    started before the current one stays staged; so do generated data on PostgreSQL. With a fence, a run that was taken
    over is a `TakenOverError`.
    """

    def work(connection: sa.Connection) -> Promotion:
        if fence is not None:
            fence.check(connection)
        return _promote(connection, run_id, pipeline, by)

    return transact(engine, work)


def _promote(connection: sa.Connection, run_id: str, pipeline: str, by: str) -> Promotion:
    if connection.dialect.name == "postgresql":
        # Readers go on reading; two promotions wait for each other. SQLite's transaction is alone anyway.
        connection.execute(sa.text("LOCK TABLE published_runs IN SHARE ROW EXCLUSIVE MODE"))
    current = sa.select(PUBLISHED.c.run_id).where(PUBLISHED.c.pipeline == pipeline)
    previous = connection.execute(current).scalar_one_or_none()
    if previous == run_id:
        return Promotion(promoted=True, text=f"{run_id} is current for {pipeline} already")
    if reason := _reason_against(connection, run_id, pipeline, previous):
        return Promotion(promoted=False, text=f"staged, not promoted: {reason}")
    _move(connection, run_id, pipeline, by)
    if previous is None:
        return Promotion(promoted=True, text=f"promoted: {run_id} is the first current run of {pipeline}")
    entered, left = _write_changes(connection, run_id, previous)
    return Promotion(
        promoted=True, text=f"promoted: {run_id} is current for {pipeline}; {entered:,} entered, {left:,} left"
    )


def _reason_against(connection: sa.Connection, run_id: str, pipeline: str, previous: str | None) -> str | None:
    run = connection.execute(sa.select(RUNS).where(RUNS.c.run_id == run_id)).one_or_none()
    if run is None or run.pipeline != pipeline:
        return f"the database knows no run {run_id} of {pipeline}"
    if run.status != Status.SUCCEEDED:
        return f"the run's status is {run.status}"
    if run.synthetic and connection.dialect.name == "postgresql":
        return "generated data"
    tables = _delivered(connection, run_id)
    if not tables:
        return "the run published no table"
    if previous is None:
        return None
    if lacking := _delivered(connection, previous) - tables:
        return f"the run published no {', '.join(sorted(lacking))}, which the current run {previous} has"
    return _later(connection, run, previous)


def _later(connection: sa.Connection, run: sa.Row[Any], previous: str) -> str | None:
    """Why the current run is the later one, if it is: by the dates that the two are for, else by when they started."""
    columns = sa.select(RUNS.c.logical_date, RUNS.c.started_at).where(RUNS.c.run_id == previous)
    current = connection.execute(columns).one()
    if run.logical_date and current.logical_date and run.logical_date != current.logical_date:
        is_later = current.logical_date > run.logical_date
        return f"the current run {previous} is for a later date, {current.logical_date}" if is_later else None
    return f"the current run {previous} started later" if current.started_at > run.started_at else None


def _delivered(connection: sa.Connection, run_id: str) -> set[str]:
    return set(connection.execute(sa.select(DELIVERIES.c.table_name).where(DELIVERIES.c.run_id == run_id)).scalars())


def _move(connection: sa.Connection, run_id: str, pipeline: str, by: str) -> None:
    values = {"run_id": run_id, "since": datetime.now(UTC).replace(tzinfo=None), "published_by": by}
    pointer = insert(connection, PUBLISHED).values(pipeline=pipeline, **values)
    connection.execute(pointer.on_conflict_do_update(index_elements=["pipeline"], set_=values))


def _write_changes(connection: sa.Connection, run_id: str, previous: str) -> tuple[int, int]:
    """Write who entered and who left, and count them. What an earlier promotion of the run wrote is replaced."""
    connection.execute(sa.delete(CHANGES).where(CHANGES.c.run_id == run_id))
    statement = sa.text(MEMBERSHIP_CHANGES.read_text(encoding="utf-8"))
    connection.execute(statement, {"run_id": run_id, "previous": previous})
    counts = (
        sa.select(CHANGES.c.change, sa.func.count().label("customers"))
        .where(CHANGES.c.run_id == run_id)
        .group_by(CHANGES.c.change)
    )
    found = {row.change: row.customers for row in connection.execute(counts)}
    return found.get("entered", 0), found.get("left", 0)
