"""The champion of a level: the chosen model with all that a later run needs to forecast with it in seconds.

FOLDER/champion.json          model, members, settings, what it was judged by
FOLDER/held.npz               its held-out rows, from which its bounds are made
FOLDER/LEARNER-LEVEL.txt …    what each learner learnt, in its own safe format
FOLDER/models.json            the registry's index: digests, versions, what each was made of
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from insiders import accuracy, registry
from insiders.errors import ModelError
from insiders.forecasting.backtest import COLUMNS, Held, past_at
from insiders.forecasting.followed import Followed
from insiders.forecasting.models import BASELINE, LEARNERS, Asked, combine, forecast
from insiders.forecasting.origins import Origin
from insiders.handoff import TEXT

FORMAT = 1
NAME, HELD = "champion.json", "held.npz"
CODED = ("unique_id", "level", "series", "ds", "cutoff", "model")


@dataclass(frozen=True)
class Champion:
    """What a level is forecast with."""

    level: str
    granularity: str
    horizon: int
    models: Mapping[str, str]
    """By level of the hierarchy its model."""
    members: Mapping[str, tuple[str, ...]]
    """By model the single ones it is made of."""
    settings: Mapping[str, Any]
    """By learner what its training was told."""
    weights: Mapping[str, float]
    """Of the members of a weighted combination."""
    scores: pd.DataFrame
    """Its rows, and seasonal naive's, of ``model_scores``."""
    held: pd.DataFrame
    """Its held-out rows, and seasonal naive's."""
    last_day: str
    """The last day that it learnt from."""
    trained: Mapping[str, Mapping[str, Any]]
    """By learner and level what it learnt."""

    @property
    def model(self) -> str:
        """The model of the level asked for."""
        return self.models[self.level]

    def asked(self) -> Asked:
        """Its models as a list of models to compare."""
        singles = dict.fromkeys(one for members in self.members.values() for one in members)
        combined = {name: members for name, members in self.members.items() if members != (name,)}
        return Asked(tuple(singles), combined, self.settings)


def keep(folder: Path, champion: Champion, followed: Followed) -> list[Path]:
    """Write the champion; the paths of its files, the registry's index last."""
    wape = champion.scores.query("metric == 'wape' and fold == 'mean'")
    judged = {
        f"{level} wape": float(value)
        for level, model, value in zip(wape["level"], wape["model"], wape["value"], strict=True)
        if champion.models.get(level) == model
    }
    paths: list[Path] = []
    for name, by_level in champion.trained.items():
        for level, learnt in by_level.items():
            paths += LEARNERS[name].room.save(learnt, folder, _file(name, level), followed.training, judged)
    told = {
        "format": FORMAT,
        **{name: getattr(champion, name) for name in ("level", "granularity", "horizon", "last_day")},
        "models": dict(champion.models),
        "members": {name: list(members) for name, members in champion.members.items()},
        "settings": {name: asdict(settings) for name, settings in champion.settings.items()},
        "weights": dict(champion.weights),
        "scores": champion.scores.to_dict(orient="list"),
        "trained": {name: list(by_level) for name, by_level in champion.trained.items()},
    }
    paths += registry.save(folder, HELD, _arrays(champion.held), training=followed.training, metrics=judged)
    paths += registry.save(folder, NAME, told, training=followed.training, metrics=judged)
    return list(dict.fromkeys(paths))


def load(folder: Path, level: str, granularity: str) -> Champion:
    """Read what `keep` wrote; a `ModelError` where the files are others or the champion is of another level."""
    told, arrays = registry.load(folder, NAME), registry.load(folder, HELD)
    try:
        if told["format"] != FORMAT or (told["level"], told["granularity"]) != (level, granularity):
            raise ModelError(
                f"{folder / NAME} forecasts {told['level']} by {told['granularity']}, not {level} by {granularity}: "
                "name the folder artifacts/forecast/LEVEL of a run of this level"
            )
        return _described(folder, told, _rows(arrays))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        raise ModelError(f"{folder / NAME} describes no champion: {fault}") from fault


def ahead(
    champion: Champion, followed: Followed, horizon: int, *, train: bool
) -> tuple[pd.DataFrame, dict[str, Mapping[str, Any]]]:
    """The forecast of the next ``horizon`` days by the champion's models, and what its learners learnt.

    unique_id, level, series, ds, cutoff, model, yhat; learners are asked as they are, or with ``train`` taught anew.
    """
    whole = followed.at()
    days = followed.days_ahead(whole.values, horizon)
    origin = Origin(whole.values["ds"].max(), days)
    past, _ = past_at(followed, origin, whole, max(followed.steps(horizon), len(days)))
    rows, learnt = made_at(champion, past, origin, train=train)
    rows = rows.merge(past.static[["unique_id", "level", "series"]], on="unique_id", validate="many_to_one")
    chosen = rows[rows["model"].astype(object) == rows["level"].astype(object).map(champion.models)]
    return chosen[[*COLUMNS[:6], "yhat"]].reset_index(drop=True), learnt


def made_at(champion: Champion, past: Any, origin: Origin, *, train: bool) -> tuple[pd.DataFrame, dict[str, Any]]:  # noqa: ANN401
    """All rows of the champion's models at an origin, single and combined, and what its learners learnt."""
    asked, parts, learnt = champion.asked(), [], dict[str, Any]()
    for name in asked.singles:
        known = None if train else champion.trained.get(name)
        said, made = forecast(name, past, champion.settings.get(name), known)
        learnt |= {name: made} if made else {}
        parts.append(said.assign(cutoff=origin.cutoff, model=name))
    weights = pd.DataFrame(
        {"cutoff": origin.cutoff, "model": list(champion.weights), "weight": list(champion.weights.values())}
    )
    rows = pd.concat(parts, ignore_index=True).astype({"model": TEXT})
    return combine(rows, asked, weights if len(weights) else None), learnt


def challenge(
    champion: Champion, challenger: pd.DataFrame, held: Held, followed: Followed, last: Origin, metric: str = "wape"
) -> pd.DataFrame:
    """Champion and challenger on the same hold-out, the last: who (champion, challenger), model, value, how.

    ``challenger`` is the row of `choose`. A champion that learnt from no day of the hold-out forecasts it with its own
    files; one that has seen it could only win, so its recipe (models and settings) is trained anew at the origin.
    """
    unseen = pd.Timestamp(champion.last_day) <= last.cutoff
    past, actual = past_at(followed, last, followed.at(last.first))
    rows, _ = made_at(champion, past, last, train=not unseen)
    judged = rows[rows["model"] == champion.model].merge(actual, on=["unique_id", "ds"])
    judged = judged.merge(past.static[["unique_id", "level"]], on="unique_id")
    scale = held.scale[held.scale["cutoff"] == last.cutoff]
    table = accuracy.accuracy(judged[judged["level"] == champion.level], scale, metrics=[metric])
    learnt = bool(champion.trained)
    how = (
        "with its own files"
        if unseen and learnt
        else "trained anew at the origin"
        if learnt
        else "fitted at the origin"
    )
    own = challenger[challenger["level"] == champion.level].iloc[0]
    both = [("champion", champion.model, float(table["value"].iloc[0]), how),
            ("challenger", own["model"], float(own["last"]), "trained at the origin")]  # fmt: skip
    return pd.DataFrame(both, columns=["who", "model", "value", "how"])


def crowned(
    choice: pd.DataFrame, asked: Asked, held: Held, model_scores: pd.DataFrame, followed: Followed, horizon: int,
    weights: pd.DataFrame | None,
) -> Champion:  # fmt: skip
    """The champion that a choice makes, not trained yet."""
    models = {str(level): str(model) for level, model in zip(choice["level"], choice["model"], strict=True)}
    members = {name: asked.members(name) for name in dict.fromkeys(models.values())}
    used = {one for parts in members.values() for one in parts}
    kept = {*models.values(), BASELINE}
    last = {} if weights is None else weights[weights["cutoff"] == weights["cutoff"].max()].set_index("model")["weight"]
    return Champion(
        followed.level, followed.granularity, horizon, models, members,
        {name: settings for name, settings in asked.settings.items() if name in used},
        {str(name): float(value) for name, value in dict(last).items()},
        model_scores[model_scores["model"].isin(kept)].reset_index(drop=True),
        held.rows[held.rows["model"].isin(kept)].reset_index(drop=True),
        f"{followed.calendar.open_days[-1]:%Y-%m-%d}", {},
    )  # fmt: skip


def _described(folder: Path, told: Mapping[str, Any], held: pd.DataFrame) -> Champion:
    settings = {
        name: LEARNERS[name].room.Settings(**{key: tuple(v) if isinstance(v, list) else v for key, v in given.items()})
        for name, given in told["settings"].items()
    }
    trained = {
        name: {level: LEARNERS[name].room.load(folder, _file(name, level)) for level in levels}
        for name, levels in told["trained"].items()
    }
    scores = pd.DataFrame(told["scores"]).astype(dict.fromkeys(["level", "model", "fold", "metric"], TEXT))
    members = {name: tuple(parts) for name, parts in told["members"].items()}
    return Champion(
        told["level"], told["granularity"], int(told["horizon"]), dict(told["models"]), members, settings,
        {name: float(value) for name, value in told["weights"].items()},
        scores.astype({"value": "float64"}), held, str(told["last_day"]), trained,
    )  # fmt: skip


def _arrays(held: pd.DataFrame) -> dict[str, np.ndarray]:
    """The held-out rows as arrays: texts and days as codes and what they stand for."""
    made = {name: held[name].to_numpy(dtype="float64") for name in ("y", "yhat")}
    for name in CODED:
        codes, values = pd.factorize(held[name])
        made |= {name: codes.astype("int32"), f"{name}_values": np.array([str(value) for value in values], dtype="U")}
    return made


def _rows(arrays: Mapping[str, np.ndarray]) -> pd.DataFrame:
    told: dict[str, Any] = {name: arrays[f"{name}_values"][arrays[name]] for name in CODED}
    rows = pd.DataFrame({**told, "y": arrays["y"], "yhat": arrays["yhat"]})
    text = dict.fromkeys(["unique_id", "level", "series", "model"], TEXT)
    return rows.astype({**text, "ds": "datetime64[ns]", "cutoff": "datetime64[ns]"})[list(COLUMNS)]


def _file(name: str, level: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", f"{name}_{level}")
