"""Dense series at one or several levels, in the field's long form, with the hierarchy that they belong to.

A level names what its series are followed by: ``total``, ``insiders``, one attribute (``product``, ``store``,
``segment`` …) or several with a stroke between them (``store/product``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError
from insiders.handoff import TEXT
from insiders.series.sales import MEASURES

TOTAL, INSIDERS = "total", "insiders"
NEVER = -1
ORDER = (TOTAL, INSIDERS, "segment", "country", "store", "category", "product")
"""In which people read levels: from the whole to its parts."""


@dataclass(frozen=True)
class Leveled:
    """Series and what they are."""

    values: pd.DataFrame
    """``unique_id``, ``ds`` (day), ``y`` (float64): every day asked for from the first sale on, 0 without sales."""
    static: pd.DataFrame
    """One row per series: ``unique_id``, ``level``, ``series`` (its name within the level), and each attribute of the
    sales that is the same for all of the series; missing where it is not."""


def at_levels(
    sales: pd.DataFrame,
    levels: Iterable[str],
    days: pd.DatetimeIndex,
    *,
    measure: str = "units",
    since_launch: bool = True,
) -> Leveled:
    """The series of all ``levels`` on ``days``; sales on other days (closed ones, a cut one) are left out.

    ``measure`` is ``units`` (pieces) or ``revenue`` (the shop's currency). With ``since_launch`` a series begins on its
    first day with sales, since the zeros before it are no demand; without, all begin on the first of ``days``. A series
    that never sells on ``days`` is left out. An `AnalysisError` names a level that these sales cannot be followed by.
    """
    coded = sales.astype(dict.fromkeys(attributes_of(sales), "category"))
    parts = [_at_level(coded, level, days, measure, since_launch) for level in dict.fromkeys(levels)]
    return Leveled(
        pd.concat([part.values for part in parts], ignore_index=True),
        pd.concat([part.static for part in parts], ignore_index=True),
    )


def columns_of(level: str) -> list[str]:
    """The attributes by which the series of a level are told apart: none for the total and the Insiders."""
    return [] if level in (TOTAL, INSIDERS) else level.split("/")


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table with a column ``level``, the whole first, then stores, categories, products, and the rest."""
    place = {level: number for number, level in enumerate(ORDER)}
    return table.sort_values("level", key=lambda levels: levels.map(place).fillna(len(place)), kind="stable")


def joined(rows: pd.DataFrame, columns: list[str]) -> pd.Series:
    """The name of the series of each row: the values of the columns, with strokes between them."""
    name = rows[columns[0]]
    for each in columns[1:]:
        name = name + "/" + rows[each]
    return name


def attributes_of(sales: pd.DataFrame) -> list[str]:
    """The attributes that these sales can be followed by."""
    return [name for name in sales.columns if name not in (*MEASURES, "is_insider")]


def _at_level(sales: pd.DataFrame, level: str, days: pd.DatetimeIndex, measure: str, since_launch: bool) -> Leveled:
    columns = columns_of(level)
    there = attributes_of(sales)
    missing = [name for name in columns if name not in there]
    if missing or (level == INSIDERS and "is_insider" not in sales):
        raise AnalysisError(
            f"these sales cannot be followed by {' and '.join(missing) or INSIDERS}: "
            f"they have {', '.join(there) or 'no attributes'}"
        )
    rows = sales[sales["is_insider"]] if level == INSIDERS else sales
    place = days.get_indexer(pd.DatetimeIndex(rows["date"]))
    rows, place = rows[place >= 0], place[place >= 0]
    codes, static = _series_of(rows, level, columns)
    matrix = np.zeros((len(static), len(days)))
    np.add.at(matrix, (codes, place), rows[measure].to_numpy())
    first = _first_sale(matrix)
    matrix, static, first = matrix[first >= 0], static[first >= 0].reset_index(drop=True), first[first >= 0]
    if static.empty:
        raise AnalysisError(f"nothing was sold at level {level} on the {len(days)} days asked for")
    keep = np.arange(len(days)) >= (first[:, None] if since_launch else 0)
    series, day = np.nonzero(np.broadcast_to(keep, matrix.shape))
    values = pd.DataFrame(
        {"unique_id": static["unique_id"].take(series).array, "ds": days.take(day), "y": matrix[series, day]}
    )
    return Leveled(values, static)


def _series_of(rows: pd.DataFrame, level: str, columns: list[str]) -> tuple[np.ndarray, pd.DataFrame]:
    """The number of the series of each row, and the static table in the order of those numbers."""
    if columns:
        groups = rows.groupby(columns, sort=True, observed=True)
        codes, names = groups.ngroup().to_numpy(), groups.size().reset_index()[columns].astype(TEXT)
        series = joined(names, columns)
        unique_id = level + "=" + series
    else:
        codes = np.zeros(len(rows), dtype="int64")
        names = pd.DataFrame(index=range(1 if len(rows) else 0))
        series = unique_id = pd.Series(level, index=names.index, dtype=TEXT)
    static = pd.DataFrame({"unique_id": unique_id, "level": level, "series": series})
    for name in attributes_of(rows):
        static[name] = names[name] if name in columns else _shared(rows[name], codes, len(names))
    return codes, static.astype(dict.fromkeys(static.columns, TEXT))


def _shared(values: pd.Series, codes: np.ndarray, count: int) -> pd.Series:
    """The value that all rows of a series have in common, missing where they differ."""
    number, known = values.cat.codes.to_numpy(dtype="int64"), values.cat.categories
    low, high = np.full(count, len(known)), np.full(count, NEVER)
    np.minimum.at(low, codes, number)
    np.maximum.at(high, codes, number)
    return pd.Series(known.astype(TEXT).take(np.where(low == high, low, 0)), dtype=TEXT).where(low == high)


def _first_sale(matrix: np.ndarray) -> np.ndarray:
    """The place of the first sale in each row, -1 where there is none."""
    sold = matrix > 0
    return np.where(sold.any(axis=1), sold.argmax(axis=1), NEVER)
