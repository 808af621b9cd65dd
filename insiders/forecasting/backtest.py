"""Forecasts of all models at every origin, beside what came; their errors by period."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pandas as pd

from insiders import accuracy
from insiders.errors import AnalysisError
from insiders.forecasting import ensembles
from insiders.forecasting.followed import Followed, of_named
from insiders.forecasting.models import Asked, Past, combine, forecast
from insiders.forecasting.origins import Origin
from insiders.handoff import TEXT
from insiders.series import Leveled

COLUMNS = ("unique_id", "level", "series", "ds", "cutoff", "model", "y", "yhat")
METRICS = ("mae", "rmse", "wape", "mase", "rmsse", "wrmsse", "psfa", "bias", "total_error")
LOWER_IS_BETTER = ("wape", "mae", "rmse", "mase", "rmsse", "wrmsse", "total_error")
"""Metrics by which a model may be chosen."""


@dataclass(frozen=True)
class Held:
    """What every model said of the held-out rows."""

    rows: pd.DataFrame
    """unique_id, level, series, ds, cutoff, model, y, yhat."""
    scale: pd.DataFrame
    """By what errors are scaled at each origin (`insiders.accuracy.scales`)."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Models without a forecast at some origin, and why."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Wall time of each single model over all origins."""

    @property
    def static(self) -> pd.DataFrame:
        """unique_id, level, series of all that was held out."""
        return self.rows[["unique_id", "level", "series"]].drop_duplicates(ignore_index=True)

    def of_level(self, level: str) -> pd.DataFrame:
        """The rows of a level."""
        return self.rows[self.rows["level"] == level]


NOTHING = Held(
    pd.DataFrame(columns=list(COLUMNS)).astype(
        {**dict.fromkeys(["unique_id", "level", "series", "model"], TEXT),
         **dict.fromkeys(["ds", "cutoff"], "datetime64[ns]"), "y": "float64", "yhat": "float64"}
    ),
    pd.DataFrame(),
)  # fmt: skip


def backtest(followed: Followed, origins: Sequence[Origin], asked: Asked) -> Held:
    """Every model at every origin, its series chosen from what was known then; nothing where there are no origins.

    A learner is trained anew at each of them. A model that has too little to learn from at one is left out of all.
    """
    if not origins:
        return NOTHING
    pasts = [(origin, past_at(followed, origin, followed.at(origin.first))) for origin in origins]
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in asked.singles}
    left_out, seconds = dict[str, str](), dict[str, float]()
    for name, parts in made.items():
        begin = time.perf_counter()
        try:
            for origin, (past, actual) in pasts:
                said, _ = forecast(name, past, asked.settings.get(name))
                parts.append(_judged(said, past, actual, origin, name))
        except AnalysisError as fault:
            left_out[name] = str(fault)
        seconds[name] = time.perf_counter() - begin
    scale = pd.concat([accuracy.scales(past.history, [past.history["ds"].max()]) for _, (past, _) in pasts])
    singles = pd.concat([part for name, parts in made.items() if name not in left_out for part in parts])
    rows = combine(singles.reset_index(drop=True), asked, weights(singles, asked))
    return Held(rows[list(COLUMNS)], scale.drop_duplicates(["unique_id", "cutoff"]), left_out, seconds)


def past_at(followed: Followed, origin: Origin, whole: Leveled, steps: int | None = None) -> tuple[Past, pd.DataFrame]:
    """What is known at an origin, of the series launched by then, and what came: unique_id, ds, y."""
    known = whole.values[whole.values["ds"] <= origin.cutoff]
    actual = whole.values[whole.values["ds"].isin(origin.days) & whole.values["unique_id"].isin(known["unique_id"])]
    static = whole.static[whole.static["unique_id"].isin(known["unique_id"])]
    return Past(known, static, origin.days, followed.granularity, steps or _steps(followed, origin)), actual


def weights(singles: pd.DataFrame, asked: Asked) -> pd.DataFrame | None:
    """For each weighted combination's members their weight at each cut-off, from periods that were over by then."""
    members = sorted({one for name, parts in asked.combined.items() if name.startswith("weighted") for one in parts})
    there = [one for one in members if one in set(singles["model"])]
    if not there:
        return None
    table = accuracy.accuracy(singles[singles["model"].isin(there)], metrics=["wape"])
    scores = table.groupby(["cutoff", "model"], observed=True)["value"].mean().reset_index()
    cutoffs = sorted(pd.Timestamp(cutoff) for cutoff in scores["cutoff"].unique())
    gaps = [after - before for before, after in pairwise(cutoffs)]
    return ensembles.weights_by_error(scores, there, horizon=min(gaps, default=pd.Timedelta(0)))


def scores(held: Held, origins: Sequence[Origin]) -> pd.DataFrame:
    """The hand-off table ``model_scores``: level, model, fold (first day held out, or mean), metric, value.

    mae and rmse are in the level's unit; the others as `insiders.accuracy.METRICS` says. What is not followed by itself
    does not count.
    """
    columns = ["level", "model", "fold", "metric", "value"]
    if held.rows.empty:
        return pd.DataFrame(columns=columns).astype({**dict.fromkeys(columns[:4], TEXT), "value": "float64"})
    names = {origin.cutoff: origin.name for origin in origins}
    table = accuracy.accuracy(of_named(held.rows), held.scale, metrics=METRICS).dropna(subset=["value"])
    table = table.assign(fold=table["cutoff"].map(names))[columns]
    mean = table.groupby(["level", "model", "metric"], sort=False)["value"].mean().reset_index().assign(fold="mean")
    return pd.concat([table, mean[columns]], ignore_index=True).astype(dict.fromkeys(columns[:4], TEXT))


def _steps(followed: Followed, origin: Origin) -> int:
    span = (origin.days[-1] - origin.cutoff).days
    return max(len(origin.days), followed.steps(span) if followed.granularity == "day" else 1)


def _judged(said: pd.DataFrame, past: Past, actual: pd.DataFrame, origin: Origin, name: str) -> pd.DataFrame:
    rows = said.merge(actual, on=["unique_id", "ds"], validate="one_to_one")
    rows = rows.merge(past.static[["unique_id", "level", "series"]], on="unique_id", validate="many_to_one")
    facts: dict[str, Any] = {"cutoff": origin.cutoff, "model": name}
    return rows.assign(**facts).astype({"model": TEXT, "unique_id": TEXT})[list(COLUMNS)]
