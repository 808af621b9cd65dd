"""Figures of the forecast notebook."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from insiders import forecasting as room
from insiders.charts import forecasting
from tests.insiders.forecast_shop import HORIZON, compared, followed, looked_ahead


def texts(figure: Figure) -> str:
    """Every title, label and tick label that a figure shows."""
    figure.canvas.draw()
    found = [text.get_text() for axes in figure.axes for text in [axes.xaxis.label, axes.yaxis.label, *axes.texts]]
    found += [axes.get_title(place) for axes in figure.axes for place in ("left", "center")]
    found += [label.get_text() for axes in figure.axes for label in axes.get_yticklabels()]
    return "\n".join([*found, *(text.get_text() for text in figure.texts)])


def test_bars_carry_the_mean_error_of_each_model() -> None:
    """Every model has a bar with its value, on an axis that says what it is a share of."""
    made = compared("insiders")
    written = texts(forecasting.error_by_model(made))
    wape = made.scores.query("metric == 'wape' and fold == 'mean'")["value"]
    assert all(f"{100 * value:.1f} %" in written for value in wape)
    assert "WAPE (share of what was sold)" in written
    assert "seasonal naive" in written


def test_error_by_horizon_has_a_point_per_week() -> None:
    """Two weeks ahead give two points; the first is the WAPE of days 1 to 7."""
    made = compared("insiders")
    (axes,) = forecasting.error_by_horizon(made).axes
    lines = {str(line.get_label()): np.asarray(line.get_ydata()) for line in axes.get_lines()}
    rows = made.held.rows.query("model == 'seasonal_naive'")
    first = rows[(rows["ds"] - rows["cutoff"]).dt.days <= 7]
    assert len(lines["seasonal naive"]) == 2
    assert lines["seasonal naive"][0] == pytest.approx((first["y"] - first["yhat"]).abs().sum() / first["y"].sum())


def test_held_out_days_show_what_was_sold_and_what_was_said() -> None:
    """One line of sales, one per model and period, in the shop's currency."""
    figure = forecasting.held_out_days(compared("insiders"), followed("insiders"))
    labels = [str(line.get_label()) for line in figure.axes[0].get_lines()]
    assert labels[0] == "sold"
    assert "seasonal naive" in labels
    assert len([label for label in labels if label.startswith("_")]) == 2 * 3 + 4
    assert "gross revenue (£) per day" in texts(figure)


def test_residuals_show_shape_weekdays_and_memory() -> None:
    """Every error is in the histogram, every open weekday has a bar, correlations lie between -1 and 1."""
    made = compared("product")
    shape, weekdays, memory = forecasting.residuals(made).axes
    assert sum(patch.get_height() for patch in shape.patches) == len(made.chosen)  # type: ignore[attr-defined]
    assert len(weekdays.patches) == 6
    assert all(abs(patch.get_height()) <= 1 for patch in memory.patches)  # type: ignore[attr-defined]


def test_the_best_and_the_worst_are_told_by_their_error() -> None:
    """Of two products both are drawn with their WAPE; of one series its periods are."""
    written = texts(forecasting.best_and_worst(compared("product"), followed("product")))
    assert "A MUG: WAPE" in written
    assert "pieces per day" in written
    assert "2024-" in texts(forecasting.best_and_worst(compared("total"), followed("total")))


def test_the_parts_of_the_past_add_up() -> None:
    """Level, weekday and rest together are what was sold."""
    sold, level, weekday, rest = (
        np.asarray(axes.get_lines()[0].get_ydata()) for axes in forecasting.decomposition(looked_ahead("total")).axes
    )
    assert sold == pytest.approx(level + weekday + rest)
    assert np.std(rest) < np.std(sold)


def test_a_forecast_goes_on_from_the_past_with_both_bounds() -> None:
    """The history ends before the forecast begins, and bounds for 80 and 95 % lie around it."""
    axes = forecasting.history_and_forecast(looked_ahead("insiders")).axes[0]
    sold, said = axes.get_lines()[:2]
    assert np.max(sold.get_xdata()) < np.min(said.get_xdata())
    assert [str(one.get_label()) for one in axes.collections] == ["bounds for 95 %", "bounds for 80 %"]


def test_small_multiples_name_every_series() -> None:
    """Each product has a panel with its code and description."""
    figure = forecasting.small_multiples(looked_ahead("product"))
    written = texts(figure)
    assert "A MUG" in written
    assert "B PLATE" in written


def test_training_is_drawn() -> None:
    """The kept pass is marked on the learning curve, and the largest share of the gain stands on top."""
    curve = pd.DataFrame({"epoch": [1, 2, 3], "training": [3.0, 2.0, 1.0], "validation": [2.0, 1.0, 1.5]})
    kept = forecasting.learning_curve(curve, "lstm").axes[0].get_lines()[2]
    assert np.atleast_1d(kept.get_xdata())[0] == 2
    gain = forecasting.importance(pd.DataFrame({"feature": ["lag1", "step"], "share": [0.9, 0.1]}), "product")
    assert "lag1" in texts(gain)


@pytest.mark.parametrize(
    "draw", [forecasting.decomposition, forecasting.history_and_forecast, forecasting.small_multiples]
)
def test_what_cannot_be_forecast_is_said_in_the_figure(draw: Callable[[room.Outlook], Figure]) -> None:
    """A level that the source lacks gives a figure with the reason."""
    made = room.contest(followed("store"), [], HORIZON)
    assert "no store" in texts(draw(room.look_ahead(made, followed("store"), HORIZON)))
    assert "no store" in texts(forecasting.error_by_model(made))
