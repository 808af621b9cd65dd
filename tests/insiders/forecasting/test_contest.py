"""Who forecasts a level: the comparison, the choice, and the champion of an earlier run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from insiders import forecasting
from insiders.forecasting import champions, choice
from insiders.forecasting.contest import Contest
from tests.insiders.forecast_shop import HORIZON, MODELS, compared, followed, origins


def challenged(folder: Path, model: str, models: list[str], *, value: float | None = None) -> Contest:
    """The total compared by ``models`` beside a kept champion of that model, whose judged errors may be set."""
    own = compared("total").champion
    assert own is not None
    rows = own.held.assign(model=own.held["model"].astype(object).replace(own.model, model)).astype({"model": "string"})
    scores = own.scores.assign(model=own.scores["model"].astype(object).replace(own.model, model))
    scores = scores if value is None else scores.assign(value=scores["value"].where(scores["model"] != model, value))
    before = replace(own, models={"total": model}, members={model: (model,)}, held=rows,
                     scores=scores.astype({"model": "string"}))  # fmt: skip
    champions.keep(folder, before, followed("total"))
    return forecasting.contest(followed("total"), origins("total"), HORIZON, models=models, fitted_in=str(folder))


def test_the_model_that_is_compared_and_chosen_is_the_champion() -> None:
    """It is that of `choose`, to be trained on all days, and its held-out rows are the contest's own."""
    made = compared("total")
    assert made.train
    assert made.model == choice.choose(made.scores)["model"].item()
    assert set(made.chosen["model"]) == {made.model}
    assert f"The champion of this run is **{made.model}**" in made.said


def test_a_champion_that_was_not_compared_stays_with_its_own_errors(tmp_path: Path) -> None:
    """Better than its challenger on the hold-out, it keeps held-out rows, choice and scores of the run that made it."""
    made = challenged(tmp_path, "weekday_means", ["moving_average"], value=0.125)
    assert made.duel["model"].tolist() == ["weekday_means", "seasonal_naive"]
    assert "The champion **weekday_means** stays" in made.said
    assert (made.model, made.train) == ("weekday_means", False)
    own = champions.load(tmp_path, "total", "day")
    pd.testing.assert_frame_equal(made.held.rows, own.held)
    assert made.choice["before"].tolist() == [0.125]
    kept = made.scores[made.scores["model"] == "weekday_means"]
    assert set(kept["value"]) == {0.125}
    assert {"seasonal_naive", "moving_average", "weekday_means"} == set(made.scores["model"])
    assert not made.scores.duplicated(["level", "model", "fold", "metric"]).any()


def test_a_champion_that_was_compared_stays_with_the_errors_of_this_run(tmp_path: Path) -> None:
    """Its held-out rows and its choice are made anew, whatever it was judged by then."""
    made = challenged(tmp_path, "weekday_means", ["weekday_means", "moving_average"], value=0.125)
    assert "stays" in made.said
    assert set(made.held.rows["model"]) == {"weekday_means", "seasonal_naive"}
    assert 0.125 not in set(made.scores["value"])
    assert made.choice["before"].item() == choice.choose(made.scores, only=["weekday_means"])["before"].item()


def test_a_challenger_that_wins_is_trained(tmp_path: Path) -> None:
    """It takes the place of the champion, with its own choice and all that was compared."""
    made = challenged(tmp_path, "seasonal_naive", MODELS)
    assert "replaces the champion seasonal_naive" in made.said
    assert made.train
    assert made.model == compared("total").model
    pd.testing.assert_frame_equal(made.scores, compared("total").scores)


def test_an_earlier_champion_replays_nothing(tmp_path: Path) -> None:
    """Without retrain its errors are those of its own run, and there is no choice to repeat."""
    champion = compared("total").champion
    assert champion is not None
    champions.keep(tmp_path, champion, followed("total"))
    made = forecasting.contest(followed("total"), [], HORIZON, retrain=False, fitted_in=str(tmp_path))
    assert made.replayed.empty
    assert not made.train
    assert made.choice["model"].tolist() == [champion.model]
    assert champion.last_day in made.said


def test_what_cannot_be_followed_has_no_champion() -> None:
    """The reason is what is said; nothing is compared, though a champion's folder is named."""
    made = forecasting.contest(followed("store"), [], HORIZON, fitted_in="nowhere")
    assert (made.champion, made.model, made.train) == (None, "none", False)
    assert "no store" in made.said
    assert made.choice.empty
    assert made.replayed.empty
