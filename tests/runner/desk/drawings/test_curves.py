"""Curves and their axes."""

from __future__ import annotations

import math

import pytest

from runner.desk.drawings import curves


def test_values_stand_from_left_to_right_and_high_ones_above() -> None:
    """The least stands at the bottom, the greatest at the top, within the edges."""
    spots = curves.spots([1.0, 3.0, 2.0], (108.0, 28.0))
    assert [(spot.x, spot.y) for spot in spots] == [(4.0, 24.0), (54.0, 4.0), (104.0, 14.0)]


@pytest.mark.parametrize("values", [[5.0], [5.0, 5.0], [1e308, -1e308], [0.0, 5e-324]])
def test_odd_values_stand_within_the_drawing(values: list[float]) -> None:
    """Equal, huge and tiny values make no point outside of it."""
    assert all(0 <= spot.x <= 120 and 0 <= spot.y <= 26 for spot in curves.spots(values, curves.SMALL))


def test_marks_are_round_and_within_bounds() -> None:
    """An axis has some round values of its range, and one where there is no range."""
    assert [mark.text for mark in curves.marks(0.13, 0.52, 260)] == ["0.2", "0.3", "0.4", "0.5"]
    assert [mark.text for mark in curves.marks(2, 2, 260)] == ["2"]
    assert curves.marks(-1e308, 1e308, 260)
    assert not math.isnan(curves.marks(0, 5e-324, 260)[0].at)
