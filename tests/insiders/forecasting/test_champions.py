"""Champions: kept, loaded, challenged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from insiders import boosting, forecasting, registry
from insiders.errors import AnalysisError, ModelError
from insiders.forecasting import champions
from tests.insiders.forecast_shop import HORIZON, MODELS, compared, followed, looked_ahead, origins

TREES = boosting.Settings(trees=4, rows=60, least_rows=5)


def kept(folder: Path, level: str = "total") -> Path:
    """The folder with the champion of a level."""
    champion = looked_ahead(level).champion
    assert champion is not None
    champions.keep(folder, champion, followed(level))
    return folder


def with_trees(last_day: str) -> champions.Champion:
    """A champion of trees, judged as the plain one was, that learnt until a day."""
    champion = compared("product").champion
    assert champion is not None
    made = replace(champion, models={"product": "lightgbm"}, members={"lightgbm": ("lightgbm",)},
                   settings={"lightgbm": TREES}, last_day=last_day)  # fmt: skip
    _, learnt = champions.ahead(made, followed("product"), HORIZON, train=True)
    return replace(made, trained=learnt)


def test_a_champion_that_is_kept_forecasts_the_same(tmp_path: Path) -> None:
    """Loaded again, nothing is compared, and forecasts, bounds and scores are those of before."""
    folder = kept(tmp_path)
    made = forecasting.contest(followed("total"), [], HORIZON, retrain=False, fitted_in=str(folder))
    again = forecasting.look_ahead(made, followed("total"), HORIZON)
    pd.testing.assert_frame_equal(again.rows, looked_ahead("total").rows)
    assert made.model == compared("total").model
    assert "nothing was trained" in made.said
    assert again.scores(made)["fold"].nunique() == 5


def test_equal_champions_leave_equal_files(tmp_path: Path) -> None:
    """Kept twice, every file is the same."""
    one, two = kept(tmp_path / "one"), kept(tmp_path / "two")
    names = sorted(path.name for path in one.iterdir())
    assert names == ["champion.json", "held.npz", "models.json"]
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in names)


def test_learners_are_loaded_by_their_own_formats(tmp_path: Path) -> None:
    """Trees go to LightGBM's text under the registry's digest, and forecast without being trained."""
    champion = with_trees("2024-06-30")
    champions.keep(tmp_path, champion, followed("product"))
    assert "lightgbm_product.txt" in registry.entries(tmp_path)
    again = champions.load(tmp_path, "product", "day")
    rows, learnt = champions.ahead(again, followed("product"), HORIZON, train=False)
    before, _ = champions.ahead(champion, followed("product"), HORIZON, train=False)
    pd.testing.assert_frame_equal(rows, before)
    assert learnt["lightgbm"] == again.trained["lightgbm"]


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    """A champion whose file is not what the index says is not loaded."""
    path = kept(tmp_path) / "champion.json"
    path.write_text(path.read_text().replace('"horizon"', '"horizons"'))
    with pytest.raises(ModelError, match=r"models\.json"):
        champions.load(tmp_path, "total", "day")


def test_a_champion_of_another_level_is_refused(tmp_path: Path) -> None:
    """What forecasts the total does not forecast products, and the message says what to name."""
    with pytest.raises(ModelError, match="artifacts/forecast/LEVEL"):
        champions.load(kept(tmp_path), "product", "day")


def test_without_retrain_a_folder_is_needed() -> None:
    """There is nothing to forecast with otherwise."""
    with pytest.raises(AnalysisError, match="fitted_in"):
        forecasting.contest(followed("total"), [], HORIZON, retrain=False)


def test_the_same_model_does_not_replace_itself(tmp_path: Path) -> None:
    """A challenger that is no better leaves the champion, and both errors are told."""
    made = forecasting.contest(
        followed("total"), origins("total"), HORIZON, models=MODELS, fitted_in=str(kept(tmp_path))
    )
    assert "stays" in made.said
    assert made.duel["value"].nunique() == 1
    assert made.model == compared("total").model


def test_a_better_challenger_replaces_the_champion(tmp_path: Path) -> None:
    """A champion that does worse on the same hold-out gives way."""
    champion = replace(compared("total").champion, models={"total": "seasonal_naive"},  # type: ignore[type-var]
                       members={"seasonal_naive": ("seasonal_naive",)})  # fmt: skip
    assert isinstance(champion, champions.Champion)
    champions.keep(tmp_path, champion, followed("total"))
    made = forecasting.contest(followed("total"), origins("total"), HORIZON, models=MODELS, fitted_in=str(tmp_path))
    assert "replaces" in made.said
    assert made.duel["value"].iloc[1] < made.duel["value"].iloc[0]


def test_a_champion_that_saw_the_hold_out_is_trained_anew_for_it() -> None:
    """Its own files forecast a hold-out only where they learnt from no day of it."""
    made, last = compared("product"), origins("product")[-1]
    how = [
        champions.challenge(with_trees(day), made.choice, made.held, followed("product"), last)["how"].iloc[0]
        for day in ("2024-06-30", "2024-06-16")
    ]
    assert how == ["trained anew at the origin", "with its own files"]
