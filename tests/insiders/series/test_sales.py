from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError, SourceError
from insiders.series import all_lines, sales_of_panel, sales_of_transactions
from tests.insiders.panel_shop import panel_of
from tests.insiders.small_shop import prepared, raw


def test_labels_say_who_is_an_insider() -> None:
    """Sales carry the segment of their customer; one without a label is no Insider and of unknown segment."""
    rows = prepared({"customer_id": "a"}, {"customer_id": "b"}, {"customer_id": "a", "quantity": -1})
    labels = pd.DataFrame({"customer_id": ["a"], "segment": ["best"], "is_insider": [True]})
    sales = sales_of_transactions(rows, labels)
    assert sales["is_insider"].to_list() == [True, False]
    assert sales["segment"].to_list() == ["best", "unknown"]


def test_what_a_source_has_not_is_no_attribute() -> None:
    """Transactions without stores and categories give sales without those columns."""
    sales = sales_of_transactions(prepared({}))
    assert not {"store", "category", "segment"} & set(sales.columns)


def test_a_panel_keeps_its_prices_and_values_its_units() -> None:
    """Revenue is units by price, zero where the price is not known yet."""
    panel = panel_of(weeks=1).head(3).assign(units=[0, 2, 3], price=[np.nan, 4.0, 5.0])
    sales = sales_of_panel(panel)
    assert sales["revenue"].to_list() == [0.0, 8.0, 15.0]
    assert {"store", "state", "category", "product"} <= set(sales.columns)


def test_a_broken_panel_names_all_faults() -> None:
    """Missing columns are named; so are, in one message, rows without units, below zero and standing twice."""
    with pytest.raises(SourceError, match="missing: product, units"):
        sales_of_panel(pd.DataFrame({"date": []}))
    panel = pd.concat([panel_of(weeks=1).astype({"units": "float64"})] * 2, ignore_index=True)
    panel.loc[[0, 1], "units"] = [np.nan, -1.0]
    with pytest.raises(SourceError, match="1 rows without a number of units, 1 rows with negative units, 42 rows that"):
        sales_of_panel(panel)


def test_lines_without_a_customer_sell_too_and_undone_orders_do_not() -> None:
    """Unknown customers' lines are purchases, an order taken back in full is netted, codes are folded, postage goes."""
    lines = all_lines(
        raw(
            {"product": " 10001a", "customer_id": None},
            {"product": "POST", "customer_id": None},
            {"unit_price": 0.0, "customer_id": None},
            {"quantity": 80995, "invoice": "2"},
            {"quantity": -80995, "invoice": "C3", "time": "2024-03-04 10:12"},
            {"quantity": -5, "customer_id": None},
        )
    )
    assert lines["kind"].to_list() == ["purchase", "netted", "netted", "return"]
    assert lines["product"].iloc[0] == "10001A"
    assert sales_of_transactions(lines)["units"].sum() == 2


def test_an_order_undone_by_one_manual_entry_is_netted() -> None:
    """An entry that is no product and worth a whole order of the customer undoes each of its lines."""
    lines = all_lines(
        raw(
            {"quantity": 2, "invoice": "1"},
            {"quantity": 4, "invoice": "1", "product": "10002"},
            {"quantity": -1, "invoice": "C2", "product": "M", "unit_price": 9.0, "time": "2024-03-04 10:12"},
        )
    )
    assert lines["kind"].to_list() == ["netted", "netted"]


def test_a_line_taken_back_in_full_is_netted_and_the_rest_of_its_order_stays() -> None:
    """Within the days allowed a line and its cancellation net each other; after them there is a sale and a return."""
    rows = raw(
        {"invoice": "1"},
        {"invoice": "1", "product": "10002"},
        {"quantity": -2, "invoice": "C2", "time": "2024-03-07 10:00"},
    )
    assert all_lines(rows)["kind"].to_list() == ["netted", "purchase", "netted"]
    assert all_lines(rows, netting_days=2)["kind"].to_list() == ["purchase", "purchase", "return"]


def test_no_line_of_a_product_is_an_error() -> None:
    """A file with postage only has nothing to forecast."""
    with pytest.raises(AnalysisError, match="product code like"):
        all_lines(raw({"product": "POST"}))
