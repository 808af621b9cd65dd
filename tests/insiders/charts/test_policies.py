"""Figures of the policies: they draw what the tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from insiders.charts import policies as charts
from insiders.charts import style


def test_the_runs_policy_stands_out_and_the_oracle_is_left_out() -> None:
    """Every policy but the plain sort and the oracle has an interval; the run's own has the Insiders' colour."""
    columns = ["difference", "difference_lower", "difference_upper"]
    rows = {"oracle": [0.1, 0.08, 0.12], "hybrid": [0.01, -0.01, 0.02], "revenue": [0.0, 0, 0], "rfm": [-0.1, -0.2, 0]}
    figure = charts.captured(pd.DataFrame.from_dict(rows, orient="index", columns=columns), "rfm")
    figure.canvas.draw()
    (ax,) = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["rfm", "hybrid"]
    assert [line.get_color() for line in ax.get_lines()][:3] == [style.INSIDERS, style.INSIDERS, style.ACCENT]


def test_profit_by_size_in_money() -> None:
    """A line per policy over the sizes, in the shop's currency, and a mark at the size of the run."""
    rows = [(name, share, 100 * share) for name in ("revenue", "oracle") for share in (0.1, 0.2)]
    table = pd.DataFrame(rows, columns=["policy", "share", "profit"])
    figure = charts.profits(table, ["revenue", "oracle"], 0.1, "€")
    figure.canvas.draw()
    (ax,) = figure.axes
    assert np.asarray(ax.get_lines()[0].get_ydata()).tolist() == [10, 20]
    assert any("€" in label.get_text() for label in ax.get_yticklabels())
