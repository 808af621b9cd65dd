"""The line that parts a group best."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders.rules.thresholds import best_threshold, best_thresholds

CUSTOMERS = pd.DataFrame(
    {
        "spent": [10.0, 20.0, 30.0, 15.0, 50.0, 60.0, 55.0],
        "away": [9.0, 8.0, 7.0, 2.0, None, 1.0, 9.0],
        "noise": [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0],
    }
)
MEMBER = pd.Series([False, False, True, False, True, True, False])


def test_line_by_hand() -> None:
    """At 30 all members are inside and three of four others outside; no other line does better."""
    line = best_threshold(CUSTOMERS, MEMBER, "spent")
    assert (line.value, line.at_least, line.inside, line.outside) == (30.0, True, 1.0, 0.75)


def test_a_line_from_above() -> None:
    """Where members stand low the line is an upper one, and who has no value is outside."""
    line = best_threshold(CUSTOMERS, pd.Series([False, False, False, True, False, True, False]), "away")
    assert (line.value, line.at_least, line.inside, line.outside) == (2.0, False, 1.0, 1.0)


def test_the_sharpest_first() -> None:
    """Lines stand in the order of how well they part."""
    lines = best_thresholds(CUSTOMERS, MEMBER, ("noise", "spent"))
    assert [line.feature for line in lines] == ["spent", "noise"]


def test_margin_is_a_share_of_the_line() -> None:
    """Twenty above a line of 30 is two thirds inside, ten below a third outside."""
    margin = best_threshold(CUSTOMERS, MEMBER, "spent").margin(CUSTOMERS)
    assert margin.tolist()[1:5] == pytest.approx([-1 / 3, 0.0, -1 / 2, 2 / 3])
