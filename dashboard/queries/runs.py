"""Which runs there are, which of them is live, and what their steps have measured."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from dashboard.queries.views import METRICS, RUNS, SEGMENT_HISTORY

PAGE = 25


def live() -> sa.Select[Any]:
    """The live run of every pipeline."""
    return sa.select(RUNS).where(RUNS.c.live_since.is_not(None)).order_by(RUNS.c.pipeline)


def newest(pipeline: str | None = None) -> sa.Select[Any]:
    """The run that began last, of a pipeline or of all; one that gave way to another run did not begin."""
    asked = sa.select(RUNS).where(RUNS.c.status != "skipped").order_by(RUNS.c.started_at.desc()).limit(1)
    return asked if pipeline is None else asked.where(RUNS.c.pipeline == pipeline)


def pipelines() -> sa.Select[Any]:
    """The names of all pipelines, with the number of their runs."""
    counted = sa.func.count().label("runs")
    return sa.select(RUNS.c.pipeline, counted).group_by(RUNS.c.pipeline).order_by(RUNS.c.pipeline)


def past(pipeline: str, page: int) -> sa.Select[Any]:
    """One page of the runs of a pipeline, newest first."""
    asked = sa.select(RUNS).where(RUNS.c.pipeline == pipeline)
    return asked.order_by(RUNS.c.started_at.desc(), RUNS.c.run_id).limit(PAGE).offset(PAGE * page)


def metrics(run_id: str, steps: tuple[str, ...] = ()) -> sa.Select[Any]:
    """What the steps of a live run have measured: step, name, value or text, unit."""
    asked = sa.select(METRICS).where(METRICS.c.run_id == run_id).order_by(METRICS.c.step, METRICS.c.name)
    return asked.where(METRICS.c.step.in_(steps)) if steps else asked


def trend(pipeline: str) -> sa.Select[Any]:
    """Size and shares of the Insiders in every accepted run of a pipeline, in the order of their dates."""
    wanted = SEGMENT_HISTORY.c
    asked = sa.select(wanted.run_id, wanted.logical_date, wanted.started_at, wanted.customers, wanted.customer_share,
                      wanted.gross_revenue, wanted.revenue_share)  # fmt: skip
    asked = asked.where(wanted.pipeline == pipeline, wanted.is_insiders)
    return asked.order_by(wanted.logical_date, wanted.started_at).limit(500)
