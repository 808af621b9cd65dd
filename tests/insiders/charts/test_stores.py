"""Figures of several levels together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from insiders.charts import stores
from insiders.forecasting import growth
from insiders.language import language
from tests.insiders.charts.drawn import texts

DAYS = pd.date_range("2023-01-02", periods=7 * 60)
AHEAD = pd.date_range(DAYS[-1] + pd.Timedelta(days=1), periods=14)


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two stores, one that should sell twice what it did, one half."""
    sold, said = [], []
    for series, factor in (("North", 2.0), ("South", 0.5)):
        facts = {"level": "store", "series": series}
        sold.append(pd.DataFrame({**facts, "date": DAYS, "value": 10.0, "unit": "pieces"}))
        bounds = {"mean": 10 * factor, "lower": 5 * factor, "upper": 15 * factor, "coverage": 0.8}
        said.append(pd.DataFrame({**facts, "date": AHEAD, "model": "ets", **bounds}))
    return pd.concat(sold), pd.concat(said)


def grown() -> pd.DataFrame:
    """What that means beside a year earlier, with bounds."""
    made = growth.growth(*tables())
    return made.assign(change_lower=made["change"] - 0.2, change_upper=made["change"] + 0.2)


def test_each_store_has_a_panel_with_the_year_before() -> None:
    """Its name, and lines of what was sold a year earlier, lately, and what is expected; the axis names the unit."""
    figure = stores.of_level(*tables(), "store", language())
    assert {"North", "South", "pieces a day"} <= set(texts(figure).splitlines())
    assert [text.get_text() for text in figure.legends[0].get_texts()][::3] == [
        "52 weeks earlier",
        "80% bounds of a day",
    ]
    before, sold, said = figure.axes[0].get_lines()
    assert np.max(sold.get_xdata()) < np.min(said.get_xdata())
    assert np.max(before.get_xdata()) <= np.max(said.get_xdata())


def test_growth_is_drawn_by_series() -> None:
    """Twice as much is a bar to 100 %, half as much one to -50 %."""
    axes = stores.change(grown(), language()).axes[0]
    assert sorted(bar.get_width() for bar in axes.patches) == [-0.5, 1.0]  # type: ignore[attr-defined]


def test_what_multiplied_is_told_in_pieces() -> None:
    """Its bar ends at twice as much again, and says what became what."""
    figure = stores.change(grown().assign(change=[150.0, -0.5]), language())
    assert "280 after 140" in texts(figure)
    assert max(bar.get_width() for bar in figure.axes[0].patches) == growth.MANIFOLD  # type: ignore[attr-defined]


def test_a_level_that_is_not_there_is_said() -> None:
    """A figure with the reason, and no axes."""
    assert "no level categories" in texts(stores.of_level(*tables(), "category", language()))
    assert "a whole year ago" in texts(stores.change(grown().assign(change=np.nan), language()))
