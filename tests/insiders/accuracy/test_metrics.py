from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from insiders import accuracy
from insiders.errors import AnalysisError

CUTOFF = pd.Timestamp("2024-01-05")
DAYS = pd.date_range("2024-01-06", periods=2)


def history() -> pd.DataFrame:
    """A sells 2, 4, 2, 6, 2 from the first day; B begins on the third day and sells 1, 4, 1; C never changes."""
    days = pd.date_range("2024-01-01", CUTOFF)
    sold = {"A": [2, 4, 2, 6, 2], "B": [0, 0, 1, 4, 1], "C": [3, 3, 3, 3, 3]}
    rows = [pd.DataFrame({"unique_id": name, "ds": days, "y": values}) for name, values in sold.items()]
    return pd.concat(rows, ignore_index=True).assign(revenue=lambda table: table["y"] * 10.0).astype({"y": "float64"})


def held_out(**forecasts: list[float]) -> pd.DataFrame:
    """A sells 4 and 2, B sells 0 and 2; the forecasts by name of the series."""
    sold = {"A": [4.0, 2.0], "B": [0.0, 2.0]}
    rows = [
        pd.DataFrame({"unique_id": name, "ds": DAYS, "cutoff": CUTOFF, "model": "m", "y": sold[name], "yhat": values})
        for name, values in forecasts.items()
    ]
    return pd.concat(rows, ignore_index=True)


def values(rows: pd.DataFrame, scale: pd.DataFrame | None = None) -> dict[str, float]:
    table = accuracy.accuracy(rows, scale)
    return dict(zip(table["metric"], table["value"], strict=True))


def test_metrics_are_those_computed_by_hand() -> None:
    """Two series over two days, every metric as on paper."""
    # Errors: A -2, 0; B +1, -1. Sold 8. Changes of A: 2, 2, 4, 4; of B since its first sale: 3, 3.
    found = values(held_out(A=[2, 2], B=[1, 1]), accuracy.scales(history(), [CUTOFF], weigh_by="revenue"))
    rmsse = {"A": math.sqrt(4 / 2) / math.sqrt(10), "B": math.sqrt(2 / 2) / 3}
    assert found == pytest.approx(
        {
            "mae": 4 / 4,
            "rmse": math.sqrt(6 / 4),
            "wape": 4 / 8,
            "mase": ((2 / 2) / 3 + (2 / 2) / 3) / 2,
            "rmsse": (rmsse["A"] + rmsse["B"]) / 2,
            "wrmsse": (160 * rmsse["A"] + 60 * rmsse["B"]) / 220,
            "psfa": 1 - ((2 / 4 * 4 / 4 + 1 / 1 * 0 / 4) + (0 + 1 / 2 * 2 / 4)) / 2,
            "bias": -2 / 8,
            "total_error": 2 / 8,
        }
    )


def test_a_perfect_forecast_has_the_best_values() -> None:
    """What is said to be best of each metric is what a forecast without error gets."""
    found = values(held_out(A=[4, 2], B=[0, 2]), accuracy.scales(history(), [CUTOFF]))
    assert found == {name: metric.best for name, metric in accuracy.METRICS.items()}


def test_scales_know_nothing_after_the_cutoff() -> None:
    """Sales after the cut-off change neither scale nor weight, and the weight is of the last 28 rows."""
    days = pd.date_range("2023-11-01", periods=60)
    rows = pd.DataFrame({"unique_id": "A", "ds": days, "y": np.arange(60.0) ** 2})
    later = rows.assign(y=rows["y"].where(rows["ds"] <= days[39], 1e9))
    first, second = (accuracy.scales(table, [days[39]]) for table in (rows, later))
    pd.testing.assert_frame_equal(first, second)
    assert first["weight"].item() == (np.arange(12.0, 40.0) ** 2).sum()


def test_the_seasonal_scale_compares_with_a_season_before() -> None:
    """With a season of two, A's mean absolute change is that of 2 to 2, 4 to 6 and 2 to 2."""
    scale = accuracy.scales(history(), [CUTOFF], season_length=2).set_index("unique_id")
    assert scale.loc["A", "mase_scale"] == pytest.approx((0 + 2 + 0) / 3)
    assert scale.loc["A", "rmsse_scale"] == pytest.approx(math.sqrt(10))


def test_series_without_a_scale_are_left_out_and_counted() -> None:
    """A series that never changed enters no scaled metric, and the count says so."""
    rows = held_out(A=[2, 2], B=[1, 1])
    never = rows[rows["unique_id"] == "B"].assign(unique_id="C", yhat=100.0)
    table = accuracy.accuracy(
        pd.concat([rows, never]), accuracy.scales(history(), [CUTOFF], weigh_by="revenue")
    ).set_index("metric")
    assert table.loc["wape", "series"] == 3
    assert table.loc["wrmsse", "series"] == 2
    without = values(rows, accuracy.scales(history(), [CUTOFF], weigh_by="revenue"))
    assert table.loc["wrmsse", "value"] == pytest.approx(without["wrmsse"])


def test_psfa_is_a_mean_over_categories_and_forgives_days_without_sales() -> None:
    """Each category counts the same, and a day on which it sold nothing takes nothing off."""
    rows = held_out(A=[2, 2], B=[5, 2]).assign(category=["x", "x", "y", "y"])
    assert values(rows)["psfa"] == pytest.approx(((1 - 0.5 / 2) + 1) / 2)


def test_psfa_divides_too_much_by_the_forecast() -> None:
    """A day forecast at twice its sales loses half of its share, as one forecast at half of them does."""
    assert values(held_out(A=[8, 2]))["psfa"] == values(held_out(A=[2, 2]))["psfa"] == pytest.approx(1 - 0.5 / 2)


def test_psfa_rewards_too_much_where_sales_are_rare() -> None:
    """Of two forecasts of a product that sells 8 every fourth day, the expected value has the lower PSFA."""
    days = pd.date_range(DAYS[0], periods=8)
    rows = pd.DataFrame(
        {"unique_id": "A", "ds": days, "cutoff": CUTOFF, "model": "m", "y": [8.0, 0, 0, 0, 8.0, 0, 0, 0]}
    )
    expected, high = (values(rows.assign(yhat=forecast)) for forecast in (2.0, 8.0))
    assert expected["bias"] == 0
    assert high["bias"] == 3
    assert high["psfa"] > expected["psfa"]


def test_levels_and_models_are_measured_apart() -> None:
    """One value per level, model, cut-off and metric; a level's mean counts each level the same."""
    rows = held_out(A=[2, 2], B=[1, 1]).assign(level=["a", "a", "b", "b"])
    table = accuracy.accuracy(rows, metrics=["wape"])
    assert table[["level", "value"]].to_numpy().tolist() == [["a", 2 / 6], ["b", 2 / 2]]
    assert accuracy.mean_over_levels(table)["value"].to_list() == [pytest.approx((2 / 6 + 1) / 2)]
    two = pd.concat([table, table.assign(cutoff=DAYS[0], value=1.0)])
    mean = accuracy.mean_over_cutoffs(two)
    assert mean.to_numpy()[0].tolist() == ["a", "m", "wape", pytest.approx((2 / 6 + 1) / 2), 2 / 6, 1.0, 2]


def test_nothing_sold_has_no_share() -> None:
    """Where nothing was sold, a share of it is missing, neither zero nor infinite."""
    rows = held_out(B=[1, 1]).iloc[:1]
    found = values(rows)
    assert math.isnan(found["wape"])
    assert math.isnan(found["bias"])
    assert found["mae"] == 1


@pytest.mark.parametrize(
    ("change", "metrics", "said"),
    [
        ({"yhat": np.nan}, None, "4 of 4 held-out rows have no sale or no forecast"),
        ({}, ["smape"], "unknown metrics: smape; there are mae"),
        ({}, ["wrmsse"], "wrmsse need the scales"),
    ],
)
def test_what_cannot_be_measured_is_refused(change: dict[str, float], metrics: list[str] | None, said: str) -> None:
    """Missing forecasts, unknown metrics and scaled metrics without scales end in one line."""
    with pytest.raises(AnalysisError, match=said):
        accuracy.accuracy(held_out(A=[2, 2], B=[1, 1]).assign(**change), metrics=metrics)


def test_a_history_without_the_weight_is_refused() -> None:
    """The column that weighs the series has to be there."""
    with pytest.raises(AnalysisError, match="no column price"):
        accuracy.scales(history(), [CUTOFF], weigh_by="price")
    with pytest.raises(AnalysisError, match="no day up to the cut-off"):
        accuracy.scales(history(), [pd.Timestamp("2020-01-01")])
