"""When the shop sells: by day, weekday and month, with its closed days and its partial months."""

from __future__ import annotations

import pandas as pd

from insiders.customers.purchases import purchases_of

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def daily_sales(transactions: pd.DataFrame) -> pd.DataFrame:
    """One row per calendar day from the first purchase to the last.

    Columns: ``day``, ``revenue`` (gross), ``invoices``, ``items``, ``customers``, ``weekday`` (name), ``is_open`` (at
    least one purchase). Days without a purchase are there, with zeros.
    """
    purchases = purchases_of(transactions)
    grouped = purchases.groupby(purchases["time"].dt.normalize().rename("day"))
    sales = pd.DataFrame(
        {
            "revenue": grouped["revenue"].sum(),
            "invoices": grouped["invoice"].nunique(),
            "items": grouped["quantity"].sum(),
            "customers": grouped["customer_id"].nunique(),
        }
    )
    return every_day(sales)


def every_day(sales: pd.DataFrame) -> pd.DataFrame:
    """The table of `daily_sales` from that of the open days, whose index is ``day``."""
    calendar = pd.date_range(sales.index.min(), sales.index.max(), freq="D", name="day")
    days = sales.reindex(calendar, fill_value=0).reset_index()
    weekdays = pd.Categorical.from_codes(days["day"].dt.weekday, categories=pd.Index(WEEKDAYS), ordered=True)
    return days.assign(weekday=weekdays, is_open=days["invoices"] > 0)


def weekly_cycle(daily: pd.DataFrame) -> pd.DataFrame:
    """One row per weekday: its name, calendar and open days, revenue, revenue per open day, share of all revenue."""
    grouped = daily.groupby("weekday", observed=False)
    week = pd.DataFrame(
        {
            "calendar_days": grouped["day"].count(),
            "open_days": grouped["is_open"].sum(),
            "revenue": grouped["revenue"].sum(),
        }
    ).reset_index()
    return week.assign(
        revenue_per_open_day=week["revenue"] / week["open_days"].where(week["open_days"] > 0),
        share=week["revenue"] / week["revenue"].sum(),
    )


def usual_weekdays(daily: pd.DataFrame) -> list[str]:
    """The weekdays on which the shop is usually open: at least every second time."""
    week = weekly_cycle(daily)
    return week.loc[week["open_days"] * 2 >= week["calendar_days"].clip(lower=1), "weekday"].astype(str).tolist()


def monthly_cycle(daily: pd.DataFrame) -> pd.DataFrame:
    """One row per calendar month.

    Columns: ``month`` (its first day), ``revenue``, ``invoices``, ``open_days``, ``revenue_per_open_day``,
    ``is_partial``. A month is partial when the data begin after its first usually open weekday, or end
    before its last.
    """
    grouped = daily.groupby(daily["day"].dt.to_period("M").dt.start_time.rename("month"))
    months = pd.DataFrame(
        {
            "revenue": grouped["revenue"].sum(),
            "invoices": grouped["invoices"].sum(),
            "open_days": grouped["is_open"].sum(),
        }
    ).reset_index()
    usual = usual_weekdays(daily)
    before, after = daily["day"].min() - pd.Timedelta(days=1), daily["day"].max() + pd.Timedelta(days=1)
    return months.assign(
        revenue_per_open_day=months["revenue"] / months["open_days"].where(months["open_days"] > 0),
        is_partial=[
            _has_weekday(month, before, usual) or _has_weekday(after, month + pd.offsets.MonthEnd(1), usual)
            for month in months["month"]
        ],
    )


def last_whole_month(months: pd.DataFrame) -> pd.Timestamp:
    """The first day of the last month that is not partial; of the last month where all are."""
    complete = months.loc[~months["is_partial"], "month"]
    return (months["month"] if complete.empty else complete).max()


def closed_days(daily: pd.DataFrame) -> pd.DataFrame:
    """The days without a purchase that fall on a usually open weekday: ``day``, ``weekday`` (mostly holidays)."""
    unexpected = ~daily["is_open"] & daily["weekday"].astype(str).isin(usual_weekdays(daily))
    return daily.loc[unexpected, ["day", "weekday"]].reset_index(drop=True)


def _has_weekday(first: pd.Timestamp, last: pd.Timestamp, weekdays: list[str]) -> bool:
    """Whether one of these weekdays lies between the two days, both counted."""
    return any(day.day_name() in weekdays for day in pd.date_range(first, last, freq="D"))
