from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.series import (
    daily_series,
    expected_open_days,
    insiders_at,
    panel,
    products_at,
    sale_calendar,
    weekday_grid,
)
from tests.insiders.small_shop import prepared
from tests.insiders.weekly_shop import day_revenue, sales


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


def test_insiders_are_chosen_by_what_was_known() -> None:
    """A customer who buys most only after the cut-off is not among the leaders at it."""
    rows = prepared(
        {"customer_id": "early", "time": "2024-01-01 10:00", "quantity": 10},
        {"customer_id": "early", "time": "2024-01-02 10:00", "quantity": 10},
        {"customer_id": "late", "time": "2024-01-01 10:00", "quantity": 1},
        {"customer_id": "late", "time": "2024-01-02 10:00", "quantity": 1},
        {"customer_id": "late", "time": "2024-02-01 10:00", "quantity": 1000},
    )
    assert insiders_at(rows, pd.Timestamp("2024-02-01"), 0.5) == {"early"}
    assert insiders_at(rows, pd.Timestamp("2024-02-02"), 0.5) == {"late"}


def test_insiders_need_two_purchase_days_and_purchases_that_stayed() -> None:
    """One large order, or one taken back in full, makes nobody an Insider."""
    rows = prepared(
        {"customer_id": "once", "quantity": 500},
        {"customer_id": "undone", "quantity": 900, "kind": "netted"},
        *({"customer_id": name, "time": f"2024-03-0{day} 10:00"} for name in ("undone", "steady") for day in (4, 5)),
        {"customer_id": "steady", "time": "2024-03-06 10:00"},
    )
    assert insiders_at(rows, pd.Timestamp("2024-04-01"), 0.5) == {"steady"}


def test_a_share_that_is_nobody_is_an_error() -> None:
    """A share that rounds to no customer is named with the customers it was taken of."""
    with pytest.raises(AnalysisError, match="of the 3 customers known before 2024-02-01"):
        insiders_at(sales("2024-01-01", "2024-02-10"), pd.Timestamp("2024-02-01"), 0.01)


def test_products_are_chosen_by_recent_revenue_before_the_cutoff() -> None:
    """What sold long ago or after the cut-off does not make a product one that matters."""
    rows = prepared(
        {"product": "OLD", "time": "2023-01-10 10:00", "quantity": 999},
        {"product": "NOW", "time": "2024-01-10 10:00", "quantity": 20},
        {"product": "SMALL", "time": "2024-01-11 10:00", "quantity": 2},
        {"product": "NEXT", "time": "2024-02-10 10:00", "quantity": 999},
    )
    assert products_at(rows, pd.Timestamp("2024-02-01"), 2) == ["NOW", "SMALL"]


def test_series_are_dense_and_add_up() -> None:
    """Every series has every open day; levels say what they should on a plain Monday."""
    rows = sales("2024-01-01", "2024-03-31")
    calendar = sale_calendar(rows)
    table = daily_series(rows, calendar.open_days, insiders={"big"}, products=["B", "A"])
    wide = panel(table)
    assert wide.shape == (len(calendar.open_days), 4)
    names = [("insiders", "insiders"), ("total", "total"), ("product", "B"), ("product", "A")]
    assert wide.columns.equals(pd.MultiIndex.from_tuples(names))
    monday = wide.loc["2024-01-08"]
    assert monday["insiders", "insiders"] == day_revenue("big", 0)
    assert monday["total", "total"] == sum(day_revenue(name, 0) for name in ("big", "middle", "small"))
    assert monday["product", "A"] == 100


def test_days_without_a_sale_of_a_series_are_zero_and_returns_do_not_count() -> None:
    """A day on which only others bought is a zero, and neither returns nor netted pairs move a series."""
    rows = prepared(
        {"customer_id": "a", "time": "2024-03-04 10:00", "quantity": 4},
        {"customer_id": "b", "time": "2024-03-05 10:00", "quantity": 1},
        {"customer_id": "a", "time": "2024-03-05 11:00", "quantity": -4},
        {"customer_id": "a", "time": "2024-03-05 12:00", "quantity": 90, "kind": "netted"},
    )
    wide = panel(daily_series(rows, days("2024-03-04", "2024-03-05"), insiders={"a"}, products=["10001"]))
    assert wide["insiders", "insiders"].to_list() == [6.0, 0.0]
    assert wide["total", "total"].to_list() == [6.0, 1.5]
    assert wide["product", "10001"].to_list() == [4.0, 1.0]


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
