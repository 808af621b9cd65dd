from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from insiders.charts import forecasting
from tests.insiders.forecast_run import small_run


def texts(figure: Figure) -> str:
    figure.canvas.draw()
    found = [
        text.get_text()
        for axes in figure.axes
        for text in [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
    ]
    found += [label.get_text() for axes in figure.axes for label in axes.get_yticklabels()]
    return "\n".join([*found, *(text.get_text() for text in figure.texts)])


def test_bars_carry_the_mean_error_of_each_model() -> None:
    """Every model has a bar with its value, on an axis that says what it is a share of."""
    run = small_run()
    written = texts(forecasting.error_by_model(run.scores, run.choice))
    wape = run.scores.query("metric == 'wape' and fold == 'mean'")["value"]
    assert all(f"{100 * value:.1f} %" in written for value in wape)
    assert "WAPE (share of what was sold)" in written
    assert "seasonal naive" in written


def test_error_by_week_has_a_line_per_model_and_a_point_per_week() -> None:
    """Four weeks ahead give four points; the first is the WAPE of days 1 to 7."""
    run = small_run()
    figure = forecasting.error_by_week(run.held_out)
    lines = {str(line.get_label()): np.asarray(line.get_ydata()) for line in figure.axes[0].get_lines()}
    assert set(lines) == {"seasonal naive", "weekday means"}
    first = run.held_out.query("level == 'insiders' and model == 'seasonal_naive' and day <= 7")
    expected = (first["actual"] - first["mean"]).abs().sum() / first["actual"].sum()
    assert len(lines["seasonal naive"]) == 4
    assert lines["seasonal naive"][0] == pytest.approx(expected)
    assert figure.axes[0].get_ylim()[1] >= max(line.max() for line in lines.values())


def test_held_out_days_show_what_was_sold_and_what_was_said() -> None:
    """One line of sales, one per model and period, in the shop's currency."""
    figure = forecasting.held_out_days(
        small_run().held_out, "insiders", ["weekday_means", "seasonal_naive"], forecasting.revenue_unit("£")
    )
    labels = [str(line.get_label()) for line in figure.axes[0].get_lines()]
    assert [label for label in labels if not label.startswith("_")] == ["sold", "weekday means", "seasonal naive"]
    assert "gross revenue per day (£)" in texts(figure)


def test_one_model_twice_is_drawn_once() -> None:
    """Where seasonal naive itself was chosen it has one line per period, not two."""
    figure = forecasting.held_out_days(
        small_run().held_out, "total", ["seasonal_naive", "seasonal_naive"], forecasting.revenue_unit("£")
    )
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["sold", "seasonal naive"]


def test_a_forecast_follows_its_history_with_bounds() -> None:
    """The forecast's line has every day ahead, and the band says how many days it is to hold."""
    run = small_run()
    ahead = run.forecasts[run.forecasts["level"] == "insiders"]
    figure = forecasting.history_and_forecast(
        run.history["insiders", "insiders"], ahead, "What comes", forecasting.revenue_unit("EUR")
    )
    labels = {str(line.get_label()): line for line in figure.axes[0].get_lines()}
    assert np.isfinite(np.asarray(labels["forecast"].get_ydata(), dtype=float)).sum() == len(ahead)
    assert "bounds for 80 % of days" in [str(band.get_label()) for band in figure.axes[0].collections]
    assert "gross revenue per day (EUR)" in texts(figure)


def test_no_line_crosses_closed_weeks() -> None:
    """Days on either side of a closed week are not joined."""
    run = small_run()
    ahead = run.forecasts[run.forecasts["level"] == "insiders"]
    open_again = ahead[(ahead["date"] < "2024-07-08") | (ahead["date"] > "2024-07-20")]
    figure = forecasting.history_and_forecast(
        run.history["insiders", "insiders"], open_again, "What comes", forecasting.revenue_unit("£")
    )
    line = next(line for line in figure.axes[0].get_lines() if line.get_label() == "forecast")
    assert np.isnan(np.asarray(line.get_ydata(), dtype=float)).sum() == 1


def test_products_have_a_panel_each() -> None:
    """Each product shown has a panel with code and description, counted in pieces."""
    run = small_run()
    history = pd.DataFrame(run.history["product"])
    figure = forecasting.products(history, run.forecasts[run.forecasts["level"] == "product"], {"A": "RED MUG"})
    assert [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes] == ["A RED MUG", "B"]
    assert figure.get_supylabel() == "pieces per day"


def test_the_learning_curve_marks_what_was_kept() -> None:
    """The marked point is the lowest validation loss."""
    curve = pd.DataFrame({"epoch": [1, 2, 3], "training": [3.0, 2.0, 1.0], "validation": [0.9, 0.5, 0.7]})
    figure = forecasting.learning_curve(curve, "huber")
    kept = next(line for line in figure.axes[0].get_lines() if line.get_label() == "kept")
    assert (np.asarray(kept.get_xdata())[0], np.asarray(kept.get_ydata())[0]) == (2.0, 0.5)
    assert "huber loss (series divided by its mean)" in texts(figure)
