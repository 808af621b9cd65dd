"""Fifths of recency, frequency and value, and cohorts."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders.segments import quintiles


def people(count: int = 10) -> pd.DataFrame:
    """Customers of whom each later one is more recent, more frequent and more valuable."""
    days = pd.date_range("2024-01-15", periods=count, freq="30D")
    order = range(count)
    return pd.DataFrame(
        {
            "recency_days": [count - place for place in order],
            "n_invoices": [1 + place for place in order],
            "gross_revenue": [10.0 * place for place in order],
            "first_purchase": days,
        }
    )


def test_five_is_best_in_each() -> None:
    """Ten customers fall into fifths of two, the most recent, frequent and valuable in the fifth."""
    found = quintiles.quintiles(people())
    for name in ("recency", "frequency", "value"):
        assert found[name].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_equals_stand_together() -> None:
    """Customers who are equal are in the same fifth."""
    found = quintiles.quintiles(people().assign(n_invoices=3))
    assert found["frequency"].nunique() == 1


def test_segments_by_mean_fifth() -> None:
    """The segment of highest mean value stands first, with the share of its customers in the top fifth of all three."""
    segment = pd.Series(["low"] * 7 + ["high"] * 3)
    found = quintiles.by_segment(people(), segment)
    assert found.index.tolist() == ["high", "low"]
    assert found.loc["high", "top_share"] == pytest.approx(2 / 3)
    assert found.loc["low", "top_share"] == 0


def test_cohorts_add_up() -> None:
    """Every segment's customers are spread over the quarters of their first purchase."""
    segment = pd.Series(["a"] * 5 + ["b"] * 5)
    found = quintiles.cohorts(people(), segment)
    assert found.columns.tolist() == ["2024Q1", "2024Q2", "2024Q3", "2024Q4"]
    assert found.sum(axis=1).tolist() == pytest.approx([1, 1])
    assert found.loc["a", "2024Q1"] == pytest.approx(3 / 5)
