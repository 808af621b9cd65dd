"""Horizontal bars."""

from __future__ import annotations

import pytest

from insiders.charts import bars, style
from tests.insiders.charts.drawn import texts

style.use()


def test_bars_stand_beside_their_names_with_their_amounts() -> None:
    """Bars are as long as the values, the first name on top, each amount written."""
    figure = bars.horizontal(
        ["a", "b"], {"x": [0.1, 0.2], "y": [0.3, 0.4]}, title="T", xlabel="share", written=lambda value: f"{value:.1f}"
    )
    axes = figure.axes[0]
    assert [bar.get_width() for bar in axes.patches] == [0.1, 0.2, 0.3, 0.4]  # type: ignore[attr-defined]
    assert axes.yaxis_inverted()
    shown = texts(figure)
    assert all(word in shown for word in ("T", "share", "a", "b", "0.4"))


def test_bounds_reach_from_lower_to_upper() -> None:
    """With bounds the amount stands to the right of the upper one."""
    figure = bars.horizontal(
        ["a"], {"": [2.0]}, title="T", xlabel="x", written=lambda value: f"{value:g}", spread=[(1.0, 5.0)]
    )
    (note,) = figure.axes[0].texts
    assert note.xy == pytest.approx((5.0, 0.0))  # type: ignore[attr-defined]
