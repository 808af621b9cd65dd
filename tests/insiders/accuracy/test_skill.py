from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders import accuracy
from insiders.accuracy import skill
from insiders.errors import AnalysisError

CUTOFFS = pd.to_datetime(["2024-01-10", "2024-01-14"])


def tables(series: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecasts of zero, of the mean and of the mean with a little noise, of sales that follow no pattern."""
    rng = np.random.default_rng(3)
    days = pd.date_range("2024-01-01", "2024-01-18")
    history = pd.DataFrame(
        [(f"s{number}", day, rng.poisson(4)) for number in range(series) for day in days],
        columns=["unique_id", "ds", "y"],
    ).astype({"y": "float64"})
    parts = []
    for cutoff in CUTOFFS:
        ahead = history[(history["ds"] > cutoff) & (history["ds"] <= cutoff + pd.Timedelta(days=4))]
        means = {"zero": np.zeros(len(ahead)), "mean": np.full(len(ahead), 4.0)}
        for model, said in {**means, "noisy": means["mean"] + rng.normal(0, 0.01, len(ahead))}.items():
            parts.append(ahead.assign(cutoff=cutoff, model=model, yhat=said))
    return pd.concat(parts, ignore_index=True), accuracy.scales(history, CUTOFFS)


def test_the_difference_is_that_of_the_means() -> None:
    """It equals the difference of the models' mean WRMSSE over cut-offs, and lies within its bounds."""
    rows, scale = tables()
    found = skill.wrmsse_differences(rows, scale, "mean", draws=200).set_index("model")
    means = accuracy.mean_over_cutoffs(accuracy.accuracy(rows, scale, metrics=["wrmsse"])).set_index("model")["value"]
    assert found["difference"].to_dict() == pytest.approx({m: means[m] - means["mean"] for m in ("zero", "noisy")})
    assert (found["lower"] <= found["difference"]).all()
    assert (found["difference"] <= found["upper"]).all()


def test_a_worse_model_is_told_from_an_equal_one() -> None:
    """The bounds of a forecast of nothing lie above zero, those of the same forecast with a little noise hold it."""
    found = skill.wrmsse_differences(*tables(), "mean", draws=200).set_index("model")
    bounds = found[["lower", "upper"]].T.to_dict("list")
    assert bounds["zero"][0] > 0
    assert bounds["noisy"][0] < 0 < bounds["noisy"][1]


def test_a_baseline_that_is_not_there_is_named() -> None:
    """Without the baseline's forecasts there is one line that says so."""
    with pytest.raises(AnalysisError, match="no forecast of naive"):
        skill.wrmsse_differences(*tables(3), "naive")
