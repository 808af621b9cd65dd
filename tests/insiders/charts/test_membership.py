"""Figures of the membership: members over time, and what each setting costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from insiders.charts import membership as charts


def test_members_with_who_came_and_went() -> None:
    """The line counts the members of every review, the bars those who entered and left since the one before."""
    days = pd.date_range("2024-01-01", periods=3, freq="30D")
    members = pd.DataFrame({"a": [True, True, True], "b": [False, True, False]}, index=days)
    figure = charts.over_time(members)
    figure.canvas.draw()
    upper, lower = figure.axes
    assert np.asarray(upper.get_lines()[0].get_ydata()).tolist() == [1, 2, 1]
    assert [bar.get_height() for bar in lower.patches if isinstance(bar, Rectangle)] == [1, 0, 0, -1]


def test_the_runs_setting_is_ringed() -> None:
    """A line per grace in both panels, and a ring around the run's own setting."""
    rows = [(1.0, low, grace, 3.0 - grace, 0.1, 4.0, 0.0, -0.1, 0.1) for low in (0.8, 1.0) for grace in (1, 2)]
    columns = ["entry", "exit", "grace", "exits", "exits_lower", "exits_upper", "lost", "lost_lower", "lost_upper"]
    figure = charts.costs(pd.DataFrame(rows, columns=columns), (1.0, 0.8, 2))
    figure.canvas.draw()
    for ax, height in zip(figure.axes, (1.0, 0.0), strict=True):
        assert len(ax.containers) == 2
        offsets = [np.asarray(each.get_offsets()).tolist() for each in ax.collections]
        assert [[0.8, height]] in offsets
