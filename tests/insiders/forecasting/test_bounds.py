"""Bounds by day and of sums, and what they hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.forecasting.bounds import (
    coverages_of,
    measured_coverage,
    total_bounds,
    totals_covered,
    totals_of,
    with_bounds,
)

DAY = pd.Timedelta(days=1)


def held(origins: int, days: int = 14, seed: int = 0) -> pd.DataFrame:
    """Forecasts of ten a day, a spread of two, at adjoining origins."""
    rng = np.random.default_rng(seed)
    first = pd.Timestamp("2024-01-01")
    cutoffs = pd.DatetimeIndex([first + days * number * DAY for number in range(origins)]).repeat(days)
    ahead = pd.to_timedelta(np.tile(np.arange(1, days + 1), origins), unit="D")
    rows = pd.DataFrame({"cutoff": cutoffs, "ds": cutoffs + ahead})
    return rows.assign(unique_id="a", model="m", yhat=10.0, y=10 + 2 * rng.standard_normal(len(rows)))


STATIC = pd.DataFrame({"unique_id": ["a"], "level": ["total"]})


def test_the_bounds_asked_for_come_beside_the_usual_ones() -> None:
    """80 and 95 % are always made, another coverage beside them."""
    assert coverages_of(0.8) == [80, 95]
    assert coverages_of(0.5) == [50, 80, 95]


def test_few_errors_give_rough_bounds_that_are_told() -> None:
    """With one earlier period 95 % cannot be told by horizon; the spread of its errors stands in, 1.96 sd or wider."""
    rows = held(2)
    now, earlier = rows[rows["cutoff"] > rows["cutoff"].min()], rows[rows["cutoff"] == rows["cutoff"].min()]
    made = with_bounds(now, earlier, STATIC)
    assert made.rough == (95,)
    reach = made.rows["upper_95"] - made.rows["yhat"]
    assert reach.between(1.96 * (earlier["y"] - earlier["yhat"]).std(ddof=0), 10).all()
    assert (made.rows["lower_95"] >= 0).all()


def test_no_errors_give_no_bounds() -> None:
    """Without earlier origins the error says so."""
    rows = held(1)
    with pytest.raises(AnalysisError, match="use more folds"):
        with_bounds(rows, rows.head(0), STATIC)


def test_bounds_are_measured_on_later_origins_only() -> None:
    """Of many periods of equal noise, the bounds hold what they promise; the first period has none."""
    told = measured_coverage(held(25), STATIC)
    assert told["fold"].nunique() == 24
    means = told.groupby("nominal")["covered"].mean()
    assert means[0.80] == pytest.approx(0.80, abs=0.05)
    assert means[0.95] == pytest.approx(0.95, abs=0.03)


def test_bounds_of_sums_are_wider_with_fewer_periods() -> None:
    """The same error known from three periods gives wider bounds than from thirty, and a sum of zero is never below."""
    sums = pd.DataFrame({"unique_id": ["a"], "yhat": [100.0]})

    def width(count: int) -> float:
        said = pd.DataFrame({"unique_id": "a", "cutoff": range(count), "yhat": 100.0})
        made = total_bounds(sums, said.assign(y=np.where(said["cutoff"] % 2, 110.0, 100 / 1.1)))
        return float((made["upper_95"] - made["lower_95"]).iloc[0])

    assert width(3) > width(8) > width(30) == pytest.approx(110 - 100 / 1.1, abs=0.1)
    none = total_bounds(sums.assign(yhat=0.0), totals_of(held(3)))
    assert none["lower_80"].tolist() == [0.0]


def test_sums_of_periods_are_held_too() -> None:
    """Coverage of sums is measured from the third period on."""
    told = totals_covered(totals_of(held(30)))
    assert told["totals"].tolist() == [28, 28]
    assert told["covered"].iloc[1] >= 0.85


def test_a_steady_series_has_narrower_sums_than_a_wild_one_of_its_level() -> None:
    """A product that was always nearly right has a third of a wild one's bounds; one without a past lies between."""
    rng = np.random.default_rng(7)
    said = pd.DataFrame(
        {"unique_id": np.repeat(["steady", "wild"], 20), "cutoff": np.tile(range(20), 2), "yhat": 100.0}
    )
    noise = rng.normal(0, np.where(said["unique_id"] == "steady", 0.03, 0.3))
    sums = pd.DataFrame({"unique_id": ["steady", "new", "wild"], "yhat": 100.0})
    made = total_bounds(sums, said.assign(y=said["yhat"] * np.exp(noise)))
    steady, new, wild = made["upper_80"] - made["lower_80"]
    assert steady < wild / 3
    assert steady < new < wild
