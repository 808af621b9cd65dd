from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.series import at_levels, panel_calendar, sales_of_panel, sales_of_transactions
from tests.insiders.panel_shop import LEVELS, panel_of
from tests.insiders.small_shop import prepared


def days(first: str, count: int) -> pd.DatetimeIndex:
    return pd.date_range(first, periods=count)


def test_every_level_adds_up_to_the_same_day_by_day() -> None:
    """Whatever the level, its series of a day sum to the panel's units of that day, and every series is dense."""
    panel = panel_of(weeks=3)
    calendar = panel_calendar(panel)
    leveled = at_levels(sales_of_panel(panel), LEVELS, calendar.open_days, since_launch=False)
    sums = leveled.values.merge(leveled.static[["unique_id", "level"]]).groupby(["level", "ds"])["y"].sum().unstack()
    truth = panel.groupby("date")["units"].sum()
    assert set(sums.index) == set(LEVELS)
    assert (sums.to_numpy() == truth.to_numpy(dtype="float64")).all()
    assert (leveled.values.groupby("unique_id").size() == 21).all()


def test_names_and_attributes_tell_where_a_series_belongs() -> None:
    """A crossed level names both; attributes that all of a series share are told, others are missing."""
    leveled = at_levels(sales_of_panel(panel_of(weeks=1)), ["store/category", "product"], days("2024-01-01", 7))
    static = leveled.static.set_index("unique_id")
    one = static.loc["store/category=North/A"]
    assert (one["level"], one["series"], one["store"], one["state"], one["category"]) == (
        "store/category",
        "North/A",
        "North",
        "NN",
        "A",
    )
    assert pd.isna(one["product"])
    assert static.loc["product=B1", "category"] == "B"
    assert pd.isna(static.loc["product=B1", "store"])


def test_a_series_begins_with_its_launch() -> None:
    """Zeros before the first sale are no demand, zeros after it are; a product without a sale has no series."""
    rows = prepared(
        {"product": "10001", "time": "2024-03-01 10:00"},
        {"product": "10002", "time": "2024-03-03 10:00", "quantity": 2},
        {"product": "10003", "time": "2024-04-03 10:00"},
    )
    sales = sales_of_transactions(rows)
    launched = at_levels(sales, ["product"], days("2024-03-01", 4)).values
    assert launched.groupby("unique_id")["y"].agg(list).to_dict() == {
        "product=10001": [2.0, 0.0, 0.0, 0.0],
        "product=10002": [2.0, 0.0],
    }
    whole = at_levels(sales, ["product"], days("2024-03-01", 4), since_launch=False).values
    assert whole.loc[whole["unique_id"] == "product=10002", "y"].to_list() == [0.0, 0.0, 2.0, 0.0]


def test_insiders_and_revenue() -> None:
    """The level of the Insiders sums what they bought, in money where that is asked for."""
    rows = prepared({"customer_id": "a", "quantity": 4}, {"customer_id": "b", "quantity": 5})
    sales = sales_of_transactions(rows, pd.DataFrame({"customer_id": ["a"], "is_insider": [True]}))
    day = pd.DatetimeIndex(sales["date"].unique())
    revenue = at_levels(sales, ["insiders", "total"], day, measure="revenue").values
    assert revenue.set_index("unique_id")["y"].to_dict() == {
        "insiders": rows["revenue"].iloc[0],
        "total": rows["revenue"].sum(),
    }


@pytest.mark.parametrize("level", ["shelf", "store/shelf", "insiders"])
def test_a_level_that_the_source_has_not_is_named(level: str) -> None:
    """What these sales cannot be followed by is said, with what they can be."""
    with pytest.raises(AnalysisError, match=f"{level.split('/')[-1]}: they have product, category, store, state"):
        at_levels(sales_of_panel(panel_of(weeks=1)), [level], days("2024-01-01", 7))


def test_days_without_sales_are_an_error() -> None:
    """A calendar that misses all sales gives no empty table but an error."""
    with pytest.raises(AnalysisError, match="nothing was sold at level total"):
        at_levels(sales_of_panel(panel_of(weeks=1)), ["total"], days("2020-01-01", 7))


def test_a_closed_days_sales_are_left_out() -> None:
    """Pieces booked on a day that is not among the days asked for stand in no series."""
    panel = panel_of(weeks=1)
    open_days = days("2024-01-01", 6)
    total = at_levels(sales_of_panel(panel), ["total"], open_days).values["y"].sum()
    assert total == panel.loc[panel["date"] <= open_days[-1], "units"].sum()
    assert np.isfinite(total)
