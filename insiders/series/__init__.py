"""Series from transactions or a panel: on which days the shop sells, who and what is followed, how much was sold."""

from insiders.series.calendar import (
    WEEK,
    Calendar,
    expected_open_days,
    panel_calendar,
    sale_calendar,
    weekday_grid,
)
from insiders.series.groups import insiders_at
from insiders.series.holidays import holiday_features, holidays_of
from insiders.series.levels import Leveled, at_levels
from insiders.series.periods import by_period, periods_ahead
from insiders.series.prices import prices
from insiders.series.sales import all_lines, sales_of_panel, sales_of_transactions

__all__ = [
    "WEEK",
    "Calendar",
    "Leveled",
    "all_lines",
    "at_levels",
    "by_period",
    "expected_open_days",
    "holiday_features",
    "holidays_of",
    "insiders_at",
    "panel_calendar",
    "periods_ahead",
    "prices",
    "sale_calendar",
    "sales_of_panel",
    "sales_of_transactions",
    "weekday_grid",
]
