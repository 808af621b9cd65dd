"""The generated retailer."""

from __future__ import annotations

import time
from datetime import date

import pandas as pd
import pytest

from insiders import demo_shop, handoff, transactions
from insiders.columns import RAW
from insiders.customers.features import features
from insiders.demo_shop.catalogue import STORES
from insiders.demo_shop.shop import LAST_DAY


@pytest.fixture(scope="module")
def clean() -> pd.DataFrame:
    """A shop of ordinary size without quirks."""
    return demo_shop.generate(quirks=False)


def test_the_same_seed_gives_the_same_shop() -> None:
    """A seed decides everything; another seed gives another shop."""
    one, same, other = (demo_shop.generate(customers=50, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


@pytest.mark.parametrize("customers", [1, 2, 20])
def test_any_size(customers: int) -> None:
    """Also the smallest shop has rows in the raw columns, with the quirks planted."""
    rows = demo_shop.generate(customers=customers, seed=3)
    assert list(rows) == [*RAW]
    assert rows["customer_id"].nunique() <= customers
    assert rows["invoice"].str.startswith("C").any()


def test_rows_stand_in_the_order_of_time(clean: pd.DataFrame) -> None:
    """Time never decreases, all days are within the period, and the shop is closed on Saturdays."""
    assert clean["time"].is_monotonic_increasing
    assert clean["time"].max() < pd.Timestamp(LAST_DAY) + pd.Timedelta(days=1)
    assert clean["time"].min() > pd.Timestamp(LAST_DAY) - pd.Timedelta(days=730)
    assert not clean["time"].dt.dayofweek.eq(5).any()


def test_period_as_asked() -> None:
    """Days and last day bound the rows."""
    rows = demo_shop.generate(customers=30, days=60, last_day=date(2020, 6, 30), quirks=False)
    assert rows["time"].between("2020-05-02", "2020-07-01").all()


def test_an_invoice_has_one_customer_time_and_store(clean: pd.DataFrame) -> None:
    """Without quirks an invoice is one purchase of one customer in one store."""
    assert clean.groupby("invoice")[["customer_id", "time", "store"]].nunique().eq(1).all(axis=None)
    assert set(clean["store"]) == set(STORES)


def test_customers_differ(clean: pd.DataFrame) -> None:
    """Rates and spending are spread as in real shops: most buy seldom, a fifth makes more than half of the revenue."""
    table = features(transactions.prepare(clean, min_days=1).transactions)
    assert table["n_invoices"].median() < 0.8 * table["n_invoices"].mean()
    best = table["gross_revenue"].nlargest(len(table) // 5).sum()
    assert best > 0.5 * table["gross_revenue"].sum()
    assert table["recency_days"].quantile(0.9) > 300


def test_seasons_show(clean: pd.DataFrame) -> None:
    """Christmas goods sell before Christmas, garden goods in spring."""
    month = clean["time"].dt.month
    pieces = clean.groupby(["category", month])["quantity"].sum().unstack().fillna(0)
    spring, autumn = pieces[[4, 5]].sum(axis=1), pieces[[10, 11]].sum(axis=1)
    assert autumn["Christmas"] > 3 * spring["Christmas"]
    assert spring["Garden"] > autumn["Garden"]


@pytest.mark.parametrize("preset", ["strict", "classic"])
def test_the_shop_goes_through_preparation(preset: str) -> None:
    """Both presets turn the generated shop into tables that meet their contracts."""
    rows = demo_shop.generate(customers=100).dropna(subset=["invoice", "product", "time", "quantity", "unit_price"])
    rows = rows[rows["quantity"].mod(1).eq(0) & rows["unit_price"].lt(1e6)].astype({"quantity": "int64"})
    prepared = transactions.prepare(rows, preset=preset)
    handoff.check("transactions", prepared.transactions)
    handoff.check("ladder", prepared.ladder)
    table = handoff.check("customers", features(prepared.transactions))
    assert table["main_category_share"].notna().all()
    assert len(table) > 30


def test_a_large_shop_takes_seconds() -> None:
    """300,000 rows are generated at more than 50,000 a second."""
    start = time.perf_counter()
    rows = demo_shop.generate(customers=11_000)
    seconds = time.perf_counter() - start
    assert len(rows) > 280_000
    assert len(rows) / seconds > 50_000
