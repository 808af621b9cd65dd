"""Figures of the exploration: what is drawn is what the table says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.container import BarContainer

from insiders import demo_shop
from insiders.charts import exploration, style
from insiders.customers.features import features
from insiders.exploration.shapes import feature_shapes, rank_correlation
from insiders.transactions import prepare

style.use()


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """Customers of a small generated shop."""
    return features(prepare(demo_shop.generate(customers=80, seed=2, quirks=False)).transactions)


def test_ladder_bars() -> None:
    """Bars are as long as rows and customers are many, the first step on top."""
    steps = pd.DataFrame({"step": ["all", "known"], "rows": [1_000, 600], "customers": [9, 9]})
    figure = exploration.ladder(steps)
    rows, customers = figure.axes
    (bars,) = [container for container in rows.containers if isinstance(container, BarContainer)]
    assert [bar.get_width() for bar in bars] == [1_000, 600]
    assert rows.yaxis_inverted()
    assert (rows.get_xlabel(), customers.get_xlabel()) == ("rows left", "customers left")


def test_distributions_mark_median_and_mean(people: pd.DataFrame) -> None:
    """Every panel is logarithmic, counts all customers, and marks its median and mean."""
    figure = exploration.distributions(people, "€")
    assert len(figure.axes) == len(exploration.UNITS)
    for axes, feature in zip(figure.axes, exploration.UNITS, strict=True):
        values = people[feature].dropna()
        marks = [np.asarray(line.get_xdata())[0] for line in axes.lines]
        assert axes.get_xscale() == "log"
        assert sum(bar.get_height() for bar in axes.patches) == len(values)  # type: ignore[attr-defined]
        assert marks == pytest.approx([values.median(), values.mean()])


def test_correlation_has_its_numbers(people: pd.DataFrame) -> None:
    """Every cell says its correlation."""
    rho = rank_correlation(people)
    figure = exploration.correlation(rho)
    figure.draw_without_rendering()
    assert sorted(text.get_text() for text in figure.axes[0].texts) == sorted(f"{v:.2f}" for v in rho.to_numpy().flat)


def test_every_customer_is_a_dot(people: pd.DataFrame) -> None:
    """The scatter shows all customers at their ticket, with units on every axis."""
    figure = exploration.frequency_and_ticket(people, "€")
    axes, bar = figure.axes
    offsets = np.asarray(axes.collections[0].get_offsets())
    assert sorted(offsets[:, 1]) == pytest.approx(sorted(people["avg_ticket"]))
    assert axes.get_ylabel() == "mean revenue per invoice"
    assert bar.get_ylabel() == "days since the last purchase, plus one"


def test_shapes_before_and_after(people: pd.DataFrame) -> None:
    """Two dots per feature: its skewness as it is, and after the logarithm."""
    table = feature_shapes(people)
    lines = exploration.shapes(table).axes[0].lines
    np.testing.assert_allclose(np.asarray(lines[0].get_xdata(), dtype=float), table["skew"])
    np.testing.assert_allclose(np.asarray(lines[1].get_xdata(), dtype=float), table["skew_of_log"])


def test_effects_leave_out_what_was_not_tested() -> None:
    """A hypothesis without a test has no dot; the figure can be drawn with none at all."""
    row = {"claim": "A above B", "verdict": "supported", "delta": 0.4, "delta_lower": 0.2, "delta_upper": 0.6}
    untested = {"claim": "C above D", "verdict": "cannot be tested", "delta": np.nan}
    axes = exploration.effects(pd.DataFrame([row, untested])).axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["A above B\n(supported)"]
    exploration.effects(
        pd.DataFrame([{**untested, "delta_lower": np.nan, "delta_upper": np.nan}])
    ).draw_without_rendering()
