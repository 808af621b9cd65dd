"""Prepared transactions as one row per customer."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from insiders import handoff
from insiders.customers.features import features, is_wholesale
from insiders.errors import AnalysisError
from insiders.sources import load
from insiders.transactions import prepare
from tests.insiders.small_shop import prepared

BOOKS = prepared(
    {"invoice": "1", "time": "2024-03-01 09:00", "quantity": 4, "unit_price": 2.5},
    {"invoice": "1", "time": "2024-03-01 09:00", "quantity": 2, "unit_price": 5.0, "product": "10002"},
    {"invoice": "2", "time": "2024-03-05 18:00", "quantity": 6, "unit_price": 5.0, "product": "10002"},
    {"invoice": "C3", "time": "2024-03-11 12:00", "quantity": -1, "unit_price": 5.0, "product": "10002"},
    {"invoice": "4", "time": "2024-03-12 12:00", "quantity": 9, "unit_price": 9.0, "kind": "netted"},
    {"invoice": "C5", "time": "2024-03-12 12:05", "quantity": -9, "unit_price": 9.0, "kind": "netted"},
    {"invoice": "6", "time": "2024-03-20 12:00", "quantity": 1, "unit_price": 1.0, "customer_id": "12002"},
)


def row(table: pd.DataFrame, customer: str) -> dict[str, Any]:
    (record,) = table[table["customer_id"] == customer].to_dict("records")
    return {str(name): value for name, value in record.items()}


def test_every_feature_by_hand() -> None:
    """A customer with two purchases, a return and an order undone in full has the features counted by hand."""
    ann = row(features(BOOKS), "12001")
    assert ann["first_purchase"] == pd.Timestamp("2024-03-01 09:00")
    assert ann["last_purchase"] == pd.Timestamp("2024-03-05 18:00")
    assert (ann["recency_days"], ann["tenure_days"]) == (15, 19)
    assert (ann["n_invoices"], ann["n_purchase_days"], ann["n_items"], ann["n_products"]) == (2, 2, 12, 2)
    assert (ann["gross_revenue"], ann["net_revenue"]) == (50.0, 45.0)
    assert (ann["avg_ticket"], ann["avg_basket_items"], ann["avg_basket_products"]) == (25.0, 6.0, 1.5)
    assert ann["avg_unit_price"] == pytest.approx(50 / 12)
    assert ann["frequency"] == pytest.approx(2 / 5)
    assert ann["avg_gap_days"] == 5.0  # four days to the second purchase, six more to the return
    assert ann["std_gap_days"] == pytest.approx(np.sqrt(2))
    assert ann["gap_regularity"] == pytest.approx(np.sqrt(2) / 5)
    assert (ann["n_returns"], ann["q_returns"], ann["v_returns"]) == (2, 10, 86.0)
    assert ann["return_share"] == pytest.approx(0.1)
    assert ann["country"] == "France"


def test_one_purchase() -> None:
    """With one day of activity there is no gap, and without returns their features are 0."""
    bob = row(handoff.check("customers", features(BOOKS)), "12002")
    assert (bob["n_invoices"], bob["frequency"], bob["recency_days"]) == (1, 1.0, 0)
    assert np.isnan(bob["avg_gap_days"])
    assert np.isnan(bob["std_gap_days"])
    assert (bob["n_returns"], bob["v_returns"], bob["return_share"]) == (0, 0.0, 0.0)


def test_as_of_leaves_out_what_came_later() -> None:
    """Recency counts from the day given, and later rows, and customers who came only then, are not known yet."""
    table = features(BOOKS, as_of=date(2024, 3, 6))
    assert table["customer_id"].tolist() == ["12001"]
    ann = row(table, "12001")
    assert (ann["recency_days"], ann["n_returns"], ann["net_revenue"]) == (1, 0, 50.0)


def test_who_never_bought_is_no_customer() -> None:
    """A customer with returns alone has no row, and a table without purchases is refused."""
    rows = prepared({}, {"customer_id": "12002", "quantity": -1})
    assert features(rows)["customer_id"].tolist() == ["12001"]
    with pytest.raises(AnalysisError, match="no purchase"):
        features(rows[rows["kind"] == "return"])


def test_country_of_most_invoices() -> None:
    """Invoices are counted, not lines; of two countries with as many the later one counts."""
    lines = [{"invoice": "1", "product": f"1000{n}", "country": "Spain"} for n in range(5)]
    more = [{"invoice": "2", "country": "France"}, {"invoice": "3", "country": "France"}]
    assert features(prepared(*lines, *more))["country"].tolist() == ["France"]
    tie = [{"invoice": "1", "time": "2024-03-05", "country": "Spain"}, {"invoice": "2", "country": "France"}]
    assert features(prepared(*tie))["country"].tolist() == ["Spain"]


def test_main_category() -> None:
    """The category with most of the revenue and its share of all revenue; missing where there is none."""
    rows = prepared(
        {"quantity": 3, "category": "Toys"},
        {"quantity": 2, "category": "Home"},
        {"quantity": 5},
        {"customer_id": "12002"},
    )
    table = features(rows)
    assert table["main_category"].tolist() == ["Toys", pd.NA]
    assert table["main_category_share"].iloc[0] == pytest.approx(0.3)
    assert np.isnan(table["main_category_share"].iloc[1])


def test_wholesale_is_far_from_the_rest() -> None:
    """Who buys a thousand times what the others buy is flagged, by volume or by basket; alike customers are not."""
    sizes = pd.DataFrame({"n_items": [10, 12, 9, 14, 11, 12_000], "avg_basket_items": [2.0, 3, 2, 4, 2, 3]})
    assert is_wholesale(sizes).tolist() == [False] * 5 + [True]
    assert is_wholesale(sizes.assign(n_items=10, avg_basket_items=[2.0, 3, 2, 4, 2, 900])).tolist() == [False] * 5 + [
        True
    ]
    assert not is_wholesale(pd.DataFrame({"n_items": [5] * 9 + [50], "avg_basket_items": [5.0] * 10})).any()


def test_nothing_given_is_changed() -> None:
    """The transactions are as before."""
    before = BOOKS.copy()
    features(BOOKS)
    pd.testing.assert_frame_equal(BOOKS, before)


REFERENCE = {
    "gross_revenue": [2679.3830, 10108.0093, 6.20, 570.73, 1084.10, 2304.29, 279138.02],
    "recency_days": [64.2518, 77.7108, 0, 11, 31, 81, 373],
    "n_invoices": [5.7253, 8.8591, 1, 2, 4, 6, 206],
    "n_items": [1576.5615, 5698.2546, 1, 296, 639, 1399, 196844],
    "n_products": [79.3745, 96.8680, 1, 26, 52, 101, 1786],
    "avg_ticket": [388.2988, 411.0680, 6.20, 195.2234, 305.2950, 442.3436, 9341.26],
    "avg_gap_days": [67.2921, 63.5137, 1.00, 25.9115, 48.2500, 85.1667, 366.00],
    "frequency": [0.1139, 0.4083, 0.0054, 0.0163, 0.0259, 0.0495, 17.0000],
    "n_returns": [1.1230, 2.2978, 0, 0, 1, 1, 45],
    "q_returns": [31.8622, 229.8857, 0, 0, 1, 9, 8004],
    "v_returns": [67.9784, 435.1504, 0, 0, 0.65, 30.00, 14688.24],
}
"""Mean, standard deviation, minimum, quartiles and maximum of the reference table."""


@pytest.fixture(scope="module")
def classic(real_data: Path) -> pd.DataFrame:
    """Classic transactions of the real file."""
    return prepare(load("uci:online-retail", places=[real_data]).transactions, preset="classic").transactions


def test_the_reference_table_to_the_cent(classic: pd.DataFrame) -> None:
    """The 2,967 customers of the reference preparation, every figure of their describe table, and the totals."""
    table = handoff.check("customers", features(classic))
    assert len(table) == 2_967
    described = table[[*REFERENCE]].describe().loc[["mean", "std", "min", "25%", "50%", "75%", "max"]]
    for column, figures in REFERENCE.items():
        assert described[column].tolist() == pytest.approx(figures, rel=0, abs=5.1e-5), column
    assert round(table["gross_revenue"].sum(), 2) == 7_949_729.36
    assert table["n_items"].sum() == 4_677_658


def test_the_best_291_of_the_reference_table(classic: pd.DataFrame) -> None:
    """A tenth of the customers makes 56.36 % of the revenue and 54.44 % of the pieces."""
    table = features(classic)
    best = table.nlargest(291, "gross_revenue")
    assert round(best["gross_revenue"].min(), 2) == 4_604.22
    assert round(best["gross_revenue"].sum() / table["gross_revenue"].sum(), 4) == 0.5636
    assert round(best["n_items"].sum() / table["n_items"].sum(), 4) == 0.5444


def test_quick_on_the_real_file(classic: pd.DataFrame) -> None:
    """372,777 rows become 2,967 customers in less than three seconds, also on a slow machine."""
    start = time.perf_counter()
    features(classic)
    assert time.perf_counter() - start < 3
