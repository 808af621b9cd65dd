"""What was known on a day, and which days can judge."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders.customers import quarters
from insiders.customers.in_memory import Loaded
from insiders.errors import AnalysisError
from insiders.prospects import known
from tests.insiders.prospects.shop import history, lines


def test_nothing_later_is_known() -> None:
    """Lines after the day change nothing of what was known, and are what is judged by."""
    books = lines()
    day = quarters.end_of(books) - pd.Timedelta(days=60)
    then, cut = known.at(history(), day), known.at(Loaded(books[books["time"] < day]), day)
    pd.testing.assert_frame_equal(then.customers, cut.customers)
    assert then.model.purchases.parameters == cut.model.purchases.parameters
    after = books[(books["time"] >= day) & (books["time"] < day + pd.Timedelta(days=30))]
    came = set(after.loc[after["kind"] == "purchase", "customer_id"])
    assert then.bought(30).tolist() == [name in came for name in then.customers["customer_id"]]
    assert not cut.bought(30).any()


def test_a_day_is_judged_by_what_was_over_before_it() -> None:
    """Every day that judges has its own days behind it, and learns from days whose days were over by then."""
    cuts = known.earlier(history())
    assert len(cuts) <= known.MOST
    for cut, finished in known.judged_days(cuts, 90):
        assert cut.over(90)
        assert finished
        assert all(past.day + pd.Timedelta(days=90) <= cut.day for past in finished)


def test_too_short_a_history() -> None:
    """Where no day can be judged the reason is said."""
    books = lines()
    end = books["time"].max()
    for days in (60, 150):
        with pytest.raises(AnalysisError, match="days"):
            known.judged_days(known.earlier(Loaded(books[books["time"] > end - pd.Timedelta(days=days)])), 90)
