"""Models by name, all called alike: a past and the days after it in, expected values out.

Statistical models are fitted to each series anew whenever they forecast; learners (`LEARNERS`) are trained once over
all series of a level, and what they learnt can be kept. Combinations make one forecast of several others'.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, ModuleType
from typing import Any

import pandas as pd

from insiders import statistical
from insiders.errors import AnalysisError
from insiders.forecasting import ensembles
from insiders.forecasting.followed import GRANULARITIES

BASELINE = "seasonal_naive"
"""The model that a chosen one has to beat."""

BASELINES = (BASELINE, "moving_average", "weekday_means")
"""The plain models, beside the best of which the lead of a chosen one is told."""


@dataclass(frozen=True)
class Past:
    """What a model is given at an origin."""

    history: pd.DataFrame
    """unique_id, ds, y: dense from each series' launch to the last row known."""
    static: pd.DataFrame
    """A row per series: unique_id, level, series, attributes."""
    days: pd.DatetimeIndex
    """Rows to forecast."""
    granularity: str
    """day, week or month."""
    steps: int
    """The most rows that the horizon can have, for which a learner is taught."""


@dataclass(frozen=True)
class Learner:
    """A model that is trained over all series of a level and can be kept."""

    module: str
    """Its room, with Settings, fit, forecast, save and load."""
    grid: Mapping[str, tuple[Any, ...]]
    """By setting the values that a search draws from. What is minimised is not among them: by WAPE a search would take
    absolute errors, whose optimum is the median, far below the mean of what sells now and then."""

    @property
    def room(self) -> ModuleType:
        """The room, loaded when it is first asked for: torch takes seconds, which no other model waits for."""
        return importlib.import_module(self.module)


LEARNERS: Mapping[str, Learner] = MappingProxyType(
    {
        "lightgbm": Learner(
            "insiders.boosting",
            {
                "trees": (100, 200, 400),
                "learning_rate": (0.02, 0.05, 0.1),
                "leaves": (7, 15, 31, 63),
                "least_rows": (20, 50, 100, 200),
                "rows": (120, 240, 480),
            },
        ),
        "lstm": Learner(
            "insiders.recurrent",
            {
                "context": (24, 48, 96),
                "hidden": (16, 32, 64),
                "dropout": (0.0, 0.1, 0.3),
                "learning_rate": (0.002, 0.005, 0.01),
            },
        ),
        "dense": Learner(
            "insiders.dense",
            {"context": (24, 48, 96), "hidden": (32, 64, 128), "learning_rate": (0.0005, 0.001, 0.002)},
        ),
    }
)
"""The learners by name."""

COMBINATIONS = ("mean", "median", "weighted")
"""Ways of combining forecasts; ``weighted`` by the errors of earlier origins (`insiders.forecasting.ensembles`)."""
_ASKED = re.compile(r"(?P<name>\w+)(?:\((?P<members>[\w+ ]*)\))?")


@dataclass(frozen=True)
class Asked:
    """Which models are compared."""

    singles: tuple[str, ...]
    combined: Mapping[str, tuple[str, ...]]
    """By name as asked for, such as ``mean`` or ``median(ets+theta)``, the members."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What the training of a learner is told, where not what is usual."""

    @property
    def names(self) -> list[str]:
        """All models, singles first."""
        return [*self.singles, *self.combined]

    def members(self, name: str) -> tuple[str, ...]:
        """The single models of which a model is made: itself, or those that it combines."""
        return self.combined.get(name, (name,))


SUITED: Mapping[bool, tuple[str, ...]] = MappingProxyType(
    {
        False: (*BASELINES, "ses", "ets", "theta", "lightgbm", "mean(weekday_means+ets+theta)", "median"),
        True: (*BASELINES, "tsb", "croston_sba", "theta", "lightgbm", "lstm", "mean(tsb+theta+lightgbm)", "median"),
    }
)
"""Models compared unless others are named: of a few large series, of many small ones."""


def ask(names: Sequence[str] | None, level: str, granularity: str, *, seed: int = 42) -> Asked:
    """The models of those names, or those suited to a level; the baseline always among them.

    A combination is ``mean``, ``median`` or ``weighted``, of all single models but the baseline or of those named in
    brackets: ``mean(ets+theta)``. Learners are left out of weeks and months. An `AnalysisError` names unknown models
    and members.
    """
    many = level in ("product", "category", "store")
    wanted = list(dict.fromkeys([BASELINE, *(SUITED[many] if names is None else names)]))
    found = {name: _ASKED.fullmatch(name) for name in wanted}
    known = [name for name in (*statistical.MODELS, *LEARNERS) if granularity == "day" or name not in LEARNERS]
    told = {name: [one.strip() for one in match["members"].split("+")] for name, match in found.items()
            if match and match["name"] in COMBINATIONS and match["members"]}  # fmt: skip
    named = [name for name in wanted if name not in COMBINATIONS and name not in told]
    late = [name for name in named if name in LEARNERS and name not in known]
    singles = list(dict.fromkeys([one for one in named if one not in late]))
    parts = {name: [one for one in members if one not in LEARNERS or one in known] for name, members in told.items()}
    singles += [one for members in parts.values() for one in members if one not in singles]
    unknown = [name for name in singles if name not in known]
    if unknown:
        raise AnalysisError(
            f"unknown models: {', '.join(unknown)}; there are {', '.join(known)}, and {', '.join(COMBINATIONS)} of them"
        )
    every = [name for name in singles if name != BASELINE]
    combined = {name: tuple(parts.get(name, every)) for name in wanted if name in parts or name in COMBINATIONS}
    settings = {name: LEARNERS[name].room.Settings(seed=seed) for name in singles if name in LEARNERS}
    return Asked(tuple(singles), {name: members for name, members in combined.items() if members}, settings)


def forecast(name: str, past: Past, settings: Any = None, trained: Any = None) -> tuple[pd.DataFrame, Any]:  # noqa: ANN401
    """unique_id, ds, yhat of one single model, and what it learnt (None of a statistical one).

    A learner that was ``trained`` is only asked. Levels are learnt apart: their series have no common scale.
    """
    if name not in LEARNERS:
        made = statistical.forecast(past.history, past.days, [name], granularity=GRANULARITIES[past.granularity])
        return made[["unique_id", "ds", "yhat"]], None
    room, learnt, parts = LEARNERS[name].room, dict[str, Any](trained or {}), []
    for level, known in past.static.groupby("level", sort=False):
        history = past.history[past.history["unique_id"].isin(known["unique_id"])]
        told = features(known[known["unique_id"].isin(history["unique_id"])])
        if str(level) not in learnt:
            learnt[str(level)] = room.fit(history, past.steps, settings or room.Settings(), static=told)
        ids = pd.Index(history["unique_id"].unique())
        ahead = pd.MultiIndex.from_product([ids, past.days], names=["unique_id", "ds"]).to_frame(index=False)
        told = told if trained is None else features(known, all_of_them=True)
        parts.append(room.forecast(learnt[str(level)], history, ahead, static=told))
    return pd.concat(parts, ignore_index=True)[["unique_id", "ds", "yhat"]], learnt


def combine(rows: pd.DataFrame, asked: Asked, weights: pd.DataFrame | None = None) -> pd.DataFrame:
    """The rows of the single models and those of every combination whose members are all there.

    ``weights`` (cutoff, model, weight) are for ``weighted``; without them its members weigh the same.
    """
    there, made = set(rows["model"]), [rows]
    for name, members in asked.combined.items():
        if not set(members) <= there:
            continue
        if name.startswith("weighted") and weights is not None:
            own = weights[weights["model"].isin(members)]
            made.append(ensembles.weighted(rows, own, name=name))
        else:
            how = ensembles.median if name.startswith("median") else ensembles.mean
            made.append(how(rows, members, name=name))
    return pd.concat(made, ignore_index=True)


def features(static: pd.DataFrame, *, all_of_them: bool = False) -> pd.DataFrame | None:
    """unique_id and the attributes that a learner can tell series apart by; None where there are none."""
    names = [name for name in static if name not in ("unique_id", "level", "series")]
    kept = [name for name in names if all_of_them or (static[name].notna().all() and static[name].nunique() > 1)]
    return static[["unique_id", *kept]] if kept else None
