from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.reconciliation import METHODS, incoherence, reconcile, reconciling
from insiders.reconciliation.hierarchy import hierarchy_of
from insiders.reconciliation.reconciling import LEARNT
from insiders.series import at_levels, panel_calendar, sales_of_panel
from tests.insiders.panel_shop import LEVELS, panel_of

BOTTOM = "store/product"
CUTOFF = pd.Timestamp("2024-02-04")


@pytest.fixture(scope="module")
def shop() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Static table, forecasts of two weeks and those of the four weeks before: truth with noise, not coherent."""
    panel = panel_of(weeks=7)
    leveled = at_levels(sales_of_panel(panel), LEVELS, panel_calendar(panel).open_days)
    rng = np.random.default_rng(3)
    rows = leveled.values.assign(model="noisy", cutoff=CUTOFF)
    rows["yhat"] = np.maximum(rows["y"] * rng.normal(1, 0.15, len(rows)), 0)
    past = rows["ds"] <= CUTOFF
    earlier = rows[past & (rows["ds"] > "2024-01-07")].assign(cutoff=pd.Timestamp("2024-01-07"))
    return leveled.static, rows[~past], earlier


@pytest.mark.parametrize("method", METHODS)
def test_reconciled_forecasts_add_up(shop: tuple[pd.DataFrame, ...], method: str) -> None:
    """Whatever the method, no level differs from the sum of the bottom, and no value is below zero."""
    static, forecasts, earlier = shop
    made = reconcile(forecasts, static, bottom=BOTTOM, method=method, earlier=earlier)
    assert incoherence(forecasts, static, bottom=BOTTOM)["gap"].max() > 0.05
    assert incoherence(made, static, bottom=BOTTOM)["gap"].max() < 1e-9
    assert (made["yhat"] >= 0).all()
    assert len(made) == len(forecasts)


def test_bottom_up_keeps_the_bottom(shop: tuple[pd.DataFrame, ...]) -> None:
    """Adding up changes no forecast of the bottom level."""
    static, forecasts, _ = shop
    keys = ["unique_id", "ds"]
    made = reconcile(forecasts, static, bottom=BOTTOM, method="bottom_up").set_index(keys)["yhat"]
    before = forecasts.set_index(keys)["yhat"]
    below = static.loc[static["level"] == BOTTOM, "unique_id"]
    pd.testing.assert_series_equal(made.loc[below], before.loc[below], check_index_type=False)


@pytest.mark.parametrize("method", LEARNT)
def test_what_was_right_before_is_trusted(shop: tuple[pd.DataFrame, ...], method: str) -> None:
    """A total that was never far off keeps its forecast on every day, and one that was often wrong does not."""
    static, forecasts, earlier = shop
    below = hierarchy_of(static, BOTTOM)
    # Products that sell enough for none to have to sell less than nothing, which would move the total.
    plenty = forecasts["unique_id"].map(pd.Series(below.summing.getnnz(axis=1), below.names)) * 50.0
    forecasts = forecasts.assign(yhat=forecasts["yhat"] + plenty)
    exact = earlier.assign(yhat=earlier["yhat"].where(earlier["unique_id"] != "total", earlier["y"] + 0.01))
    before = total_of(forecasts)
    assert total_of(reconcile(forecasts, static, bottom=BOTTOM, method=method, earlier=exact)) == pytest.approx(
        before, rel=1e-4
    )
    wrong = exact.assign(yhat=exact["yhat"].where(exact["unique_id"] != "total", exact["y"] * 3))
    moved = total_of(reconcile(forecasts, static, bottom=BOTTOM, method=method, earlier=wrong))
    assert (np.abs(moved / before - 1) > 1e-3).mean() > 0.9


@pytest.mark.parametrize("method", LEARNT)
@pytest.mark.parametrize("days", [1, 28])
def test_what_never_had_the_chance_to_be_wrong_is_not_trusted(
    shop: tuple[pd.DataFrame, ...], method: str, days: int
) -> None:
    """A total forecast tenfold gives way to the others where one day, or no error at all, is known of it."""
    static, forecasts, earlier = shop
    is_total = earlier["unique_id"] == "total"
    right = earlier.assign(yhat=earlier["yhat"].where(~is_total, earlier["y"]))
    right = right[~is_total | (right["ds"] < right["ds"].min() + pd.Timedelta(days=days))]
    tenfold = forecasts.assign(yhat=forecasts["yhat"].where(forecasts["unique_id"] != "total", forecasts["yhat"] * 10))
    made = reconcile(tenfold, static, bottom=BOTTOM, method=method, earlier=right)
    assert (total_of(made) < 2 * total_of(forecasts)).all()


def total_of(rows: pd.DataFrame) -> np.ndarray:
    return rows[rows["unique_id"] == "total"].sort_values("ds")["yhat"].to_numpy()


def test_later_errors_are_not_known(shop: tuple[pd.DataFrame, ...]) -> None:
    """Errors of days after the cut-off change nothing."""
    static, forecasts, earlier = shop
    said = reconcile(forecasts, static, bottom=BOTTOM, method="wls_var", earlier=earlier)
    leaking = pd.concat([earlier, forecasts.assign(y=1e6)])
    pd.testing.assert_frame_equal(said, reconcile(forecasts, static, bottom=BOTTOM, method="wls_var", earlier=leaking))


def test_sparse_matrices_give_the_same(shop: tuple[pd.DataFrame, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the size of dense matrices the same forecasts come from sparse ones, and mint_shrink is refused."""
    static, forecasts, _ = shop
    dense = reconcile(forecasts, static, bottom=BOTTOM, method="wls_struct")["yhat"].to_numpy()
    monkeypatch.setattr(reconciling, "DENSE", 5)
    assert reconcile(forecasts, static, bottom=BOTTOM, method="wls_struct")["yhat"].to_numpy() == pytest.approx(
        dense, rel=0.01, abs=0.01
    )
    with pytest.raises(AnalysisError, match="at most"):
        reconcile(forecasts, static, bottom=BOTTOM, method="mint_shrink", earlier=shop[2])


def test_what_cannot_be_reconciled_is_named(shop: tuple[pd.DataFrame, ...]) -> None:
    """Unknown methods, missing days and missing earlier errors are expected errors."""
    static, forecasts, earlier = shop
    with pytest.raises(AnalysisError, match="called 'mint'"):
        reconcile(forecasts, static, bottom=BOTTOM, method="mint")
    with pytest.raises(AnalysisError, match=r"total .of 1 series. has no forecast"):
        reconcile(forecasts.iloc[1:], static, bottom=BOTTOM, method="ols")
    with pytest.raises(AnalysisError, match="earlier origins: give them"):
        reconcile(forecasts, static, bottom=BOTTOM, method="wls_var")
    with pytest.raises(AnalysisError, match="no forecast of noisy"):
        reconcile(forecasts, static, bottom=BOTTOM, method="wls_var", earlier=earlier.assign(model="other"))
