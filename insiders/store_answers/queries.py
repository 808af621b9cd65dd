"""The SELECT beside every number of a panel, over the ``current_*`` views, the same on SQLite and PostgreSQL.

A query of a level gives two columns: the name of the series, and its value.
"""

# ruff: noqa: S608 - the parts are names of columns, all of them written in this package; values are quoted here
from __future__ import annotations

import pandas as pd

from insiders.answers.queries import quoted
from insiders.verdicts import LINES, METRIC

DAY = pd.Timedelta(days=1)
MEAN = "mean"
"""The fold of `model_scores` that stands for all held-out periods."""


def total(column: str, level: str, model: str) -> str:
    """A column of what a level should sell over the whole horizon."""
    return f"SELECT {column} AS x FROM current_totals WHERE level = {quoted(level)} AND model = {quoted(model)}"


def error(level: str, model: str) -> str:
    """The mean error of a held-out period's sum, of a level or of LEVEL=SERIES; nothing where none is known."""
    return f"SELECT AVG(value) AS x FROM current_model_scores WHERE level = {quoted(level)} AND {_scored(model)}"


def word(level: str, model: str) -> str:
    """The word for that error."""
    return f"SELECT {_word('AVG(value)')} FROM current_model_scores WHERE level = {quoted(level)} AND {_scored(model)}"


def errors(level: str, model: str) -> str:
    """That error of every series of a level which was scored by itself."""
    rows = f"FROM current_model_scores WHERE {_of(level)} AND {_scored(model)}"
    return f"SELECT {_series(level)} AS series, value AS x {rows}"


def words(level: str, model: str) -> str:
    """The word of every such series."""
    rows = f"FROM current_model_scores WHERE {_of(level)} AND {_scored(model)}"
    return f"SELECT {_series(level)} AS series, {_word('value')} AS word {rows}"


def counted_words(level: str, model: str) -> str:
    """How many of these series have which word."""
    return f"SELECT word, COUNT(*) FROM ({words(level, model)}) AS judged GROUP BY word"


def expected(level: str, model: str) -> str:
    """What is expected of every series in sum."""
    return (
        f"SELECT series, SUM(mean) AS x FROM current_forecasts WHERE level = {quoted(level)} "
        f"AND model = {quoted(model)} GROUP BY series"
    )


def sold(level: str, first: pd.Timestamp, last: pd.Timestamp, *, since_before: bool = False) -> str:
    """What every series sold from one day to another; ``since_before``: of those that had begun by the first."""
    within = f"date >= {_day(first)} AND date < {_day(last + DAY)}"
    begun = f" HAVING MIN(date) < {_day(first + DAY)}" if since_before else ""
    return (
        f"SELECT series, SUM(CASE WHEN {within} THEN value ELSE 0 END) AS x FROM current_sales "
        f"WHERE level = {quoted(level)} GROUP BY series{begun}"
    )


def own(column: str, level: str, model: str) -> str:
    """A column of what every series should sell over the whole horizon."""
    rows = f"FROM current_series_totals WHERE level = {quoted(level)} AND model = {quoted(model)}"
    return f"SELECT series, {column} AS x {rows}"


def change(ahead: str, level: str, first: pd.Timestamp, last: pd.Timestamp) -> str:
    """What ``ahead``, a query of this room, gives for every series over what it sold in those days, less 1."""
    return (
        f"SELECT ahead.series AS series, ahead.x / earlier.x - 1 AS x FROM ({ahead}) AS ahead JOIN "
        f"({sold(level, first, last, since_before=True)}) AS earlier ON earlier.series = ahead.series "
        "WHERE earlier.x > 0"
    )


def expected_of_old(level: str, model: str, first: pd.Timestamp, last: pd.Timestamp) -> str:
    """What is expected of every series that sold in those days."""
    return (
        f"SELECT ahead.series, ahead.x FROM ({expected(level, model)}) AS ahead JOIN "
        f"({sold(level, first, last, since_before=True)}) AS earlier ON earlier.series = ahead.series "
        "WHERE earlier.x > 0"
    )


def clear(lower: str, upper: str) -> str:
    """Of how many series both bounds lie on one side of no change; the bounds are queries of this room."""
    both = f"({lower}) AS down JOIN ({upper}) AS up ON up.series = down.series"
    return f"SELECT COUNT(*) FROM {both} WHERE down.x > 0 OR up.x < 0"


def count(level: str, model: str) -> str:
    """How many series of a level are forecast."""
    return f"SELECT COUNT(*) FROM ({expected(level, model)}) AS ahead"


def together(level: str, model: str) -> str:
    """What is expected of all series of a level."""
    return f"SELECT SUM(mean) FROM current_forecasts WHERE level = {quoted(level)} AND model = {quoted(model)}"


def beside(level: str, model: str, whole: str, whole_model: str) -> str:
    """That sum over the whole's, less 1."""
    return f"SELECT ({together(level, model)}) / ({together(whole, whole_model)}) - 1"


def beside_by_day(level: str, model: str, whole: str, whole_model: str) -> str:
    """The sum of the days' absolute differences, as a share of the whole."""
    days = "SELECT date, SUM(mean) AS x FROM current_forecasts WHERE level = {} AND model = {} GROUP BY date"
    own, all_ = (days.format(quoted(name), quoted(by)) for name, by in ((level, model), (whole, whole_model)))
    return (
        f"SELECT SUM(ABS(COALESCE(part.x, 0) - entire.x)) / SUM(entire.x) FROM ({all_}) AS entire "
        f"LEFT JOIN ({own}) AS part ON part.date = entire.date"
    )


def followed(level: str, whole: str, after: pd.Timestamp) -> str:
    """The share of what the whole sold after a day that a level's series sold."""
    rows = f"SELECT SUM(value) FROM current_sales WHERE date >= {_day(after + DAY)} AND level = "
    return f"SELECT 1.0 * ({rows}{quoted(level)}) / ({rows}{quoted(whole)})"


def _scored(model: str) -> str:
    return f"model = {quoted(model)} AND metric = {quoted(METRIC)} AND fold = {quoted(MEAN)}"


def _of(level: str) -> str:
    return f"SUBSTR(level, 1, {len(level) + 1}) = {quoted(f'{level}=')}"


def _series(level: str) -> str:
    return f"SUBSTR(level, {len(level) + 2})"


def _word(value: str) -> str:
    cases = " ".join(f"WHEN {value} <= {most} THEN {quoted(name)}" for name, most in LINES.items())
    return f"CASE {cases} WHEN {value} IS NULL THEN 'unknown' ELSE 'low' END"


def _day(day: pd.Timestamp) -> str:
    return quoted(f"{day:%Y-%m-%d}")
