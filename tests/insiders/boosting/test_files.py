from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from insiders import boosting, registry
from insiders.boosting import Settings
from insiders.errors import ModelError
from tests.insiders.weekly_series import long_table, static

SMALL = Settings(trees=4, leaves=4, least_rows=5, windows=(6,), lags=(1,))


@pytest.fixture(scope="module")
def trained() -> boosting.Trained:
    return boosting.fit(long_table(40)[0], 6, SMALL, static=static())


def test_loaded_trees_forecast_equal(trained: boosting.Trained, tmp_path: Path) -> None:
    """What is saved as text and JSON and read again gives the same forecasts."""
    assert [path.name for path in boosting.save(trained, tmp_path)] == ["boosting.txt", "boosting.json", "models.json"]
    again = boosting.load(tmp_path)
    assert (again.settings, again.static, again.booster) == (trained.settings, trained.static, trained.booster)
    history, future = long_table(40, ahead=6)
    before, after = (boosting.forecast(model, history, future, static=static()) for model in (trained, again))
    pd.testing.assert_frame_equal(before, after, check_exact=True)


def test_trees_of_another_run_are_refused(trained: boosting.Trained, tmp_path: Path) -> None:
    """With the digests of a run's record no other file is loaded."""
    boosting.save(trained, tmp_path)
    with pytest.raises(ModelError, match="is not the file of the run"):
        boosting.load(tmp_path, digests={"boosting.txt": "0" * 64})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 9}, "not of format 1"),
        ({"settings": {"objective": "evil"}}, "no objective 'evil'"),
        ({"settings": {"trees": "many"}}, "trees is not of its kind"),
        ({"settings": {"unknown": 1}}, "unexpected keyword"),
        ({"settings": {"lags": [10**9]}}, "no numbers of rows"),
        ({"static": 3}, "does not describe trees"),
        ({"horizon": None}, "does not describe trees"),
    ],
)
def test_a_description_of_no_trees_is_refused(
    trained: boosting.Trained, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    """Whatever the JSON says that is not a description of these trees is one `ModelError`."""
    boosting.save(trained, tmp_path)
    facts = json.loads((tmp_path / "boosting.json").read_text())
    registry.save(tmp_path, "boosting.json", {**facts, **change})
    with pytest.raises(ModelError, match=said):
        boosting.load(tmp_path)
