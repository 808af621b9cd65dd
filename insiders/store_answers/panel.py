"""What the answers on a panel rest on: the tables of one run, read once, and what follows from them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from insiders import handoff, verdicts
from insiders.forecasting import additivity, growth
from insiders.language import ENGLISH, Language, language
from insiders.series.levels import in_order

PIECES = "pieces"


@dataclass(frozen=True)
class Panel:
    """The forecast tables of one run, all levels together, as `insiders.handoff` has them."""

    source: pd.Series
    pipeline: str
    """Of which the run is one."""
    forecasts: pd.DataFrame
    totals: pd.DataFrame
    """A row per level, the whole first."""
    series_totals: pd.DataFrame
    """A row per series, with the bounds of its own sum."""
    sales: pd.DataFrame
    scores: pd.DataFrame
    language: Language
    """In which the answers are said."""

    @property
    def title(self) -> str:
        """The heading of the report."""
        return self.language.say("What the shop will sell: by store, category and product")

    @property
    def facts(self) -> str:
        """What the report rests on."""
        speak = self.language
        return speak.say(
            "Source {source}, {first} to {last}: daily sales, without customers.",
            source=self.source["name"],
            first=speak.day(self.source["first_day"]),
            last=speak.day(self.source["last_day"]),
        )

    @property
    def notes(self) -> str:
        """How the report's figures are to be read."""
        return self.language.say(
            "Every level is forecast by the model that erred least on it; errors are those of periods that the model "
            "had not seen, as shares of what was sold in them. A word of trust is about errors of the past. The views "
            "current_… of the database hold the same rows once this run is accepted."
        )

    @cached_property
    def models(self) -> dict[str, str]:
        """The model of every level."""
        return dict(zip(self.totals["level"].astype(str), self.totals["model"].astype(str), strict=True))

    @cached_property
    def judged(self) -> pd.DataFrame:
        """A word for every level and series, see `insiders.verdicts`; the whole first."""
        return in_order(verdicts.verdicts(self.scores, self.models)).reset_index(drop=True)

    @cached_property
    def growths(self) -> pd.DataFrame:
        """What is expected beside what was sold, with bounds, see `insiders.forecasting.growth`."""
        made = growth.growth(self.sales, self.forecasts)
        return in_order(growth.bounded(made, self.series_totals)).reset_index(drop=True)

    @cached_property
    def apart(self) -> pd.DataFrame:
        """How far the levels are off the whole, see `insiders.forecasting.additivity`."""
        return in_order(additivity.apart(self.sales, self.forecasts)).reset_index(drop=True)

    @property
    def first_day(self) -> pd.Timestamp:
        """The first day forecast."""
        return self.forecasts["date"].min()

    @property
    def last_day(self) -> pd.Timestamp:
        """The last day forecast."""
        return self.forecasts["date"].max()

    @property
    def known_day(self) -> pd.Timestamp:
        """The last day of which sales are known."""
        return self.sales["date"].max()

    def amount(self, value: float, unit: str) -> str:
        """A sum in its unit."""
        if unit != PIECES:
            return self.language.money(value, unit)
        return self.language.say_n("{n} piece", "{n} pieces", value)


def read(run_folder: str | os.PathLike[str], *, language_code: str = ENGLISH) -> Panel:
    """Read a run's forecast tables; a `HandoffError` names the first that is missing."""
    return Panel(
        source=handoff.read(run_folder, "source").iloc[0],
        pipeline=handoff.pipeline(run_folder),
        forecasts=handoff.read(run_folder, "forecasts"),
        totals=in_order(handoff.read(run_folder, "totals")).reset_index(drop=True),
        series_totals=handoff.read(run_folder, "series_totals"),
        sales=handoff.read(run_folder, "sales"),
        scores=handoff.read(run_folder, "model_scores"),
        language=language(language_code),
    )
