"""A kept champion applied to a choice of sales that it was not chosen for, and who stands in where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from insiders.forecasting.champions import Champion
from insiders.forecasting.models import LEARNERS, Asked, Past, combine, forecast
from insiders.forecasting.origins import Origin
from insiders.handoff import TEXT
from insiders.model_names import in_words
from insiders.series import Leveled

HELD = ("unique_id", "ds", "cutoff", "model", "y", "yhat")
STAND_IN = ("weekday_means", "theta")
"""Whose mean forecasts where a champion is made of nothing but learners that cannot."""
MOST_SERIES = 200
"""Series of the level that a learner is asked of at once."""


@dataclass(frozen=True)
class Applied:
    """Who forecasts a choice, and why it is not the champion, if so."""

    model: str
    members: tuple[str, ...]
    why: str
    """Empty where it is the champion."""


def has_learners(champion: Champion) -> bool:
    """Whether the model of the level has a member that was trained."""
    return any(name in LEARNERS for name in champion.members[champion.model])


def who(champion: Champion, parts: Leveled | None, days: int) -> Applied:
    """The champion's model, or the statistical ones of its members, or a plain mean of two where it has none.

    ``parts`` are the series of the level within the choice, as learners know them, ``days`` the rows to forecast.
    """
    members = champion.members[champion.model]
    reasons = [_cannot(champion, name, parts, days) for name in members if name in LEARNERS]
    if not any(reasons):
        return Applied(champion.model, members, "")
    left = tuple(name for name in members if name not in LEARNERS) or STAND_IN
    name = left[0] if len(left) == 1 else f"mean({'+'.join(left)})"
    told = " and ".join(dict.fromkeys(reason for reason in reasons if reason))
    return Applied(name, left, f"“{in_words(name)}” stands in for “{in_words(champion.model)}”: {told}.")


def ahead(champion: Champion, applied: Applied, whole: Leveled, parts: Leveled | None, origin: Origin) -> pd.DataFrame:
    """ds, yhat of the choice: its statistical members of the choice as one series, learners of its parts, added up."""
    rows = []
    for name in applied.members:
        learnt = champion.trained[name] if name in LEARNERS else None
        told = parts if parts is not None and learnt is not None else whole
        known = told.values[told.values["ds"] <= origin.cutoff]
        past = Past(known, told.static, origin.days, "day", len(origin.days))
        said, _ = forecast(name, past, champion.settings.get(name), learnt)
        sums = said.groupby("ds", sort=True)["yhat"].sum().reset_index()
        rows.append(sums.assign(unique_id="choice", cutoff=origin.cutoff, model=name))
    table = pd.concat(rows, ignore_index=True).astype({"model": TEXT})
    asked = Asked(applied.members, {} if len(applied.members) == 1 else {applied.model: applied.members})
    made = combine(table, asked, _weights(champion, applied, origin))
    return made.loc[made["model"] == applied.model, ["ds", "yhat"]].sort_values("ds", ignore_index=True)


def held_out(champion: Champion, applied: Applied, whole: Leveled, origins: Sequence[Origin]) -> pd.DataFrame:
    """What statistical models would have said of the choice at earlier origins, with what came: the columns `HELD`."""
    found, values = [pd.DataFrame(columns=list(HELD))], whole.values
    for origin in origins:
        if (values["ds"] <= origin.cutoff).any():
            said = ahead(champion, applied, whole, None, origin).merge(values[["ds", "y"]], on="ds")
            found.append(said.assign(unique_id="choice", cutoff=origin.cutoff, model=applied.model)[list(HELD)])
    return pd.concat(found[1:] or found, ignore_index=True)


def _cannot(champion: Champion, name: str, parts: Leveled | None, days: int) -> str | None:
    """Why a learner has nothing to say of these series; None where it has."""
    learnt: Any = champion.trained.get(name, {}).get(champion.level)
    if learnt is None or parts is None:
        return f"{name} was not taught with series like these"
    if days > learnt.horizon:
        return f"{name} was taught {learnt.horizon} open days ahead, and {days} are asked for"
    if len(parts.static) > MOST_SERIES:
        return f"the choice has {len(parts.static):,} series, more than {name} is asked of at once"
    strange = [key for key, values in learnt.static.items() if not parts.static[key].isin(values).all()]
    return (
        f"{name} was taught by {' and '.join(strange)}, which the choice mixes or which it never saw"
        if strange
        else None
    )


def _weights(champion: Champion, applied: Applied, origin: Origin) -> pd.DataFrame | None:
    own = {name: weight for name, weight in champion.weights.items() if name in applied.members}
    if not own:
        return None
    return pd.DataFrame({"cutoff": origin.cutoff, "model": list(own), "weight": list(own.values())})
