"""What a champion goes on from: all that was sold, at the finest grain there is, kept beside its files.

FOLDER/history.parquet   a row per open day and whatever is told apart (store, category, product …): units, revenue
FOLDER/history.json      the unit forecast, the level, the weekdays on which the shop is closed
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from insiders import registry
from insiders.errors import AnalysisError, ModelError
from insiders.forecasting.followed import Followed
from insiders.series import Calendar
from insiders.series.sales import ATTRIBUTES

FORMAT = 1
ROWS, FACTS = "history.parquet", "history.json"
FILTERS = ("store", "category", "product")
"""What a reader may choose by."""
_MANY = 5


@dataclass(frozen=True)
class History:
    """The sales of a level's source, ready to be filtered."""

    level: str
    unit: str
    """pieces, or the sign of the shop's currency."""
    calendar: Calendar
    rows: pd.DataFrame = field(repr=False)
    """date, attributes (categories), units, revenue."""

    @property
    def measure(self) -> str:
        """Column of the rows that is forecast."""
        return "units" if self.unit == "pieces" else "revenue"

    def filters(self) -> dict[str, list[str]]:
        """By attribute that can be chosen by, all its values in order."""
        return {name: sorted(self.rows[name].cat.categories) for name in FILTERS if name in self.rows}

    def chosen(self, filters: Mapping[str, Iterable[str]]) -> pd.DataFrame:
        """The rows of one or several stores, categories and products, crossed; an attribute without values is all.

        An `AnalysisError` names what there is not, or that the choice never sold.
        """
        asked = {name: list(dict.fromkeys(values)) for name, values in filters.items() if values}
        there = self.filters()
        faults = [f"{name} (there are {', '.join(there) or 'no filters'})" for name in asked if name not in there]
        for name in (name for name in asked if name in there):
            unknown = [value for value in asked[name] if value not in set(there[name])]
            faults += [f"{name} {', '.join(map(str, unknown[:_MANY]))}"] if unknown else []
        if faults:
            raise AnalysisError(f"the history of level {self.level} knows no {'; no '.join(faults)}")
        rows = self.rows
        for name, values in asked.items():
            rows = rows[rows[name].isin(values)]
        if not (rows[self.measure] > 0).any():
            told = "; ".join(f"{name} {', '.join(map(str, values[:_MANY]))}" for name, values in asked.items())
            raise AnalysisError(
                f"nothing was ever sold of {told or 'anything'} together: there is nothing to go on from"
            )
        return rows


def keep(folder: Path, followed: Followed) -> list[Path]:
    """Write what was sold; the paths of the files, none where a level is no part of the shop's whole sales."""
    sold = followed.grain
    if sold is None:
        return []
    sold = sold[sold["date"].isin(followed.calendar.open_days) & ((sold["units"] > 0) | (sold["revenue"] > 0))]
    keys = ["date", *(name for name in ATTRIBUTES if name in sold)]
    coded = sold.astype(dict.fromkeys(keys[1:], "category"))
    rows = coded.groupby(keys, observed=True, sort=True)[["units", "revenue"]].sum().reset_index()
    facts = {
        "format": FORMAT,
        "level": followed.level,
        "unit": followed.unit,
        "closed_weekdays": sorted(followed.calendar.closed_weekdays),
        "cut_day": None if followed.calendar.cut_day is None else f"{followed.calendar.cut_day:%Y-%m-%d}",
    }
    paths = registry.save(folder, ROWS, rows, training=followed.training)
    return list(dict.fromkeys([*paths, *registry.save(folder, FACTS, facts, training=followed.training)]))


def load(folder: Path) -> History:
    """Read what `keep` wrote, digests checked; a `ModelError` where it is missing or anything else."""
    if FACTS not in registry.entries(folder):
        raise ModelError(f"{folder} holds a champion without a history: its level is forecast by the pipeline only")
    told, rows = registry.load(folder, FACTS), registry.load(folder, ROWS)
    try:
        if told["format"] != FORMAT:
            raise ModelError(f"{folder / FACTS} is of format {told['format']}, not {FORMAT}: run the pipeline again")
        names = [name for name in ATTRIBUTES if name in rows]
        rows = rows[["date", *names, "units", "revenue"]].astype(dict.fromkeys(names, "category"))
        days = pd.DatetimeIndex(rows["date"].unique(), name="date").sort_values()
        cut = None if told["cut_day"] is None else pd.Timestamp(told["cut_day"])
        calendar = Calendar(days, frozenset(int(day) for day in told["closed_weekdays"]), cut)
        return History(str(told["level"]), str(told["unit"]), calendar, rows)
    except (KeyError, TypeError, ValueError) as fault:
        raise ModelError(f"{folder / FACTS} describes no history: {fault}") from fault
