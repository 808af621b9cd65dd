"""Lines in memory and lines in files give the same customers on every day, and what they did afterwards."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from insiders import demo_shop, handoff, transactions
from insiders.customers import on_disk
from insiders.customers.in_memory import Loaded
from insiders.customers.on_disk import Counted
from insiders.customers.snapshots import before, snapshots
from insiders.errors import AnalysisError

MONTH = pd.Timedelta(days=30)
DAYS = [0, 1, 4]
"""Months before the end at which customers are counted."""


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose lines are undone, brought back, bought abroad, and spread over two days of one invoice."""
    folder = tmp_path_factory.mktemp("run")
    raw = demo_shop.generate(customers=150, seed=5, quirks=False)
    end = raw["time"].max()
    parts = [raw]
    for nth, days, mark, share in ((7, 12, "C", 1), (11, 25, "C", 1), (5, 3, "CC", 2)):
        some = raw.iloc[::nth]
        later = some["time"] + pd.Timedelta(days=days)
        undone = some.assign(invoice=mark + some["invoice"], time=later, quantity=-(some["quantity"] // share))
        parts.append(undone[undone["quantity"] < 0])
    abroad = raw["customer_id"].isin(raw["customer_id"].unique()[::9]) & (raw.index % 2 == 0)
    parts.append(raw[abroad].assign(country="Portugal", invoice="P" + raw["invoice"]))
    parts.append(raw.iloc[::13].assign(time=raw["time"] + pd.Timedelta(days=1), product="P1"))
    rows = pd.concat(parts, ignore_index=True)
    prepared = transactions.prepare(rows[rows["time"] <= end], min_days=1).transactions
    bought = prepared[prepared["kind"] == "purchase"]
    days = bought["time"].dt.normalize().groupby(bought["customer_id"]).nunique()
    often = prepared["customer_id"].isin(days.index[days >= 2])
    for table, some in (("transactions", prepared[often]), ("once", prepared[~often])):
        handoff.write(folder, table, some.reset_index(drop=True))
    return folder


@pytest.fixture(scope="module")
def both(run_folder: Path) -> tuple[Loaded, Counted]:
    """The run, held both ways, in files by parts of the customers."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(on_disk, "AT_ONCE", 2_000)
        counted = Counted(run_folder)
        counted.customers_at(counted.end)
    return Loaded(handoff.everybody(run_folder, handoff.DEEDS)), counted


def test_the_lines_are_of_every_kind(both: tuple[Loaded, Counted]) -> None:
    """Some lines are netted, and on most of the days looked at some of these are not netted yet."""
    rows, end = both[0].lines, both[0].end
    assert set(rows["kind"]) == {"purchase", "return", "netted"}
    for months in DAYS[1:]:
        known = before(rows, end - months * MONTH)
        assert (known["kind"] != rows.loc[known.index, "kind"]).any()
    assert rows[rows["kind"] == "purchase"].groupby("customer_id")["country"].nunique().max() == 2


@pytest.mark.parametrize("months", [-1, *DAYS])
def test_customers_of_a_day_are_the_same(both: tuple[Loaded, Counted], months: int) -> None:
    """All features, all histories, what came later and who bought, among all and among those who came back."""
    loaded, counted = both
    day = loaded.end - months * MONTH
    for least in (1, 2):
        ours, theirs = (history.customers_at(day, least) for history in (counted, loaded))
        assert_frame_equal(ours, theirs, rtol=1e-9, atol=1e-9, check_dtype=False)
    names = theirs["customer_id"].sample(frac=1, random_state=1)
    assert_frame_equal(counted.histories(day), loaded.histories(day), rtol=1e-9, check_index_type=False)
    for days in (30, 90):
        revenue = [history.later_revenue(names, day, days) for history in (counted, loaded)]
        assert_series_equal(revenue[0], revenue[1], rtol=1e-9, atol=1e-9)
        assert counted.bought(names, day, days).equals(loaded.bought(names, day, days))


def test_a_snapshot_is_the_same(both: tuple[Loaded, Counted]) -> None:
    """What policies see of a day: customers, histories, and the lessons of earlier days."""
    day = both[0].end - 3 * MONTH
    theirs, ours = (next(iter(snapshots(history, [day]))) for history in both)
    assert theirs.lessons()["day"].nunique() > 2
    assert_frame_equal(ours.lessons(), theirs.lessons(), rtol=1e-9, atol=1e-9, check_dtype=False)
    assert_frame_equal(ours.buying(), theirs.buying(), rtol=1e-9, check_index_type=False)


def test_the_span_is_the_same(both: tuple[Loaded, Counted]) -> None:
    """First line and end."""
    loaded, counted = both
    assert (counted.first, counted.end) == (loaded.first, loaded.end)


def test_before_the_first_purchase_there_is_nobody(both: tuple[Loaded, Counted]) -> None:
    """Both say so in the same words."""
    for history in both:
        with pytest.raises(AnalysisError, match="there is no purchase"):
            history.customers_at(history.first.normalize())
