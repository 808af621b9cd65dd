"""Figures of what is to come."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from insiders import forecasting as room
from insiders.charts import forecasting, held_out
from tests.insiders.charts.drawn import texts
from tests.insiders.forecast_shop import HORIZON, followed, looked_ahead


def test_the_parts_of_the_past_add_up() -> None:
    """Level, weekday and rest together are what was sold."""
    *lines, week = forecasting.decomposition(looked_ahead("total")).axes
    sold, level, rest = (np.asarray(axes.get_lines()[0].get_ydata(), dtype=float) for axes in lines)
    profile = [bar.get_height() for bar in week.patches if isinstance(bar, Rectangle)]
    days = pd.to_datetime(np.asarray(lines[0].get_lines()[0].get_xdata()))
    names = [label.get_text() for label in week.get_xticklabels()]
    weekday = [profile[names.index(f"{day:%a}")] for day in days]
    assert sold == pytest.approx(level + np.array(weekday) + rest)
    assert np.std(rest) < np.std(sold)


def test_a_forecast_goes_on_from_the_past_with_both_bounds() -> None:
    """The history ends before the forecast begins, and bounds for 80 and 95 % lie around it."""
    axes = forecasting.history_and_forecast(looked_ahead("insiders")).axes[0]
    sold, said = axes.get_lines()[:2]
    assert np.max(sold.get_xdata()) < np.min(said.get_xdata())
    assert [str(one.get_label()) for one in axes.collections] == ["bounds for 95 %", "bounds for 80 %"]


def test_all_series_together_have_bounds_by_day_too() -> None:
    """The figure of a level of several series shows their sum with bounds, made from the errors of sums."""
    outlook = looked_ahead("product")
    area = forecasting.history_and_forecast(outlook).axes[0].collections[0].get_paths()[0]
    upper = np.asarray(area.vertices)[:, 1].max()
    assert outlook.rows.groupby("ds")["yhat"].sum().to_numpy() == pytest.approx(outlook.together["yhat"].to_numpy())
    assert upper == pytest.approx(outlook.together["upper_95"].max())
    assert outlook.together["upper_95"].sum() < outlook.rows["upper_95"].sum()


def test_small_multiples_name_every_series() -> None:
    """Each product has a panel with its code and description."""
    figure = forecasting.small_multiples(looked_ahead("product"))
    written = texts(figure)
    assert "A MUG" in written
    assert "B PLATE" in written


@pytest.mark.parametrize(
    "draw", [forecasting.decomposition, forecasting.history_and_forecast, forecasting.small_multiples]
)
def test_what_cannot_be_forecast_is_said_in_the_figure(draw: Callable[[room.Outlook], Figure]) -> None:
    """A level that the source lacks gives a figure with the reason."""
    made = room.contest(followed("store"), [], HORIZON)
    assert "no store" in texts(draw(room.look_ahead(made, followed("store"), HORIZON)))
    assert "no store" in texts(held_out.error_by_model(made))
