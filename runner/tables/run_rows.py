"""What the database says of a run itself: its row in `runs`, and its metrics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import sqlalchemy as sa
from pydantic import AwareDatetime, BaseModel, ConfigDict

from runner.errors import DeliveryError
from runner.outcomes import Status
from runner.tables.database import insert, transact


class RunRow(BaseModel):
    """One row of `runs`. Times are in UTC; `digest` is that of the finished manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: str
    pipeline: str
    status: str
    started_at: AwareDatetime
    logical_date: date | None = None
    finished_at: AwareDatetime | None = None
    digest: str | None = None
    source: str | None = None
    source_sha256: str | None = None
    synthetic: bool | None = None
    git_commit: str | None = None
    host: str | None = None
    username: str | None = None
    approved_by: str | None = None
    plan_digest: str | None = None
    """Digest of what the run was asked to do: equal plans of one logical date are run once."""


class Metric(BaseModel):
    """One figure of a step: a number or a text, with its unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    name: str
    value: int | float | str
    unit: str = ""


_TYPES = {"logical_date": sa.Date, "started_at": sa.DateTime, "finished_at": sa.DateTime, "synthetic": sa.Boolean}
RUNS = sa.table("runs", *(sa.column(name, _TYPES.get(name, sa.Text)) for name in RunRow.model_fields))
METRICS = sa.table(
    "metrics",
    *(sa.column(name, sa.Text) for name in ("run_id", "step", "name", "text", "unit")),
    sa.column("value", sa.Double),
)


def utc(moment: datetime) -> datetime:
    """The moment in UTC without its zone, as the database keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def write_run(connection: sa.Connection, run: RunRow) -> None:
    """Insert the run's row, or bring it up to date; what the run does not say stays as it is.

    The row of a run that has ended is final: the database refuses another word on it.
    """
    values = {name: utc(value) if isinstance(value, datetime) else value for name, value in run if value is not None}
    row = insert(connection, RUNS).values(values)
    # What a run said while it was under way may arrive after its end.
    still = sa.or_(RUNS.c.status == Status.RUNNING, row.excluded.status != Status.RUNNING)
    connection.execute(row.on_conflict_do_update(index_elements=["run_id"], set_=values, where=still))


def earlier(database: sa.Engine | sa.Connection, pipeline: str, logical_date: date, plan_digest: str) -> str | None:
    """The id of the newest run that succeeded with the same plan for the same date; None where there is none."""
    if isinstance(database, sa.Engine):
        return transact(database, lambda connection: earlier(connection, pipeline, logical_date, plan_digest))
    same = {"pipeline": pipeline, "logical_date": logical_date, "plan_digest": plan_digest}
    query = sa.select(RUNS.c.run_id).where(
        RUNS.c.status == Status.SUCCEEDED, *(RUNS.c[name] == value for name, value in same.items())
    )
    newest = query.order_by(RUNS.c.started_at.desc(), RUNS.c.run_id.desc()).limit(1)
    return database.execute(newest).scalar_one_or_none()


def write_metrics(connection: sa.Connection, run_id: str, metrics: Sequence[Metric]) -> None:
    """Insert the run's metrics; the same again are there already, others are a `DeliveryError`."""
    rows = {(one.step, one.name): _as_row(run_id, one) for one in metrics}
    for row in rows.values():
        connection.execute(insert(connection, METRICS).values(row).on_conflict_do_nothing())
    for found in connection.execute(sa.select(METRICS).where(METRICS.c.run_id == run_id)):
        if rows.get((found.step, found.name), dict(found._mapping)) != dict(found._mapping):
            raise DeliveryError(f"the metric {found.step}.{found.name} is there already with another value")


def _as_row(run_id: str, metric: Metric) -> dict[str, object]:
    number = None if isinstance(metric.value, str) else float(metric.value)
    text = None if number is not None else metric.value
    key: dict[str, object] = {"run_id": run_id, "step": metric.step, "name": metric.name}
    return {**key, "text": text, "unit": metric.unit, "value": number}
