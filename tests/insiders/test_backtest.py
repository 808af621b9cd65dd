from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders import handoff
from insiders.backtest import Fold, choose, final_means, held_out_forecasts, hold_out, origins, pick, scores
from insiders.baselines import BASELINES, Forecaster
from insiders.errors import AnalysisError
from insiders.series import sale_calendar
from tests.insiders.weekly_shop import sales


def level(amount: float) -> Forecaster:
    """A forecaster that says the same for every day and series."""

    def always(history: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
        return pd.DataFrame(amount, index=dates, columns=history.columns)

    return always


def fold(first: str, actual: list[float], history: list[float]) -> Fold:
    day = pd.Timestamp(first)
    columns = pd.MultiIndex.from_tuples([("total", "total")], names=["level", "series"])
    past = pd.date_range(end=day - pd.Timedelta(days=1), periods=len(history), name="date")
    coming = pd.date_range(day, periods=len(actual), name="date")
    return Fold(day, pd.DataFrame({columns[0]: history}, past), pd.DataFrame({columns[0]: actual}, coming))


def renamed(one: Fold) -> Fold:
    names = ["level", "series"]
    return Fold(one.first, one.history.rename_axis(columns=names), one.actual.rename_axis(columns=names))


def wape_table(values: dict[str, list[float]]) -> pd.DataFrame:
    folds = ["2024-01-01", "2024-02-01", "2024-03-01"]
    rows = [
        {"level": "total", "model": model, "fold": fold, "metric": "wape", "value": value}
        for model, wapes in values.items()
        for fold, value in zip([*folds, "mean"], [*wapes, float(np.mean(wapes))], strict=True)
    ]
    return pd.DataFrame(rows)


def test_origins_adjoin_and_end_with_the_data() -> None:
    """Periods follow each other without gap, and the last one ends on the last whole day."""
    calendar = sale_calendar(sales("2024-01-01", "2024-07-31"))
    firsts = origins(calendar, horizon=28, folds=3)
    assert [f"{first:%Y-%m-%d}" for first in firsts] == ["2024-05-09", "2024-06-06", "2024-07-04"]


def test_a_short_history_gives_fewer_periods() -> None:
    """Only periods that know enough open days are held out."""
    calendar = sale_calendar(sales("2024-01-01", "2024-07-31"))
    assert len(origins(calendar, horizon=28, folds=12)) == 4
    assert len(origins(calendar, horizon=28, folds=12, open_days=120)) == 2


def test_a_history_without_room_for_two_periods_is_an_error() -> None:
    """The error says how many open days are needed and how many there are."""
    calendar = sale_calendar(sales("2024-01-01", "2024-04-30"))
    with pytest.raises(
        AnalysisError, match=r"two held-out periods of 28 days and 80 open days before them, .* have 5\d"
    ):
        origins(calendar, horizon=28, folds=4)


def test_what_comes_later_changes_nothing_that_is_known() -> None:
    """The group, the products and the history of a fold are the same whatever is sold from its first day on."""
    rows, first = sales("2024-01-01", "2024-06-30", noise=0.5), pd.Timestamp("2024-06-01")
    later = rows["time"] >= first
    turned = rows.assign(revenue=rows["revenue"].where(~later | (rows["customer_id"] != "small"), 1e6))
    turned = turned.assign(quantity=turned["quantity"].where(~later, 7))
    calendar = sale_calendar(rows)
    one, other = (hold_out(table, calendar, first, horizon=28, share=0.34, products=1) for table in (rows, turned))
    pd.testing.assert_frame_equal(one.history, other.history)
    assert not one.actual.equals(other.actual)
    assert one.history.index.max() < first <= one.actual.index.min()
    assert one.history.columns.get_level_values("series").to_list() == ["insiders", "total", "A"]


def test_a_fold_holds_open_days_only() -> None:
    """Closed days are no row, neither of the history nor of what is to be forecast."""
    rows = sales("2024-01-01", "2024-06-30", closed=["2024-06-10"])
    held = hold_out(rows, sale_calendar(rows), pd.Timestamp("2024-06-03"), horizon=14, share=1.0, products=2)
    assert len(held.actual) == 11
    assert pd.Timestamp("2024-06-10") not in held.actual.index


def test_metrics_are_those_of_the_textbook() -> None:
    """Two days sold 10 and 30, forecast 25 each: errors +15 and -5, by hand."""
    one = renamed(fold("2024-03-04", [10.0, 30.0], [20.0] * 7 + [30.0] * 7))
    table = scores(held_out_forecasts([one], {"flat": level(25.0)}))
    found = table[table["fold"] == "2024-03-04"].set_index("metric")["value"].to_dict()
    expected = {"mae": 10.0, "rmse": np.sqrt(125), "wape": 0.5, "mase": 1.0, "bias": 0.25, "total_error": 0.25}
    assert found == pytest.approx(expected)
    handoff.check("model_scores", table)


def test_errors_in_sum_do_not_cancel_between_products() -> None:
    """One product forecast too high and one too low have no bias, but a total error."""
    rows = sales("2024-01-01", "2024-06-30")
    held = hold_out(rows, sale_calendar(rows), pd.Timestamp("2024-06-03"), horizon=14, share=0.34, products=2)

    def skewed(history: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
        return pd.DataFrame(held.actual.to_numpy() * [1, 1, 1.5, 0.5], index=dates, columns=history.columns)

    table = scores(held_out_forecasts([held], {"skewed": skewed}))
    products = table[(table["level"] == "product") & (table["fold"] == "mean")].set_index("metric")["value"]
    assert products["bias"] == pytest.approx(0.0)
    assert products["total_error"] == pytest.approx(0.5)


def test_every_row_carries_its_own_forecast() -> None:
    """Days and series of the long table meet the value of the panel they come from."""
    rows = sales("2024-01-01", "2024-06-30", noise=0.4)
    held = hold_out(rows, sale_calendar(rows), pd.Timestamp("2024-06-03"), horizon=14, share=0.34, products=2)
    table = held_out_forecasts([held], {"weekday_means": BASELINES["weekday_means"]})
    means = BASELINES["weekday_means"](held.history, pd.DatetimeIndex(held.actual.index))
    for row in table.to_dict(orient="records"):
        assert row["mean"] == means.loc[row["date"], (row["level"], row["series"])]
        assert row["actual"] == held.actual.loc[row["date"], (row["level"], row["series"])]
        assert row["day"] == (row["date"] - held.first).days + 1


def test_a_period_without_sales_is_an_error() -> None:
    """Shares of nothing are not reported as a number."""
    with pytest.raises(AnalysisError, match="'total' sold nothing in the held-out period from 2024-03-04"):
        scores(held_out_forecasts([renamed(fold("2024-03-04", [0.0, 0.0], [1.0] * 9))], {"flat": level(1.0)}))


def test_the_last_period_has_no_say_in_the_choice() -> None:
    """A model that shines only on the last period is not chosen, and is named as the best there."""
    row = choose(
        wape_table({"seasonal_naive": [0.5, 0.5, 0.5], "early": [0.2, 0.2, 0.4], "late": [0.4, 0.4, 0.1]})
    ).iloc[0]
    assert (row["model"], row["best"]) == ("early", "late")
    assert (row["wape_before"], row["wape"], row["baseline_wape"]) == pytest.approx((0.2, 0.4, 0.5))
    assert row["beats_baseline"]


def test_a_model_that_loses_to_seasonal_naive_is_not_chosen() -> None:
    """Where nothing beats repeating the last week, that is what is used."""
    row = choose(wape_table({"seasonal_naive": [0.2, 0.2, 0.2], "clever": [0.3, 0.3, 0.1]})).iloc[0]
    assert row["model"] == "seasonal_naive"
    assert not row["beats_baseline"]


def test_the_baseline_is_always_among_the_models() -> None:
    """Whoever asks for one model gets seasonal naive beside it."""
    assert list(pick(BASELINES, ["ets", "ets"])) == ["seasonal_naive", "ets"]


def test_unknown_models_are_named() -> None:
    """The error names what is unknown and what there is."""
    with pytest.raises(AnalysisError, match="unknown models: prophet, oracle; there are seasonal_naive, "):
        pick(BASELINES, ["prophet", "ets", "oracle"])


def test_each_level_is_forecast_by_its_chosen_model() -> None:
    """Two levels with two models: every series has its level's numbers."""
    rows = sales("2024-01-01", "2024-03-31")
    held = hold_out(rows, sale_calendar(rows), pd.Timestamp("2024-03-18"), horizon=7, share=0.34, products=2)
    choice = pd.DataFrame({"level": ["insiders", "product"], "model": ["one", "two"]})
    days = pd.DatetimeIndex(held.actual.index)
    table = final_means(held.history, days, {"one": level(1.0), "two": level(2.0)}, choice)
    assert len(table) == 3 * len(days)
    assert table.groupby("level")["mean"].unique().map(list).to_dict() == {"insiders": [1.0], "product": [2.0]}
    assert table.groupby("level")["model"].unique().map(list).to_dict() == {"insiders": ["one"], "product": ["two"]}
