from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders import handoff
from insiders.errors import AnalysisError
from insiders.intervals import Total, measured_coverage, total, with_bounds


def held_out(folds: int = 4, days: int = 250, seed: int = 0, level: str = "total") -> pd.DataFrame:
    """Days whose forecast is 100 and whose sales are lognormal around it."""
    rng = np.random.default_rng(seed)
    firsts = pd.date_range("2023-01-01", periods=folds, freq="YS")
    rows = pd.DataFrame({"fold": np.repeat(firsts.strftime("%Y-%m-%d"), days), "day": np.tile(np.arange(days), folds)})
    dates = pd.to_datetime(rows["fold"]) + pd.to_timedelta(rows["day"], unit="D")
    actual = 100 * rng.lognormal(0, 0.6, len(rows))
    return rows.assign(level=level, series=level, model="flat", date=dates, actual=actual, mean=100.0)


def coming(means: list[float], level: str = "total") -> pd.DataFrame:
    dates = pd.date_range("2030-01-01", periods=len(means))
    return pd.DataFrame({"level": level, "series": level, "date": dates, "model": "flat", "mean": means})


@pytest.mark.parametrize("coverage", [0.8, 0.95])
def test_bounds_cover_new_days_as_often_as_they_say(coverage: float) -> None:
    """On 20,000 fresh days of the same kind the measured coverage is within two points of the nominal one."""
    bounds = with_bounds(coming([100.0]), held_out(), coverage).iloc[0]
    fresh = held_out(folds=1, days=20_000, seed=1)["actual"]
    assert fresh.between(bounds["lower"], bounds["upper"]).mean() == pytest.approx(coverage, abs=0.02)


def test_each_tail_is_read_off_by_itself() -> None:
    """Sales are skewed, so the upper bound lies further from the mean than the lower one."""
    bounds = with_bounds(coming([100.0]), held_out(), 0.8).iloc[0]
    assert bounds["upper"] - 100 > 1.5 * (100 - bounds["lower"])


def test_bounds_grow_with_the_day() -> None:
    """A day forecast three times as large has bounds three times as far away."""
    small, large = with_bounds(coming([100.0, 300.0]), held_out(), 0.8).to_dict(orient="records")
    assert (large["upper"] - 300) == pytest.approx(3 * (small["upper"] - 100))


def test_a_zero_forecast_has_an_upper_bound() -> None:
    """A day forecast as zero in a series that sells may sell, and the bound says so."""
    table = with_bounds(coming([0.0, 100.0]), held_out(), 0.8)
    assert table["lower"].iloc[0] == 0
    assert table["upper"].iloc[0] > 0


def test_bounds_meet_the_contract_and_never_go_below_zero() -> None:
    """The table is the hand-off table ``forecasts``; errors of several times the forecast leave no negative bound."""
    wild = held_out().assign(actual=lambda rows: rows["actual"].where(rows.index % 3 > 0, 0.0), mean=150.0)
    table = with_bounds(coming([10.0, 200.0]), wild, 0.95)
    handoff.check("forecasts", table)
    assert (table["lower"] >= 0).all()
    assert (table["upper"] >= table["lower"]).all()


def test_every_level_has_its_own_errors() -> None:
    """A level forecast without error has no width beside one with errors."""
    exact = held_out(level="product").assign(actual=100.0)
    both = pd.concat([coming([100.0]), coming([100.0], "product")])
    table = with_bounds(both, pd.concat([held_out(), exact]), 0.8)
    product, whole = (table[table["level"] == level] for level in ("product", "total"))
    assert [*product["lower"], *product["upper"]] == [100, 100]
    assert (whole["upper"] > 150).all()


def test_too_few_days_for_a_coverage_is_an_error() -> None:
    """95 % needs 39 errors: with 38 the error says so, with 39 there are bounds."""
    with pytest.raises(AnalysisError, match="95% need 39 held-out days of a level, there are 38"):
        with_bounds(coming([100.0]), held_out(folds=1, days=38), 0.95)
    assert len(with_bounds(coming([100.0]), held_out(folds=1, days=39), 0.95)) == 1


def test_coverage_is_measured_on_days_that_made_no_bounds() -> None:
    """A period ten times as high as all others is outside the bounds that the others give."""
    errors = held_out(folds=4, days=60)
    strange = errors["fold"] == errors["fold"].max()
    table = measured_coverage(errors.assign(actual=errors["actual"].mask(strange, 1000.0)), 0.8)
    found = table.set_index("fold")["value"]
    assert found[errors["fold"].max()] == 0.0
    assert found["mean"] == pytest.approx(found.drop("mean").mean())
    handoff.check("model_scores", table)


def test_a_total_is_bounded_by_errors_in_sum() -> None:
    """Four periods off by 10 % either way: a factor of 1.1 to the power of Student's t with four degrees of freedom."""
    sums = pd.DataFrame({"fold": list("abcd"), "actual": [110.0, 100 / 1.1] * 2, "mean": 100.0})
    found = total(coming([50.0, 70.0]), sums, 0.8)
    assert (found.mean, found.periods) == (120.0, 4)
    assert found.upper == pytest.approx(120 * 1.1**1.5332, rel=1e-4)
    assert found.lower == pytest.approx(120 / 1.1**1.5332, rel=1e-4)


def test_one_period_bounds_no_total() -> None:
    """A single example has no spread to speak of."""
    with pytest.raises(AnalysisError, match="need two held-out periods"):
        total(coming([1.0]), pd.DataFrame({"fold": ["a"], "actual": [1.0], "mean": [1.0]}), 0.8)


def test_a_total_is_a_row_that_the_report_reads() -> None:
    """The sum of a period, with its days and bounds, meets the contract of the hand-off table."""
    days = pd.date_range("2024-03-01", periods=3)
    row = handoff.check("totals", Total(60.0, 40.0, 90.0, 0.8, 4).table("insiders", "ets", days)).iloc[0]
    assert (row["first_day"], row["last_day"], row["days"]) == (days[0], days[2], 3)
    assert (row["lower"], row["mean"], row["upper"], row["periods"]) == (40.0, 60.0, 90.0, 4)
