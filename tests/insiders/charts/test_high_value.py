"""Figures of the forecast of high value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.charts import high_value as charts


def test_gains_in_two_panels() -> None:
    """Customers found and revenue found stand side by side, with the line of a ranking by lot."""
    rows = [(name, share, share**0.5, share**0.3) for name in ("revenue", "oracle") for share in (0.0, 0.5, 1.0)]
    table = pd.DataFrame(rows, columns=["model", "share", "found", "revenue"])
    figure = charts.gains(table, ["revenue", "oracle"])
    figure.canvas.draw()
    left, right = figure.axes
    assert np.asarray(right.get_lines()[0].get_ydata()).tolist() == pytest.approx([0, 0.5**0.3, 1])
    assert [line.get_label() for line in left.get_lines()] == ["revenue", "oracle", "by lot"]


def test_reliability_of_one_model() -> None:
    """The model's bins stand over their predicted mean, with bounds."""
    rows = [("a", 0.1, 0.2, 0.1, 0.3), ("a", 0.6, 0.5, 0.4, 0.7), ("b", 0.5, 0.5, 0.5, 0.5)]
    table = pd.DataFrame(rows, columns=["model", "predicted", "observed", "lower", "upper"])
    figure = charts.reliability(table, "a")
    figure.canvas.draw()
    (ax,) = figure.axes
    assert np.asarray(ax.containers[0][0].get_xdata()).tolist() == [0.1, 0.6]


def test_the_greatest_loss_stands_on_top() -> None:
    """Groups of features from the bottom up, the one that matters most last."""
    table = pd.DataFrame(
        {"feature": ["revenue", "tenure"], "drop": [0.3, 0.0], "lower": [0.2, -0.1], "upper": [0.4, 0.1]}
    )
    figure = charts.importance(table)
    figure.canvas.draw()
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["tenure", "revenue"]
