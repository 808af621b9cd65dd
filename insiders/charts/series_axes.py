"""What the figures of series have in common: axes in the unit of a level, its names, and a figure of nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from insiders.charts import style
from insiders.forecasting.followed import Followed
from insiders.language import mark

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LEVEL_NAMES: Mapping[str, str] = {
    "insiders": mark("the Insiders"),
    "total": mark("the whole shop"),
    "segment": mark("segments"),
    "country": mark("countries"),
    "store": mark("stores"),
    "category": mark("categories"),
    "product": mark("products"),
}


def nothing(reason: str) -> Figure:
    """A figure that says why there is none."""
    figure = Figure(figsize=(style.WIDE[0], 1.2))
    figure.text(0.02, 0.5, reason.replace("`", ""), va="center", wrap=True)
    return figure


def with_breaks(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with an empty one in every unusual gap of more than three days, so no line crosses closed weeks."""
    days = pd.DatetimeIndex(rows.index)
    gaps = np.diff(days)
    usual = max(np.timedelta64(3, "D"), np.median(gaps) if len(gaps) else np.timedelta64(3, "D"))
    return rows.reindex(days.union(days[:-1][gaps > 2 * usual] + pd.Timedelta(days=1)))


def amount_of(followed: Followed) -> str:
    """What is counted and by which step: pieces per day, gross revenue (£) per week."""
    amount = "pieces" if followed.unit == "pieces" else f"gross revenue ({followed.unit})"
    return f"{amount} per {followed.granularity}"


def in_unit(axes: Axes, followed: Followed, *, year: bool = True, days: bool = True) -> None:
    """Label both axes: amounts in their unit, days as dates (where the axis has ``days``)."""
    axes.set_ylabel(amount_of(followed))
    money = followed.unit != "pieces"
    ticks: FuncFormatter = style.money(followed.unit) if money else style.thousands()
    axes.yaxis.set_major_formatter(ticks)
    if not days:
        return
    dates = AutoDateLocator(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(dates)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(dates, show_offset=year))


def level_of(level: str) -> str:
    """A level in words."""
    return LEVEL_NAMES.get(level, level)
