from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.series import expected_open_days, panel_calendar, sale_calendar, weekday_grid
from tests.insiders.small_shop import prepared
from tests.insiders.weekly_shop import sales


def days(*texts: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(list(texts)), name="date")


def test_a_weekday_without_sales_is_closed() -> None:
    """Saturdays, on which this shop never sells, are found to be closed, and no other weekday."""
    calendar = sale_calendar(sales("2024-01-01", "2024-03-31"))
    assert calendar.closed_weekdays == frozenset({5})
    assert len(calendar.open_days) == 78


def test_one_stray_sale_does_not_open_a_weekday() -> None:
    """One Saturday with a sale in half a year leaves Saturdays closed, but stays a sale day itself."""
    stray = sales("2024-03-15", "2024-03-15").assign(time=pd.Timestamp("2024-03-16 12:00"))
    calendar = sale_calendar(pd.concat([sales("2024-01-01", "2024-06-30"), stray]))
    assert calendar.closed_weekdays == frozenset({5})
    assert pd.Timestamp("2024-03-16") in calendar.open_days


def test_a_last_day_that_ends_early_is_cut() -> None:
    """A last day whose last sale is hours before any closing time of its weekday is in no series."""
    cut = sales("2024-06-28", "2024-06-28", until="12:50")
    calendar = sale_calendar(pd.concat([sales("2024-01-01", "2024-06-27"), cut]))
    assert calendar.cut_day == pd.Timestamp("2024-06-28")
    assert calendar.open_days[-1] == pd.Timestamp("2024-06-27")
    assert expected_open_days(calendar, 7)[0] == pd.Timestamp("2024-06-28")


def test_a_whole_last_day_is_kept() -> None:
    """A last day with sales until closing time counts like any other."""
    calendar = sale_calendar(sales("2024-01-01", "2024-06-28"))
    assert calendar.cut_day is None
    assert calendar.open_days[-1] == pd.Timestamp("2024-06-28")


def test_times_without_hours_cut_nothing() -> None:
    """Where the source knows days only, no day is taken for a cut one."""
    rows = sales("2024-01-01", "2024-06-28")
    assert sale_calendar(rows.assign(time=rows["time"].dt.normalize())).cut_day is None


def test_no_purchase_is_an_error() -> None:
    """A table with returns only has no series, and the error says so."""
    with pytest.raises(AnalysisError, match="no purchase"):
        sale_calendar(prepared({"quantity": -1}))


@pytest.mark.parametrize(
    ("last", "closed", "shut", "open_again"),
    [
        ("2024-12-20", ["2023-12-24", "2023-12-25", "2023-12-26"], ["2024-12-24", "2024-12-25"], "2024-12-27"),
        (
            "2024-03-25",
            ["2023-04-07", "2023-04-09", "2023-04-10"],
            ["2024-03-29", "2024-03-31", "2024-04-01"],
            "2024-04-07",
        ),
        ("2024-05-01", ["2023-05-01"], [], "2024-05-02"),
        ("2024-04-29", ["2023-05-08"], ["2024-05-06"], "2024-05-08"),
    ],
    ids=["by date", "by distance from Easter", "the next day", "by weekday"],
)
def test_holidays_of_last_year_are_expected(last: str, closed: list[str], shut: list[str], open_again: str) -> None:
    """A holiday returns by date at the turn of the year, with Easter in spring, and else on the same weekday."""
    ahead = expected_open_days(sale_calendar(sales("2023-01-01", last, closed=closed)), 14)
    assert not ahead.isin(pd.to_datetime(shut)).any()
    assert pd.Timestamp(open_again) in ahead


def test_christmas_on_a_closed_weekday_is_closed_the_year_after() -> None:
    """25 December 2021 was a Saturday; between two closed days it counts as a holiday for the Sunday of 2022."""
    rows = sales("2021-06-01", "2022-12-20", closed=["2021-12-24", "2021-12-26"])
    assert pd.Timestamp("2022-12-25") not in expected_open_days(sale_calendar(rows), 14)


def test_without_a_year_of_history_only_weekdays_are_known() -> None:
    """Half a year of history expects every day on an open weekday."""
    ahead = expected_open_days(sale_calendar(sales("2024-06-01", "2024-12-20")), 7)
    assert list(ahead.strftime("%m-%d")) == ["12-22", "12-23", "12-24", "12-25", "12-26", "12-27"]


def test_a_horizon_of_closed_days_is_an_error() -> None:
    """A forecast for Saturday alone has no day to forecast."""
    with pytest.raises(AnalysisError, match="nothing to forecast"):
        expected_open_days(sale_calendar(sales("2024-01-01", "2024-06-28")), 1)


def test_the_weekday_grid_holds_the_holidays_too() -> None:
    """The grid has every date of the weekdays seen, closed or not."""
    grid = weekday_grid(days("2024-01-01", "2024-01-02", "2024-01-09"), pd.Timestamp("2024-01-16"))
    assert list(grid.strftime("%m-%d")) == ["01-01", "01-02", "01-08", "01-09", "01-15", "01-16"]


def test_the_real_shop_keeps_its_calendar(real_data: Path) -> None:
    """Two years of real sales: the rule misses no holiday of the next weeks but the royal wedding of 2011."""
    raw = pd.read_parquet(real_data / "online_retail_II.parquet", columns=["Quantity", "Price", "InvoiceDate"])
    sold = raw[(raw["Quantity"] > 0) & (raw["Price"] > 0)]
    rows = pd.DataFrame({"time": sold["InvoiceDate"].astype("datetime64[ns]"), "kind": "purchase"})
    truth = pd.DatetimeIndex(rows["time"].dt.normalize().unique())
    wrong = []
    for cutoff in ("2010-12-10", "2011-04-15", "2011-05-25", "2011-08-20"):
        calendar = sale_calendar(rows[rows["time"] < cutoff])
        period = pd.date_range(calendar.open_days[-1] + pd.Timedelta(days=1), periods=28)
        ahead = expected_open_days(calendar, 28)
        wrong += list(ahead.symmetric_difference(truth[truth.isin(period)]))
    assert wrong == [pd.Timestamp("2011-04-29")]
    whole = sale_calendar(rows)
    assert whole.cut_day == pd.Timestamp("2011-12-09")
    assert whole.closed_weekdays == frozenset({5})
    assert len(whole.open_days) == 603


def test_a_public_holiday_that_was_closed_is_closed_again_and_one_that_was_open_is_not() -> None:
    """With a country its holidays are known by name: Easter Monday was closed and May Day was not, in a year before."""
    rows = sales("2022-11-01", "2024-03-25", closed=["2023-04-10", "2023-12-25", "2023-12-26"])
    ahead = expected_open_days(sale_calendar(rows), 45, country="GB", region="ENG")
    assert pd.Timestamp("2024-04-01") not in ahead
    assert pd.Timestamp("2024-05-06") in ahead


def test_a_holiday_held_once_does_not_close_the_year_after() -> None:
    """The day of the King's coronation, 8 May 2023, does not close 6 May 2024 where its name is known."""
    calendar = sale_calendar(sales("2023-01-01", "2024-05-02", closed=["2023-05-08"]))
    assert pd.Timestamp("2024-05-06") not in expected_open_days(calendar, 7)
    assert pd.Timestamp("2024-05-06") in expected_open_days(calendar, 7, country="GB", region="ENG")


def test_a_panel_is_closed_where_it_sold_next_to_nothing() -> None:
    """A few pieces booked on Christmas Day do not make it a sale day, and no day is cut for its hours."""
    dates = pd.date_range("2024-12-20", "2024-12-31")
    rows = pd.DataFrame({"date": dates, "units": [2 if day.day == 25 else 100 for day in dates]})
    calendar = panel_calendar(rows)
    assert list(dates.difference(calendar.open_days)) == [pd.Timestamp("2024-12-25")]
    assert calendar.cut_day is None


def test_a_panel_without_sales_is_an_error() -> None:
    """A panel of zeros has no calendar, and the error says why."""
    with pytest.raises(AnalysisError, match="sold nothing"):
        panel_calendar(pd.DataFrame({"date": pd.date_range("2024-01-01", periods=3), "units": 0}))
