"""Figures of held-out periods."""

from __future__ import annotations

import numpy as np
import pytest

from insiders.charts import held_out
from tests.insiders.charts.drawn import texts
from tests.insiders.forecast_shop import compared, followed


def test_bars_carry_the_mean_error_of_each_model() -> None:
    """Every model has a bar with its value, on an axis that says what it is a share of."""
    made = compared("insiders")
    written = texts(held_out.error_by_model(made))
    wape = made.scores.query("metric == 'wape' and fold == 'mean'")["value"]
    assert all(f"{100 * value:.1f} %" in written for value in wape)
    assert "WAPE (share of what was sold)" in written
    assert "seasonal naive" in written


def test_error_by_horizon_has_a_point_per_week() -> None:
    """Two weeks ahead give two points; the first is the WAPE of days 1 to 7."""
    made = compared("insiders")
    (axes,) = held_out.error_by_horizon(made).axes
    lines = {str(line.get_label()): np.asarray(line.get_ydata()) for line in axes.get_lines()}
    rows = made.held.rows.query("model == 'seasonal_naive'")
    first = rows[(rows["ds"] - rows["cutoff"]).dt.days <= 7]
    assert len(lines["seasonal naive"]) == 2
    assert lines["seasonal naive"][0] == pytest.approx((first["y"] - first["yhat"]).abs().sum() / first["y"].sum())


def test_held_out_days_show_what_was_sold_and_what_was_said() -> None:
    """One line of sales, one per model and period, in the shop's currency."""
    figure = held_out.held_out_days(compared("insiders"), followed("insiders"))
    labels = [str(line.get_label()) for line in figure.axes[0].get_lines()]
    assert labels[0] == "sold"
    assert "seasonal naive" in labels
    assert len([label for label in labels if label.startswith("_")]) == 2 * 3 + 4
    assert "gross revenue (£) per day" in texts(figure)


def test_residuals_show_shape_weekdays_and_memory() -> None:
    """Every error is in the histogram, every open weekday has a bar, correlations lie between -1 and 1."""
    made = compared("product")
    shape, weekdays, memory = held_out.residuals(made).axes
    assert sum(patch.get_height() for patch in shape.patches) == len(made.chosen)  # type: ignore[attr-defined]
    assert len(weekdays.patches) == 6
    assert all(abs(patch.get_height()) <= 1 for patch in memory.patches)  # type: ignore[attr-defined]


def test_the_best_and_the_worst_are_told_by_their_error() -> None:
    """Of two products both are drawn with their WAPE; of one series its periods are."""
    written = texts(held_out.best_and_worst(compared("product"), followed("product")))
    assert "A MUG: WAPE" in written
    assert "pieces per day" in written
    assert "2024-" in texts(held_out.best_and_worst(compared("total"), followed("total")))
