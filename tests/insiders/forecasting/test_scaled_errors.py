"""Bounds of a series that nobody has held out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.forecasting import scaled_errors

CUTOFFS = pd.date_range("2024-01-01", periods=6, freq="14D")


def held(size: float, spread: float, *, model: str = "ets", unique_id: str = "a", seed: int = 0) -> pd.DataFrame:
    """Ten held-out days at each of six origins: that much sold, errors of that spread."""
    rng = np.random.default_rng(seed)
    parts = [
        pd.DataFrame({"cutoff": cutoff, "ds": pd.date_range(cutoff + pd.Timedelta(days=1), periods=10)})
        for cutoff in CUTOFFS
    ]
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(unique_id=unique_id, model=model, y=size, yhat=size + rng.normal(0, spread, len(rows)))


def test_own_errors_count_where_there_are_any() -> None:
    """The bounds of a day are about the quantile of its own errors."""
    made = held(100, 10)
    errors = scaled_errors.of_series(made, made)
    bounds = errors.bounded(100, 3, 3)
    assert bounds["upper_80"] - 100 == pytest.approx(12.8, rel=0.35)
    assert bounds["lower_95"] < bounds["lower_80"] < 100


def test_what_was_not_held_out_errs_as_the_plainest_forecast_does() -> None:
    """The level errs half as much as seasonal naive; so does the series, whatever its size."""
    made = held(100, 10)
    level = pd.concat([made, held(100, 20, model="seasonal_naive", seed=1)])
    naive = held(4, 2, model="seasonal_naive", unique_id="choice", seed=2)
    errors = scaled_errors.of_series(made, made.head(0), level, naive)
    assert errors.usual == pytest.approx(0.5 * (naive["y"] - naive["yhat"]).abs().mean(), rel=0.2)


def test_without_a_past_the_size_tells() -> None:
    """A series that began after the last origin errs by the level's share of what it sells."""
    made = held(100, 10)
    assert scaled_errors.of_series(made, made.head(0), made, made.head(0), mean=10).usual == pytest.approx(
        (made["y"] - made["yhat"]).abs().mean() / 10
    )


def test_sums_are_bounded_by_sums_of_errors() -> None:
    """Errors that come by chance even out, so that ten days are bounded much more narrowly than ten times one."""
    errors = scaled_errors.of_series(held(100, 10), held(100, 10))
    day, all_days = errors.bounded(100, 5, 5), errors.bounded(1000, 1, 10)
    assert all_days["upper_80"] - 1000 < 8 * (day["upper_80"] - 100)


def test_beyond_the_last_error_a_sum_errs_as_if_all_went_wrong_alike() -> None:
    """Thirty days of which ten have been tried reach three times as far; a day beyond as far as the last ones."""
    errors = scaled_errors.of_series(held(100, 10), held(100, 10))
    reach = [errors.bounded(0, 1, last)["upper_80"] for last in (10, 30)]
    assert reach[1] == pytest.approx(3 * reach[0])
    assert errors.bounded(100, 25, 25) == errors.bounded(100, 10, 10)


def test_the_error_of_a_period_is_that_of_its_sum() -> None:
    """Ten too many here make up for ten too few there within a series, not between two."""
    rows = held(100, 0).assign(yhat=np.tile([110.0, 90.0], 30))
    assert scaled_errors.total_error(rows) == pytest.approx(0)
    other = rows.assign(unique_id="b", yhat=150.0)
    assert scaled_errors.total_error(pd.concat([rows, other])) == pytest.approx(0.25)
    assert scaled_errors.total_error(rows.head(0)) is None
