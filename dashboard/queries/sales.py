"""Questions about what was sold, what is forecast, and how good forecasts were on periods that no model had seen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dashboard.queries.periods import PeriodStart
from dashboard.queries.views import FORECASTS, SALES, SCORES, TOTALS

MOST_SCORES = 20_000
"""Of the errors of single series."""


def having(level: str) -> sa.Select[Any]:
    """The pipelines whose live run has forecast a level."""
    return sa.select(TOTALS.c.pipeline).where(TOTALS.c.level == level).distinct()


def first_day_ahead(run_id: str) -> sa.Select[Any]:
    """The first day that a run has forecast."""
    first = sa.func.min(TOTALS.c.first_day, type_=sa.DateTime)
    return sa.select(first.label("first_day")).where(TOTALS.c.run_id == run_id)


def totals(run_id: str, level: str) -> sa.Select[Any]:
    """What a level should sell altogether over its horizon, by model, with the unit."""
    return sa.select(TOTALS).where(TOTALS.c.run_id == run_id, TOTALS.c.level == level)


def span(run_id: str, level: str, chosen: tuple[str, ...]) -> sa.Select[Any]:
    """First and last day with a row of what was sold."""
    ends = sa.func.min(SALES.c.date).label("first"), sa.func.max(SALES.c.date).label("last")
    return sa.select(*ends).where(*_of(SALES, run_id, level), SALES.c.series.in_(chosen))


def sold(
    run_id: str, level: str, chosen: tuple[str, ...], period: tuple[date, date], granularity: str
) -> sa.Select[Any]:
    """What the chosen series sold in each day, week or month of the period: series, starts, value."""
    starts = PeriodStart(SALES.c.date, granularity).label("starts")
    asked = sa.select(SALES.c.series, starts, sa.func.sum(SALES.c.value).label("value"))
    asked = asked.where(*_of(SALES, run_id, level), SALES.c.series.in_(chosen), *_within(SALES.c.date, *period))
    return asked.group_by(SALES.c.series, starts).order_by(SALES.c.series, starts)


def expected(
    run_id: str, level: str, model: str, chosen: tuple[str, ...], until: date, granularity: str
) -> sa.Select[Any]:
    """What a model expects of them up to a day: series, starts, mean, lower, upper, days; bounds are added up."""
    starts = PeriodStart(FORECASTS.c.date, granularity).label("starts")
    sums = [sa.func.sum(FORECASTS.c[name]).label(name) for name in ("mean", "lower", "upper")]
    asked = sa.select(FORECASTS.c.series, starts, *sums, sa.func.max(FORECASTS.c.coverage).label("coverage"))
    asked = asked.where(
        *_of(FORECASTS, run_id, level),
        FORECASTS.c.model == model,
        FORECASTS.c.series.in_(chosen),
        FORECASTS.c.date < _midnight(until) + timedelta(days=1),
    )
    return asked.group_by(FORECASTS.c.series, starts).order_by(FORECASTS.c.series, starts)


def scores(run_id: str, level: str) -> sa.Select[Any]:
    """Errors of all models of a level on held-out periods: model, fold, metric, value."""
    return sa.select(SCORES.c.model, SCORES.c.fold, SCORES.c.metric, SCORES.c.value).where(*_of(SCORES, run_id, level))


def scores_of_series(run_id: str, level: str, chosen: tuple[str, ...] | None = None) -> sa.Select[Any]:
    """The mean errors of each series of a level, or of some: level (as LEVEL=SERIES), model, metric, value."""
    one = SCORES.c
    which = one.level.startswith(f"{level}=", autoescape=True)
    if chosen is not None:
        which = one.level.in_([f"{level}={name}" for name in chosen])
    asked = sa.select(one.level, one.model, one.metric, one.value).where(one.run_id == run_id, which)
    return asked.where(one.fold == "mean").order_by(one.level, one.model, one.metric).limit(MOST_SCORES)


def _of(view: sa.TableClause, run_id: str, level: str) -> tuple[sa.ColumnElement[bool], ...]:
    return view.c.run_id == run_id, view.c.level == level


def _within(column: sa.ColumnClause[Any], first: date, last: date) -> tuple[sa.ColumnElement[bool], ...]:
    return column >= _midnight(first), column < _midnight(last) + timedelta(days=1)


def _midnight(one: date) -> datetime:
    return datetime(one.year, one.month, one.day)  # noqa: DTZ001 - the shop's local day, as the tables have it
