from __future__ import annotations

import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.forecasting import ensembles

CUTOFFS = pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-21"])
HORIZON = pd.Timedelta(days=10)


def forecasts() -> pd.DataFrame:
    """One day after each cut-off, the models a, b and c saying 1, 2 and 9."""
    rows = [
        {
            "unique_id": "A",
            "ds": cutoff + pd.Timedelta(days=1),
            "cutoff": cutoff,
            "model": model,
            "y": 3.0,
            "yhat": said,
        }
        for cutoff in CUTOFFS
        for model, said in {"a": 1.0, "b": 2.0, "c": 9.0}.items()
    ]
    return pd.DataFrame(rows).assign(lower_80=0.0)


def scores(**values: list[float]) -> pd.DataFrame:
    rows = [
        {"cutoff": cutoff, "model": model, "metric": "wape", "value": value}
        for model, errors in values.items()
        for cutoff, value in zip(CUTOFFS, errors, strict=True)
    ]
    return pd.DataFrame(rows)


def test_mean_and_median_are_those_of_each_day() -> None:
    """Sales and cut-off stay beside the combined forecast, bounds of single models do not."""
    mean, median = ensembles.mean(forecasts(), ["a", "b", "c"]), ensembles.median(forecasts(), ["a", "b", "c"])
    assert mean["yhat"].to_list() == [4.0] * 3
    assert median["yhat"].to_list() == [2.0] * 3
    assert mean["model"].unique().tolist() == ["mean"]
    assert mean["y"].to_list() == [3.0] * 3
    assert "lower_80" not in mean


def test_weights_know_only_periods_that_are_over() -> None:
    """At the first cut-off all weigh the same, then by one over the squared errors made before, whatever comes."""
    table = scores(a=[1.0, 1.0, 50.0], b=[2.0, 2.0, 0.001])
    weights = ensembles.weights_by_error(table, ["a", "b"], horizon=HORIZON).set_index(["cutoff", "model"])["weight"]
    assert weights[CUTOFFS[0]].to_dict() == {"a": 0.5, "b": 0.5}
    assert weights[CUTOFFS[1]].to_dict() == pytest.approx({"a": 0.8, "b": 0.2})
    assert weights[CUTOFFS[2]].to_dict() == pytest.approx({"a": 0.8, "b": 0.2})
    longer = ensembles.weights_by_error(table, ["a", "b"], horizon=HORIZON + pd.Timedelta(days=1))
    assert longer.loc[longer["cutoff"] == CUTOFFS[1], "weight"].to_list() == [0.5, 0.5]


def test_the_weighted_mean_uses_the_weights_of_its_cutoff() -> None:
    """With weights .8 and .2 the models a and b make 1.2, with equal ones 1.5."""
    table = scores(a=[1.0, 1.0, 1.0], b=[2.0, 2.0, 2.0])
    said = ensembles.weighted(forecasts(), ensembles.weights_by_error(table, ["a", "b"], horizon=HORIZON))
    assert said["yhat"].to_list() == pytest.approx([1.5, 1.2, 1.2])


def test_what_does_not_fit_together_is_refused() -> None:
    """A model without forecasts, a day without one of them and a cut-off without weights end in one line."""
    rows = forecasts()
    with pytest.raises(AnalysisError, match="no forecast of d"):
        ensembles.mean(rows, ["a", "d"])
    with pytest.raises(AnalysisError, match="same series and days"):
        ensembles.median(rows.iloc[1:], ["a", "b"])
    weights = pd.DataFrame({"cutoff": CUTOFFS[:1], "model": ["a"], "weight": [1.0]})
    with pytest.raises(AnalysisError, match="no weight at its cut-off"):
        ensembles.weighted(rows, weights)
