"""How unequally revenue is spread."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.exploration.pareto import gini, groups_for, lorenz, pareto, top_count, top_share
from insiders.sources import load
from insiders.transactions import prepare
from tests.insiders.small_shop import prepared

BOOKS = prepared(
    {"product": "10001", "quantity": 6, "unit_price": 10.0},
    {"product": "10002", "quantity": 2, "unit_price": 10.0},
    {"product": "10003", "quantity": 1, "unit_price": 10.0},
    {"product": "10003", "quantity": 1, "unit_price": 10.0},
    {"product": "10002", "quantity": -2, "unit_price": 10.0},
)


def test_ranking_by_hand() -> None:
    """Products stand by gross revenue, with their shares summed up; returns take nothing off."""
    ranked = pareto(BOOKS, "product")
    assert ranked["product"].tolist() == ["10001", "10002", "10003"]
    assert ranked["share"].tolist() == pytest.approx([0.6, 0.2, 0.2])
    assert ranked["cumulative_share"].tolist() == pytest.approx([0.6, 0.8, 1.0])
    assert ranked["items"].tolist() == [6, 2, 2]


def test_top_share_and_count() -> None:
    """The top fifth is rounded up to whole groups, and 80 % need the two best."""
    ranked = pareto(BOOKS, "product")
    assert top_share(ranked) == pytest.approx(0.6)
    assert groups_for(ranked, 0.8) == 2
    assert [top_count(n) for n in (1, 5, 6, 10, 3_646)] == [1, 1, 2, 2, 730]


def test_groups_the_source_does_not_know() -> None:
    """Without categories the table is empty, and asking for its top is an error."""
    empty = pareto(BOOKS, "category")
    assert empty.empty
    with pytest.raises(AnalysisError):
        top_share(empty)


@pytest.mark.parametrize(("values", "expected"), [([1, 1, 1, 1], 0.0), ([0, 0, 0, 1], 0.75), ([1, 3], 0.25)])
def test_gini_by_hand(values: list[float], expected: float) -> None:
    """Equality is 0; everything in one of n is 1 - 1/n."""
    assert gini(pd.Series(values)) == pytest.approx(expected)


def test_lorenz_runs_from_nothing_to_everything() -> None:
    """The curve begins at (0, 0), ends at (1, 1) and lies below the diagonal."""
    curve = lorenz(pd.Series([5.0, 1.0, 2.0]))
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == [1, 1]
    assert (curve["value_share"] <= curve["group_share"] + 1e-12).all()


def test_lorenz_refuses_negative_values() -> None:
    """A curve of shares has no meaning where values are below zero."""
    with pytest.raises(AnalysisError):
        lorenz(pd.Series([1.0, -1.0]))


def test_the_real_shop(real_data: Path) -> None:
    """The top fifth of the products of identified buyers makes 77.7 % of their revenue."""
    raw = load("uci:online-retail", places=[real_data]).transactions
    ranked = pareto(prepare(raw, min_days=1).transactions, "product")
    assert len(ranked) == 3_646
    assert top_share(ranked) == pytest.approx(0.777, abs=0.0005)
