"""Cohorts and who buys again."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from insiders.exploration.cohorts import cohort_retention, cohort_revenue, mean_retention, months_active
from tests.insiders.small_shop import prepared

BOOKS = prepared(
    {"customer_id": "1", "time": "2023-12-20"},
    {"customer_id": "1", "time": "2024-01-02"},
    {"customer_id": "1", "time": "2024-02-02"},
    {"customer_id": "2", "time": "2023-12-21"},
    {"customer_id": "2", "time": "2024-02-10"},
    {"customer_id": "2", "time": "2024-01-10", "quantity": -1},
    {"customer_id": "3", "time": "2024-01-15"},
    {"customer_id": "3", "time": "2024-02-28"},
    {"customer_id": "4", "time": "2024-01-16"},
)


def test_retention_by_hand() -> None:
    """Months are counted over the turn of the year, and a return is no activity."""
    rows = cohort_retention(BOOKS).to_dict("records")
    found = [(row["cohort"].month, row["months_since"], row["customers"], row["active"]) for row in rows]
    assert found == [(12, 0, 2, 2), (12, 1, 2, 1), (12, 2, 2, 2), (1, 0, 2, 2), (1, 1, 2, 1)]
    assert [row["retention"] for row in rows] == [1.0, 0.5, 1.0, 1.0, 0.5]


def test_a_partial_month_is_left_out() -> None:
    """No cohort is judged by a month after the last whole one."""
    table = cohort_retention(BOOKS, pd.Timestamp("2024-01-01"))
    assert table.groupby("cohort")["months_since"].max().tolist() == [1, 0]


def test_revenue_of_a_cohort_is_gross() -> None:
    """Each month has the value of what the cohort bought in it, and a return takes nothing off."""
    table = cohort_revenue(BOOKS)
    bought = BOOKS[BOOKS["kind"] == "purchase"]
    assert table["revenue"].sum() == bought["revenue"].sum()
    february = bought[(bought["time"] >= "2024-02-01") & bought["customer_id"].isin(["1", "2"])]
    row = table[(table["cohort"] == "2023-12-01") & (table["months_since"] == 2)]
    assert row["revenue"].tolist() == [february["revenue"].sum()]


def test_mean_retention_weighs_customers() -> None:
    """The mean over cohorts counts customers, not cohorts; where no cohort is old enough there is none."""
    table = cohort_retention(BOOKS)
    assert mean_retention(table, 1) == pytest.approx(2 / 4)
    assert math.isnan(mean_retention(table, 9))


def test_months_active_needs_the_whole_window() -> None:
    """Only customers whose months after the first have all passed are counted."""
    active = months_active(BOOKS, 2, pd.Timestamp("2024-02-01")).set_index("customer_id")
    assert active["share_active"].to_dict() == {"1": 1.0, "2": 0.5}
