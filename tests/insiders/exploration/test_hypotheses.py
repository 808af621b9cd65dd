"""Hypotheses and their verdicts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.exploration.cohorts import months_active
from insiders.exploration.hypotheses import (
    COHORT_WINDOW,
    NOT_SHOWN,
    REVERSED,
    SLIGHT,
    SUPPORTED,
    UNTESTABLE,
    Hypothesis,
    cohort_hypothesis,
    customer_hypotheses,
    month_hypothesis,
    verdicts,
)
from tests.insiders.small_shop import prepared

RANDOM = np.random.default_rng(5)
NOISE = pd.Series(RANDOM.normal(size=4_000))


def hypothesis(group: pd.Series, other: pd.Series) -> Hypothesis:
    """A claim that the group stands above the other."""
    return Hypothesis("the group is above", "height in metres", group, other, "it is generated")


@pytest.mark.parametrize(
    ("shift", "size", "verdict"),
    [(1.0, 200, SUPPORTED), (-1.0, 200, REVERSED), (0.15, 4_000, SLIGHT), (0.0, 200, NOT_SHOWN)],
)
def test_verdicts(shift: float, size: int, verdict: str) -> None:
    """A claim is supported by a clear effect of its sign only; a tiny one is negligible however small its p."""
    other = pd.Series(np.random.default_rng(6).normal(size=size))
    (row,) = verdicts([hypothesis(NOISE[:size] + shift, other)]).to_dict("records")
    assert row["verdict"] == verdict


def test_a_group_that_is_not_there() -> None:
    """Without a group the claim cannot be tested, and it does not count among the tests that are corrected for."""
    found = verdicts([hypothesis(NOISE[:0], NOISE), hypothesis(NOISE[:50] + 1, NOISE[50:100])])
    assert found["verdict"].tolist() == [UNTESTABLE, SUPPORTED]
    assert found["p_holm"].iloc[1] == found["p"].iloc[1]


def test_p_values_are_corrected() -> None:
    """Two tests of the same p value are both doubled."""
    same = hypothesis(NOISE[:50] + 0.4, NOISE[50:100])
    found = verdicts([same, same])
    assert found["p_holm"].tolist() == pytest.approx((2 * found["p"]).tolist())


def test_no_customer_hypothesis_uses_what_made_its_groups() -> None:
    """The groups differ in the flag, the country or the basket; what is compared is something else."""
    customers = pd.DataFrame(
        {
            "is_wholesale": [True, False, False, False],
            "country": ["France", "Spain", "Spain", "Spain"],
            "avg_basket_products": [1.0, 2.0, 3.0, 4.0],
            "return_share": [0.1, 0.2, 0.3, 0.4],
            "avg_ticket": [11.0, 12.0, 13.0, 14.0],
            "avg_gap_days": [21.0, 22.0, 23.0, 24.0],
        }
    )
    wholesale, abroad, wide = customer_hypotheses(customers)
    assert wholesale.group.tolist() == [0.1]
    assert "Spain" in abroad.claim
    assert abroad.group.tolist() == [11.0]
    assert wide.group.tolist() == [23.0, 24.0]


def test_cohorts() -> None:
    """The first month's customers are held against those who came later, each over the same months."""
    books = prepared(
        {"customer_id": "1", "time": "2024-01-03"},
        {"customer_id": "1", "time": "2024-02-03"},
        {"customer_id": "1", "time": "2024-04-03"},
        {"customer_id": "2", "time": "2024-02-05"},
        {"customer_id": "3", "time": "2024-03-05"},
    )
    found = cohort_hypothesis(months_active(books, COHORT_WINDOW, pd.Timestamp("2024-05-01")))
    assert found.group.tolist() == pytest.approx([2 / 3])
    assert found.other.tolist() == [0.0]


def test_month_per_open_day() -> None:
    """Closed days count on neither side."""
    daily = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-10-31", "2024-11-01", "2024-11-02"]),
            "revenue": [5.0, 9.0, 0.0],
            "is_open": [True, True, False],
        }
    )
    found = month_hypothesis(daily)
    assert (found.group.tolist(), found.other.tolist()) == ([9.0], [5.0])
