"""Who forecasts a level: models compared on held-out periods, a choice, and the champion that stays or is replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from insiders.errors import AnalysisError
from insiders.forecasting import champions
from insiders.forecasting.backtest import NOTHING, Held, backtest, scores, weights
from insiders.forecasting.champions import Champion
from insiders.forecasting.choice import choose, replay
from insiders.forecasting.followed import Followed
from insiders.forecasting.models import ask
from insiders.forecasting.origins import Origin
from insiders.forecasting.search import TRIALS, search
from insiders.wording import decimal

DUEL = ("who", "model", "value", "how")


@dataclass(frozen=True)
class Contest:
    """What was compared, and what came of it."""

    level: str
    metric: str
    held: Held
    scores: pd.DataFrame
    """The hand-off table ``model_scores``."""
    choice: pd.DataFrame
    """A row per level (`insiders.forecasting.choice`)."""
    replayed: pd.DataFrame
    """The choice made at every origin from earlier ones only."""
    champion: Champion | None
    """None where the level cannot be followed."""
    train: bool
    """Whether its learners are to be trained anew, on all days."""
    said: str
    """Where the champion comes from, in a sentence."""
    trials: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TRIALS)))
    duel: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(DUEL)))

    @property
    def model(self) -> str:
        """The model of the level."""
        return self.champion.model if self.champion else "none"

    @property
    def chosen(self) -> pd.DataFrame:
        """The held-out rows of the model of the level."""
        rows = self.held.of_level(self.level)
        return rows[rows["model"] == self.model]


def contest(
    followed: Followed,
    origins: Sequence[Origin],
    horizon: int,
    *,
    models: Sequence[str] | None = None,
    metric: str = "wape",
    retrain: bool = True,
    fitted_in: str | None = None,
    search_seconds: float = 0.0,
    seed: int = 42,
) -> Contest:
    """Compare the models on the origins and choose; or take the champion of an earlier run.

    Without ``retrain`` nothing is compared: the champion in the folder ``fitted_in`` forecasts, and is told by what it
    was judged by then. With both, the model chosen now replaces it only where it does better on the last held-out
    period. An `AnalysisError` where there is no folder though one is needed.
    """
    if followed.reason:
        return _nothing(followed, metric, followed.reason)
    if not retrain:
        if fitted_in is None:
            raise AnalysisError("without retrain a champion is needed: name its folder in fitted_in, or set retrain")
        return _taken_over(champions.load(Path(fitted_in), followed.level, followed.granularity), metric)
    asked = ask(models, followed.level, followed.granularity, seed=seed)
    asked, trials = search(followed, origins, asked, seconds=search_seconds, metric=metric, seed=seed)
    held = backtest(followed, origins, asked)
    table = scores(held, origins)
    choice = choose(table, metric)
    told = weights(held.rows[held.rows["model"].isin(asked.singles)], asked)
    champion = champions.crowned(choice, asked, held, table, followed, horizon, told)
    made = Contest(
        followed.level, metric, held, table, choice, replay(table, followed.level, metric), champion, True,
        f"The champion of this run is **{champion.model}**.", trials,
    )  # fmt: skip
    return made if fitted_in is None else _after_duel(made, followed, origins[-1], Path(fitted_in))


def _after_duel(made: Contest, followed: Followed, last: Origin, folder: Path) -> Contest:
    """The contest with the earlier champion against the one just chosen."""
    before = champions.load(folder, followed.level, followed.granularity)
    duel = champions.challenge(before, made.choice, made.held, followed, last, made.metric)
    old, new = duel["value"]
    beside = f"{made.metric} {decimal(new, 4)} against {decimal(old, 4)} on the period from {last.name}"
    if new < old:
        said = f"The challenger **{made.model}** replaces the champion {before.model}: {beside}."
        return Contest(**{**vars(made), "said": said, "duel": duel})
    said = f"The champion **{before.model}** stays: the challenger {made.model} does not beat it ({beside})."
    now = made.held.rows[made.held.rows["model"].isin([*before.models.values(), "seasonal_naive"])]
    there = set(before.models.values()) <= set(now["model"])
    held = Held(now if there else before.held, made.held.scale, made.held.left_out, made.held.seconds)
    choice = choose(made.scores if there else before.scores, made.metric, only=list(before.models.values()))
    lacking = set(before.models.values()) - set(made.scores["model"])
    own = before.scores[before.scores["model"].isin(lacking)]
    kept = {
        **vars(made),
        "scores": made.scores if there else pd.concat([made.scores, own], ignore_index=True),
        "said": said,
        "duel": duel,
        "held": held,
        "champion": before,
        "train": False,
        "choice": choice,
    }
    return Contest(**kept)


def _taken_over(champion: Champion, metric: str) -> Contest:
    choice = choose(champion.scores, metric, only=list(champion.models.values()))
    said = (
        f"**{champion.model}** is the champion of an earlier run, which learnt from days up to {champion.last_day}; "
        "nothing was trained or compared anew, and its errors are those of that run."
    )
    replayed = replay(champion.scores, champion.level, metric)
    held = Held(champion.held, pd.DataFrame())
    return Contest(champion.level, metric, held, champion.scores, choice, replayed.head(0), champion, False, said)


def _nothing(followed: Followed, metric: str, reason: str) -> Contest:
    table = scores(NOTHING, [])
    nothing = replay(table, followed.level, metric) if len(table) else pd.DataFrame(columns=["fold", "model"])
    return Contest(followed.level, metric, NOTHING, table, choose(table, metric), nothing, None, False, reason)
