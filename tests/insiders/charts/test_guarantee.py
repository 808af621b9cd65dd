"""Figures that compare groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.charts import guarantee, style
from insiders.language import language
from insiders.policies.forward import CHOSEN, NEXT, REST, forward_check

style.use()


def test_differences_have_two_opponents() -> None:
    """Every variable has a dot against the rival and one against all others; what was not tested has none."""
    found = pd.DataFrame(
        {
            "variable": ["n_invoices", "n_invoices", "avg_gap_days", "avg_gap_days"],
            "opponent": ["B", "all others"] * 2,
            "delta": [0.5, 0.7, -0.2, np.nan],
            "delta_lower": [0.4, 0.6, -0.3, np.nan],
            "delta_upper": [0.6, 0.8, -0.1, np.nan],
        }
    )
    figure = guarantee.differences(found, {"B": "“B”", "all others": "everybody else"}, language())
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["purchase invoices", "mean days between visits"]
    rival, others = (np.asarray(container.lines[0].get_xdata()) for container in axes.containers)  # type: ignore[attr-defined]
    assert rival.tolist() == [0.5, -0.2]
    assert others[0] == 0.7
    assert np.isnan(others[1])


def test_forward_shows_the_mean_of_every_group() -> None:
    """Bars are as long as the mean later revenue of the chosen, the next best and the rest."""
    known = pd.DataFrame({"customer_id": list("abcdefghijkl"), "before": range(12), "later": range(12)})
    check = forward_check(known.assign(chosen=known["before"] > 8))
    names = {CHOSEN: "members", NEXT: "next", REST: "others"}
    figure = guarantee.forward(check, names, "€", "later", language())
    figure.draw_without_rendering()
    widths = [bar.get_width() for bar in figure.axes[0].patches]  # type: ignore[attr-defined]
    assert widths == pytest.approx([10.0, 7.0, 2.5])
    assert figure.axes[0].get_xlabel() == "later"
