"""Figures of what is foreseen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from insiders.charts import prospects, style
from insiders.language import language
from tests.insiders.charts.drawn import texts

style.use()


def test_reliability_has_a_dot_for_every_tenth() -> None:
    """Predicted stands on the one axis, observed on the other, and the diagonal says where both agree."""
    table = pd.DataFrame({"predicted": [0.2, 0.6], "observed": [0.3, 0.5], "lower": [0.1, 0.4], "upper": [0.4, 0.7]})
    axes = prospects.reliability(table, "T", language()).axes[0]
    dots = axes.containers[0].lines[0]  # type: ignore[attr-defined]
    assert np.asarray(dots.get_xydata()).tolist() == [[0.2, 0.3], [0.6, 0.5]]


def test_cohorts_tell_the_share_of_every_month() -> None:
    """A row per cohort, a column per month after the first, the share written in percent."""
    table = pd.DataFrame(
        {
            "cohort": pd.to_datetime(["2024-01-01"] * 3 + ["2024-02-01"] * 2),
            "months_since": [0, 1, 2, 0, 1],
            "retention": [1.0, 0.5, 0.25, 1.0, 0.1],
        }
    )
    figure = prospects.cohorts(table, language())
    shown = texts(figure)
    assert all(word in shown for word in ("Jan 2024", "Feb 2024", "50", "25", "10"))
    assert "100" not in shown
