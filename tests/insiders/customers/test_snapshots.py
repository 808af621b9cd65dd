"""Snapshots: what was known on a day, and nothing that came after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from insiders.customers.in_memory import Loaded
from insiders.customers.snapshots import before, bet_days, customers_at, later_revenue, snapshots
from insiders.errors import AnalysisError
from tests.insiders.small_shop import prepared

DAY = pd.Timestamp("2024-07-01")


def shop(*more: dict[str, object]) -> pd.DataFrame:
    """Five customers who buy one to five pieces at 1.00 on the 3rd of every month of 2024."""
    months = pd.date_range("2024-01-03", "2024-12-03", freq="MS") + pd.Timedelta(days=2)
    lines = [
        {"customer_id": str(number), "time": str(day), "quantity": number, "invoice": f"{number}-{day:%m}"}
        for number in range(1, 6)
        for day in [pd.Timestamp("2024-01-03"), *months]
    ]
    return prepared(*({"unit_price": 1.0, **line} for line in (*lines, *more)))


def one(transactions: pd.DataFrame, day: pd.Timestamp = DAY) -> pd.DataFrame:
    return next(iter(snapshots(Loaded(transactions), [day]))).customers


def test_the_future_changes_nothing() -> None:
    """Whatever is booked from the day on, known customers and lessons are the same."""
    later = {"customer_id": "1", "time": "2024-07-01", "quantity": 10_000, "unit_price": 1.0}
    new = {"customer_id": "9", "time": "2024-07-02", "quantity": 5, "unit_price": 1.0}
    plain, told = (next(iter(snapshots(Loaded(rows), [DAY]))) for rows in (shop(), shop(later, new)))
    assert_frame_equal(plain.customers, told.customers)
    assert_frame_equal(plain.lessons(), told.lessons())
    assert len(plain.lessons()) > 0


def test_a_purchase_cancelled_later_is_still_a_purchase() -> None:
    """What a cancellation after the day netted was a purchase then; netted before the day it stays netted."""
    pair = {"customer_id": "1", "product": "20002", "unit_price": 7.0, "kind": "netted"}
    bought = {**pair, "time": "2024-06-20", "quantity": 100, "invoice": "a"}
    late, soon = ({**pair, "time": time, "quantity": -100, "invoice": "Ca"} for time in ("2024-07-02", "2024-06-28"))
    revenue = {name: one(shop(bought, end))["gross_revenue"].iloc[0] for name, end in (("late", late), ("soon", soon))}
    assert revenue["late"] == revenue["soon"] + 700
    assert before(shop(bought, late), DAY)["kind"].value_counts().get("netted", 0) == 0
    assert before(shop(bought, soon), DAY)["kind"].eq("netted").sum() == 2


def test_lessons_were_over_by_then() -> None:
    """Every lesson's period ends at or before the day, and tells what its customers brought in it."""
    lessons = next(iter(snapshots(Loaded(shop()), [DAY], days=90))).lessons()
    assert lessons["day"].max() == DAY - pd.Timedelta(days=90)
    assert lessons["day"].min() >= pd.Timestamp("2024-02-02")
    third = lessons[(lessons["day"] == DAY - pd.Timedelta(days=90)) & (lessons["customer_id"] == "3")]
    assert third["later_revenue"].tolist() == [9.0]


def test_no_lessons_from_a_short_history() -> None:
    """Where no earlier period is over, the lessons are empty and have their columns."""
    early = next(iter(snapshots(Loaded(shop()), [pd.Timestamp("2024-04-01")])))
    assert early.lessons().empty
    assert {"later_revenue", "day", *early.customers.columns} == set(early.lessons().columns)


def test_who_takes_part() -> None:
    """Customers with fewer purchase days before the day than asked for are not there to choose from."""
    once = {"customer_id": "8", "time": "2024-06-30", "quantity": 1}
    known = shop(once)
    assert "8" not in set(customers_at(known, DAY)["customer_id"])
    assert "8" in set(customers_at(known, DAY, least_days=1)["customer_id"])


def test_lately() -> None:
    """Windows end the day before, purchases fade by half in 180 days, and the rate is per day known."""
    rows = prepared(
        {"customer_id": "1", "time": DAY - pd.Timedelta(days=180), "quantity": 64, "unit_price": 1.0},
        {"customer_id": "1", "time": DAY - pd.Timedelta(days=60), "quantity": 8, "unit_price": 1.0, "invoice": "b"},
    )
    found = customers_at(rows, DAY).iloc[0]
    assert found[["revenue_30", "revenue_90", "revenue_180", "invoices_90"]].tolist() == [0, 8, 72, 1]
    assert found["faded_revenue"] == pytest.approx(32 + 8 * 2 ** (-1 / 3))
    assert found["revenue_rate"] == pytest.approx(72 / 179)


def test_later_revenue_is_net_and_ends() -> None:
    """Returns are taken off, the last day counts, the next does not, and who stayed away brought nothing."""
    rows = prepared(
        {"customer_id": "1", "time": "2024-07-01 00:00", "quantity": 10, "unit_price": 1.0},
        {"customer_id": "1", "time": "2024-07-05", "quantity": -3, "unit_price": 1.0},
        {"customer_id": "1", "time": "2024-07-10 23:59", "quantity": 1, "unit_price": 1.0},
        {"customer_id": "1", "time": "2024-07-11", "quantity": 100, "unit_price": 1.0},
        {"customer_id": "2", "time": "2024-06-30", "quantity": 100, "unit_price": 1.0},
    )
    asked = pd.Series(["2", "1"], index=[7, 3])
    found = later_revenue(rows, asked, DAY, 10)
    assert found.to_dict() == {7: 0.0, 3: 8.0}


def test_bet_days() -> None:
    """The last period ends with the data, the days are evenly apart, and a history that is too short is refused."""
    days = bet_days(Loaded(shop()), number=3, days=90, step=30)
    assert days[-1] + pd.Timedelta(days=90) == pd.Timestamp("2024-12-04")
    assert np.unique(np.diff(np.array(days, "datetime64[D]"))).tolist() == [np.timedelta64(30, "D")]
    with pytest.raises(AnalysisError, match="fewer bets"):
        bet_days(Loaded(shop()), number=8, days=90, step=30)
