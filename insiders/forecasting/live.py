"""A forecast made at once, for a choice of stores, categories and products that no pipeline has looked at.

The champion of a level forecasts it: its statistical models are fitted to the series of the choice, its learners are
asked as they were taught, of each of the level's series within the choice, and added up. Where a learner has nothing to
say (days beyond those it was taught, an attribute that it never saw), statistical models stand in, and the note says
so. Weeks and months are sums of days; the one under way has what was sold of it already.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from insiders import verdicts
from insiders.errors import AnalysisError
from insiders.forecasting import applied, champions, history, scaled_errors
from insiders.forecasting.applied import Applied
from insiders.forecasting.champions import Champion
from insiders.forecasting.followed import GRANULARITIES, of_named
from insiders.forecasting.history import History
from insiders.forecasting.models import BASELINE
from insiders.forecasting.origins import Origin
from insiders.forecasting.scaled_errors import ScaledErrors
from insiders.series import Leveled, at_levels, by_period, expected_open_days
from insiders.series.levels import TOTAL
from insiders.series.periods import FREQUENCIES

LONGEST = 90
"""Calendar days ahead that are forecast at most, unless the champion was made for more."""
DAY = "day"


@dataclass(frozen=True)
class Live:
    """What was sold of a choice, and what is expected."""

    rows: pd.DataFrame = field(repr=False)
    """ds (day, or first day of a week or month), y (sold; missing ahead), yhat and lower_80, upper_80, lower_95,
    upper_95 (missing in the past). A week or month under way has both: what it sold so far, and what it should come to.
    """
    total: Mapping[str, Any]
    """All days ahead together: first_day, last_day, days (open ones), yhat and bounds."""
    unit: str
    """Of y, yhat and bounds: pieces, or the sign of the shop's currency."""
    level: str
    model: str
    """The champion of the level, or what stands in for it."""
    total_error: float | None
    """The error of a held-out period's sum, as a share of it: as made of the series, else scaled from its level's."""
    verdict: str
    """high, medium, low or unknown (`insiders.verdicts`)."""
    note: str
    """What a reader has to know besides."""


def series_of(folder: Path) -> dict[str, list[str]]:
    """By attribute (store, category, product) the values that a champion's folder can be filtered by."""
    return history.load(folder).filters()


def forecast(
    folder: Path, filters: Mapping[str, Iterable[str]] | None = None, horizon: int = 28, granularity: str = DAY
) -> Live:
    """What a choice sold, and its next ``horizon`` calendar days by the champion in ``folder``.

    ``filters`` has one or several values of store, category and product, crossed; without, all is forecast. By weeks
    or months the horizon ends with its last whole one, at least with the one under way. An `AnalysisError` says what
    cannot be forecast, a `ModelError` that the folder's files are not those that were kept.
    """
    kept = history.load(folder)
    champion = champions.load(folder, kept.level, DAY)
    if granularity not in GRANULARITIES or not 1 <= horizon <= max(LONGEST, champion.horizon):
        raise AnalysisError(
            f"live forecasts go 1 to {max(LONGEST, champion.horizon)} days ahead, by {', '.join(GRANULARITIES)}: "
            f"not {horizon} days by {granularity!r}"
        )
    return of_choice(kept, champion, filters or {}, horizon, granularity)


def of_choice(
    kept: History, champion: Champion, filters: Mapping[str, Iterable[str]], horizon: int, granularity: str = DAY
) -> Live:
    """The forecast of `forecast`, from what its files hold."""
    asked = {name: list(values) for name, values in filters.items() if values}
    rows, last = kept.chosen(asked), kept.calendar.open_days[-1]
    days = expected_open_days(kept.calendar, (_end(last, horizon, granularity) - last).days)
    whole = at_levels(rows[["date", kept.measure]], [TOTAL], kept.calendar.open_days, measure=kept.measure)
    parts = _parts(kept, rows) if applied.has_learners(champion) else None
    who = applied.who(champion, parts, len(days))
    said = applied.ahead(champion, who, whole, parts, Origin(last, days))
    off, errors = _errors(champion, who, whole, _series_named(kept, asked))
    total = {"first_day": days[0], "last_day": days[-1], "days": len(days),
             **errors.bounded(float(said["yhat"].sum()), 1, len(said))}  # fmt: skip
    table = _by_period(kept, whole, said, errors, granularity) if granularity != DAY else _by_day(whole, said, errors)
    far = f"Bounds beyond open day {errors.steps} rest on errors up to that day." if len(days) > errors.steps else ""
    note = " ".join(filter(None, [who.why, far]))
    return Live(table, total, kept.unit, kept.level, who.model, off, verdicts.verdict(off), note)


def _parts(kept: History, rows: pd.DataFrame) -> Leveled | None:
    """The series of the level within the choice, as its learners know them; None where it cannot be told apart."""
    try:
        return at_levels(rows, [kept.level], kept.calendar.open_days, measure=kept.measure)
    except AnalysisError:
        return None


def _series_named(kept: History, asked: Mapping[str, list[str]]) -> str | None:
    """The series of the level that a choice is, if it is one."""
    if kept.level == TOTAL and not asked:
        return TOTAL
    one = asked.get(kept.level, [])
    return f"{kept.level}={one[0]}" if len(one) == 1 and len(asked) == 1 else None


def _errors(champion: Champion, who: Applied, whole: Leveled, name: str | None) -> tuple[float | None, ScaledErrors]:
    """The error of a period's sum to expect of the choice, as a share of it, and the errors of days.

    A series that was held out has errors of its own, and what stands in makes some now; else the level's are scaled.
    """
    held = of_named(champion.held[champion.held["level"] == champion.level])
    made = held[held["model"] == champion.model]
    origins = [
        Origin(pd.Timestamp(str(cutoff)), pd.DatetimeIndex(rows["ds"].drop_duplicates().sort_values()))
        for cutoff, rows in held.groupby("cutoff", sort=True)
    ]
    if who.why and len(own := applied.held_out(champion, who, whole, origins)):
        return scaled_errors.total_error(own), scaled_errors.of_series(own, own)
    own = made[made["unique_id"] == name]
    naive = own if len(own) else applied.held_out(champion, Applied(BASELINE, (BASELINE,), ""), whole, origins)
    errors = scaled_errors.of_series(made, own, held, naive, float(whole.values["y"].mean()))
    if len(own):
        return scaled_errors.total_error(own), errors
    plain = scaled_errors.total_error(held[held["model"] == BASELINE])
    off, same = scaled_errors.total_error(made), scaled_errors.total_error(naive)
    return (same * off / plain if off is not None and same is not None and plain else None), errors


def _by_day(whole: Leveled, said: pd.DataFrame, errors: ScaledErrors) -> pd.DataFrame:
    """All days of the past, and those to come."""
    found = [
        {"ds": day, **errors.bounded(float(yhat), step, step)}
        for step, (day, yhat) in enumerate(zip(said["ds"], said["yhat"], strict=True), 1)
    ]
    return pd.concat([whole.values[["ds", "y"]], pd.DataFrame(found)], ignore_index=True)


def _by_period(
    kept: History, whole: Leveled, said: pd.DataFrame, errors: ScaledErrors, granularity: str
) -> pd.DataFrame:
    """Whole weeks or months of the past, the one under way, and those to come."""
    try:
        past = by_period(whole.values, kept.calendar, GRANULARITIES[granularity])[["ds", "y"]]
    except AnalysisError:
        past = whole.values[["ds", "y"]].head(0)
    frequency = FREQUENCIES[GRANULARITIES[granularity]]
    period, before = (rows["ds"].dt.to_period(frequency) for rows in (said, whole.values))
    found = []
    for one in period.unique():
        place = period.index[period == one]
        sold = whole.values.loc[before == one, "y"]
        row = errors.bounded(float(said["yhat"].iloc[place].sum()), int(place[0]) + 1, int(place[-1]) + 1)
        so_far = float(sold.sum()) if len(sold) else math.nan
        more = float(sold.sum())
        found.append({"ds": one.start_time, "y": so_far, **{key: value + more for key, value in row.items()}})
    return pd.concat([past[past["ds"] < found[0]["ds"]], pd.DataFrame(found)], ignore_index=True)


def _end(last: pd.Timestamp, horizon: int, granularity: str) -> pd.Timestamp:
    """The last day of the horizon: of its last whole week or month, at least of the one that begins it."""
    end = last + pd.Timedelta(days=horizon)
    if granularity == DAY:
        return end
    period = pd.Period(end, FREQUENCIES[GRANULARITIES[granularity]])
    first = pd.Period(last + pd.Timedelta(days=1), FREQUENCIES[GRANULARITIES[granularity]])
    closing = period if period.end_time.normalize() <= end else max(period - 1, first)
    return pd.Timestamp(closing.end_time.normalize())
