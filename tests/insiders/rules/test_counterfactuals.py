"""What would bring a borderline customer in or out."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from insiders.customers import quarters, snapshots
from insiders.errors import AnalysisError
from insiders.rules import counterfactuals
from insiders.rules.conditions import Condition, Rule
from insiders.rules.counterfactuals import ENTER, LEAVE, after_orders, waiting
from tests.insiders.customers.test_quarters import shop

RULE = Rule(((Condition("n_invoices", at_least=6), Condition("recency_days", below=63)),))


def people(**columns: list[Any]) -> pd.DataFrame:
    """Customers with ten pieces, ten products and £100 an order, unless said otherwise."""
    table = pd.DataFrame(columns)
    orders = table["n_invoices"]
    plain: dict[str, Any] = {
        "n_items": 10 * orders,
        "n_products": 10 * orders,
        "gross_revenue": 100.0 * orders,
        "tenure_days": 200,
    }
    names = [str(place) for place in range(len(table))]
    return table.assign(customer_id=names, **{name: each for name, each in plain.items() if name not in columns})


def test_one_more_order_brings_a_customer_in() -> None:
    """Who lacks one order is told so, with their usual order and what is missing; who lacks two comes after."""
    now = people(n_invoices=[4, 5, 1, 9], recency_days=[10, 10, 10, 5])
    found = counterfactuals.counterfactuals(RULE, now, waiting(now, 30), "£")
    assert found[["customer_id", "side", "orders"]].to_numpy().tolist() == [["1", ENTER, 1], ["0", ENTER, 2]]
    assert found["why"].tolist() == [
        "one more order within 30 days would do (usually £100 per invoice); without: 5 purchase invoices, 6 asked",
        "2 more orders within 30 days would do (usually £100 per invoice); without: 4 purchase invoices, 6 asked",
    ]


def test_waiting_removes_a_member() -> None:
    """A member whose recency passes the bound is told when, and what would keep them."""
    now = people(n_invoices=[9, 9], recency_days=[40, 10])
    (row,) = counterfactuals.counterfactuals(RULE, now, waiting(now, 30), "£").to_dict("records")
    assert (row["customer_id"], row["side"], row["orders"]) == ("0", LEAVE, 1)
    assert row["why"] == (
        "removed within 30 days without an order: 70 days since the last purchase, 63 or more removes (in 23 days); "
        "one more order within 30 days would keep them"
    )


def test_an_order_must_be_recent_enough() -> None:
    """Where the rule asks for a purchase more recent than the whole period, the order has to fall late in it."""
    rule = Rule(((Condition("recency_days", below=12),),))
    now = people(n_invoices=[3], recency_days=[40])
    (why,) = counterfactuals.counterfactuals(rule, now, waiting(now, 30), "£")["why"]
    assert why.startswith("one more order in the last 11 days of the next 30 would do")


def test_who_is_far_from_the_line_is_not_borderline() -> None:
    """Neither a safe member, nor who lacks three orders, nor whom no order helps."""
    rule = Rule(((Condition("n_invoices", at_least=6), Condition("tenure_days", below=100)),))
    now = people(n_invoices=[9, 3, 5], recency_days=[1, 1, 1], tenure_days=[10, 10, 90])
    assert counterfactuals.counterfactuals(rule, now, waiting(now, 30), "£").empty


def test_every_counterfactual_is_true() -> None:
    """On a whole shop each one, carried out, crosses the rule, and one order less does not."""
    now = snapshots.customers_at(shop(), quarters.end_of(shop()))
    then = snapshots.customers_at(shop(), quarters.end_of(shop()) + pd.Timedelta(days=30))
    rule = Rule(((Condition("revenue_180", at_least=float(now["revenue_180"].quantile(0.8))),),))
    found = counterfactuals.counterfactuals(rule, now, then, "£")
    assert set(found["side"]) == {ENTER, LEAVE}
    place = pd.Index(now["customer_id"]).get_indexer(pd.Index(found["customer_id"]))
    assert (rule.holds(now)[place] == (found["side"] == LEAVE)).all()
    assert not rule.holds(then)[place].any()
    for orders in (1, 2):
        which = now["customer_id"].isin(found.loc[(found["orders"] == orders).fillna(False), "customer_id"])
        assert which.any()
        assert rule.holds(after_orders(then, orders, 30, 30))[which].all()
        assert not rule.holds(after_orders(then, orders - 1, 30, 30))[which].any()


def test_an_order_is_of_the_usual_size() -> None:
    """It adds the customer's mean value, pieces and products, to the whole and to every window that holds it."""
    now = people(n_invoices=[4], recency_days=[50]).assign(revenue_90=[70.0], revenue_7=[0.0], invoices_90=[1])
    (row,) = after_orders(now, orders=2, days=30, last=5).to_dict("records")
    assert (row["n_invoices"], row["n_items"], row["gross_revenue"], row["recency_days"]) == (6, 60, 600.0, 5)
    assert (row["revenue_90"], row["revenue_7"], row["invoices_90"]) == (270.0, 0.0, 3)


def test_different_customers_are_refused() -> None:
    """Today and then must be about the same people."""
    now = people(n_invoices=[4, 5], recency_days=[1, 1])
    with pytest.raises(AnalysisError, match="same customers"):
        counterfactuals.counterfactuals(RULE, now, now.iloc[::-1], "£")
