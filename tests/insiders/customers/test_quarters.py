"""Customers at a cut and their next quarter."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from insiders import demo_shop
from insiders.customers import quarters, snapshots
from insiders.customers.in_memory import Loaded
from insiders.errors import AnalysisError
from insiders.transactions import prepare
from tests.insiders.small_shop import prepared


@lru_cache(maxsize=1)
def shop() -> pd.DataFrame:
    """Prepared transactions of a generated shop; do not change them."""
    return prepare(demo_shop.generate(customers=350, seed=7, quirks=False)).transactions


def test_nothing_later_is_known_at_a_cut() -> None:
    """Features at a cut are the same whether the rows after it are there, are gone, or are ten times as large."""
    cut = quarters.cuts(Loaded(shop()))[-1]
    late = shop()["time"] >= cut
    louder = shop().assign(revenue=shop()["revenue"].where(~late, shop()["revenue"] * 10))
    known = snapshots.customers_at(shop(), cut)
    pd.testing.assert_frame_equal(known, snapshots.customers_at(louder, cut))
    pd.testing.assert_frame_equal(known, snapshots.customers_at(shop()[~late], cut))


def test_a_cancellation_that_comes_later_is_not_known() -> None:
    """A purchase that is only netted after the cut counts at it."""
    line = {"quantity": 5, "unit_price": 4.0}
    rows = [
        {"time": "2024-01-01", **line},
        {"time": "2024-02-01", **line},
        {"time": "2024-03-01 09:00", **line, "kind": "netted", "invoice": "7", "product": "20002"},
        {
            "time": "2024-03-09",
            "quantity": -5,
            "unit_price": 4.0,
            "kind": "netted",
            "invoice": "C8",
            "product": "20002",
        },
    ]
    at = {day: snapshots.customers_at(prepared(*rows), pd.Timestamp(day)) for day in ("2024-03-05", "2024-03-10")}
    assert [table["gross_revenue"].tolist() for table in at.values()] == [[60.0], [40.0]]


def test_the_target_is_the_top_tenth_of_later_revenue() -> None:
    """One in ten is high, none of them brought less than another, and features are never the target."""
    table = quarters.examples(Loaded(shop()), quarters.cuts(Loaded(shop()))[-2:])
    for _, part in table.groupby("cut"):
        assert part["high"].sum() == np.ceil(0.1 * len(part))
        assert part.loc[part["high"], "later"].min() >= part.loc[~part["high"], "later"].max()
        assert (part.loc[part["high"], "later"] > 0).all()


def test_who_brings_nothing_is_never_of_high_value() -> None:
    """In a quarter without sales nobody is high, however few there are."""
    rows = [{"time": time, "customer_id": str(one)} for one in range(20) for time in ("2024-01-01", "2024-02-01")]
    table = quarters.examples(Loaded(prepared(*rows, {"time": "2024-08-01"})), [pd.Timestamp("2024-04-01")])
    assert len(table) == 20
    assert not table["high"].any()


def test_cuts_leave_whole_periods() -> None:
    """The last cut has its whole period, the first has 90 days of history, and they are equally far apart."""
    found = quarters.cuts(Loaded(shop()), days=60, spacing=45)
    assert found[-1] + pd.Timedelta(days=60) == quarters.end_of(shop())
    assert (found[0] - shop()["time"].min()).days >= quarters.LEAST_HISTORY - 1
    assert set(np.diff(np.array(found))) == {np.timedelta64(45, "D")}


def test_a_short_history_is_refused() -> None:
    """Where no cut has its period, the error says what is needed."""
    with pytest.raises(AnalysisError, match="90 days of transactions before"):
        quarters.cuts(Loaded(prepared({"time": "2024-01-01"}, {"time": "2024-04-01"})))


def test_scores_are_ranks_within_a_cut() -> None:
    """Scaling all amounts of one cut changes no score, and what is missing stands in the middle."""
    table = quarters.examples(Loaded(shop()), quarters.cuts(Loaded(shop()))[-2:])
    last = table["cut"] == table["cut"].max()
    scaled = table.assign(gross_revenue=table["gross_revenue"].where(~last, table["gross_revenue"] * 7))
    pd.testing.assert_frame_equal(quarters.normal_scores(table), quarters.normal_scores(scaled))
    holes = table.assign(avg_gap_days=np.nan)
    assert (quarters.normal_scores(holes)["avg_gap_days"] == 0).all()
