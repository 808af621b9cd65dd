from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.forecasting.conformal import coverage, with_bounds

STATIC = pd.DataFrame(
    {"unique_id": ["total", *(f"p{place}" for place in range(8))], "level": ["total", *["product"] * 8]}
)


def origins(count: int, *, first: str = "2024-01-01", days: int = 14, seed: int = 0) -> pd.DataFrame:
    """Forecasts of a fixed mean at adjoining origins; errors grow with the horizon, and with the series."""
    rng = np.random.default_rng(seed)
    parts = []
    for back in range(count):
        cutoff = pd.Timestamp(first) + pd.Timedelta(days=days * back)
        for place, name in enumerate(STATIC["unique_id"]):
            spread = (1 + np.arange(days)) * (1 + place)
            part = pd.DataFrame({"ds": pd.date_range(cutoff + pd.Timedelta(days=1), periods=days), "yhat": 500.0})
            parts.append(part.assign(unique_id=name, cutoff=cutoff, model="m", y=500 + rng.normal(0, spread)))
    return pd.concat(parts, ignore_index=True)


def test_bounds_cover_later_origins_as_often_as_they_say() -> None:
    """On origins that they have not seen the bounds hold nominal shares within three points, at either level."""
    rows = origins(60)
    later = rows["cutoff"] >= rows["cutoff"].unique()[30]
    table = coverage(with_bounds(rows[later], rows[~later], STATIC), STATIC)
    assert table["covered"].to_numpy() == pytest.approx(table["nominal"].to_numpy(), abs=0.03)
    assert set(table["level"]) == {"total", "product"}


def test_bounds_widen_with_the_horizon_and_with_the_series() -> None:
    """Where errors were larger, later on and for restless series, bounds are wider, and 95 % wider than 80 %."""
    rows = origins(30)
    last = rows["cutoff"] == rows["cutoff"].max()
    made = with_bounds(rows[last], rows[~last], STATIC).set_index("unique_id")
    width = made["upper_95"] - made["lower_95"]
    assert width.loc["p0"].iloc[-1] > 2 * width.loc["p0"].iloc[0]
    assert width.loc["p7"].mean() > 2 * width.loc["p0"].mean()
    assert (made["upper_95"] > made["upper_80"]).all()


def test_bounds_do_not_know_what_came_after_the_cutoff() -> None:
    """Errors of the period itself change no bound, and the forecasts keep their rows and order."""
    rows = origins(12)
    last = rows[rows["cutoff"] == rows["cutoff"].max()]
    honest = with_bounds(last, rows[rows["cutoff"] < rows["cutoff"].max()], STATIC)
    pd.testing.assert_frame_equal(
        honest, with_bounds(last, rows.assign(y=rows["y"].mask(rows["ds"] > last["cutoff"].iloc[0], 1e9)), STATIC)
    )
    assert honest["ds"].to_list() == last["ds"].to_list()


def test_bounds_of_sales_are_not_below_zero() -> None:
    """A lower bound that would be negative is zero."""
    rows = origins(12).assign(yhat=1.0)
    last = rows["cutoff"] == rows["cutoff"].max()
    assert with_bounds(rows[last], rows[~last], STATIC)["lower_95"].min() == 0.0


def test_a_series_without_earlier_errors_is_bounded_by_its_level() -> None:
    """A product launched after the earlier origins has the bounds of a usual one of its size."""
    rows = origins(12)
    last = rows["cutoff"] == rows["cutoff"].max()
    made = with_bounds(rows[last], rows[~last & (rows["unique_id"] != "p3")], STATIC).set_index("unique_id")
    width = (made["upper_80"] - made["lower_80"]).groupby("unique_id").mean()
    assert width["p0"] < width["p3"] < width["p7"]


def test_too_few_errors_are_counted() -> None:
    """One origin gives a total the seven errors of a week, where nineteen are needed for 95 %."""
    rows = origins(2)
    last = rows["cutoff"] == rows["cutoff"].max()
    with pytest.raises(AnalysisError, match="95% need 19 errors at a horizon, and level total has 7 around day 1"):
        with_bounds(rows[last], rows[~last], STATIC)
