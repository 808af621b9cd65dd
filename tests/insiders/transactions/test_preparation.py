"""Raw transactions made ready for analysis."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from insiders import handoff
from insiders.errors import AnalysisError
from insiders.sources import load
from insiders.transactions import prepare
from tests.insiders.small_shop import raw

FIRST, LATER = {"invoice": "1", "time": "2024-03-04 10:00"}, {"invoice": "2", "time": "2024-03-11 10:00"}


def test_what_is_kept_meets_the_contract() -> None:
    """The tables have their hand-off columns, the rows stay in order, and nothing given is changed."""
    rows = raw({**FIRST, "product": " 10001a", "description": "RED MUG "}, {**LATER, "country": None})
    before = rows.copy()
    made = prepare(rows)
    pd.testing.assert_frame_equal(rows, before)
    table = handoff.check("transactions", made.transactions)
    handoff.check("ladder", made.ladder)
    assert table["product"].tolist() == ["10001A", "10001"]
    assert table["description"].tolist() == ["RED MUG", "RED MUG"]
    assert table["country"].tolist() == ["France", "Unspecified"]
    assert table["revenue"].tolist() == [3.0, 3.0]


@pytest.mark.parametrize(
    "odd",
    [
        {"customer_id": None},
        {"unit_price": 0.0},
        {"unit_price": -5.0},
        {"product": "POST"},
        {"product": "C2"},
        {"product": "gift_0001_20"},
    ],
)
def test_strict_leaves_out(odd: dict[str, object]) -> None:
    """Rows without a customer, without a price, and of codes that are no products go."""
    assert len(prepare(raw(FIRST, {**FIRST, **odd}, LATER)).transactions) == 2


def test_the_ladder_names_every_filter_in_use() -> None:
    """A filter that is off has no rung, one that is on has its own."""
    rows = raw(FIRST, LATER, {**LATER, "customer_id": "16446"})
    steps = prepare(rows, exclude_customers=["16446"], exclude_countries=["Nowhere"], as_of=date(2024, 3, 31)).ladder[
        "step"
    ]
    assert [step.split(" (")[0] for step in steps] == [
        "rows of the source",
        "not later than 2024-03-31",
        "customer known",
        "unit price above 0",
        "code of a product",
        "country not Nowhere",
        "customer not 16446",
        "0 rows undone in full are marked as netted, none is dropped",
        "customer has bought",
        "customer has 2 distinct purchase days or more",
    ]
    assert len(prepare(rows).ladder) == 7


def test_two_days_of_purchase_or_of_activity() -> None:
    """A customer who bought once and returned once was active on two days, and bought on one."""
    rows = raw({**FIRST, "quantity": 5}, {**LATER, "invoice": "C2", "quantity": -1})
    with pytest.raises(AnalysisError, match="2 distinct purchase days"):
        prepare(rows)
    assert len(prepare(rows, days_of="activity").transactions) == 2
    assert len(prepare(rows, min_days=1).transactions) == 2


def test_as_of_knows_nothing_later() -> None:
    """What came after the day is cut before anything else, so that its cancellations undo nothing."""
    rows = raw(FIRST, {**LATER, "quantity": 7}, {**LATER, "invoice": "C3", "quantity": -7, "time": "2024-03-12 09:00"})
    assert prepare(rows, min_days=1).transactions["kind"].tolist() == ["purchase", "netted", "netted"]
    assert prepare(rows, as_of=date(2024, 3, 11)).transactions["kind"].tolist() == ["purchase", "purchase"]


def test_netting_can_be_turned_off_or_shortened() -> None:
    """Without netting, and past its days, a cancellation is a return."""
    third = {**LATER, "invoice": "4", "time": "2024-03-18 10:00"}
    rows = raw(
        FIRST, {**LATER, "quantity": 7}, {**LATER, "invoice": "C3", "quantity": -7, "time": "2024-03-13 09:00"}, third
    )
    assert prepare(rows).netted_lines == 2
    assert prepare(rows).netted_value == 7 * 1.5
    assert prepare(rows, net_cancellations=False).transactions["kind"].eq("return").sum() == 1
    assert prepare(rows, netting_days=1).netted_lines == 0


def test_duplicates_are_kept_or_dropped_as_said() -> None:
    """By default a repeated line stays; dropped, it counts once and has its rung."""
    rows = raw(FIRST, FIRST, LATER)
    assert len(prepare(rows).transactions) == 3
    dropped = prepare(rows, duplicates="drop")
    assert len(dropped.transactions) == 2
    assert dropped.ladder["step"].str.contains("counts once").any()


def test_a_shop_with_other_codes_is_told_what_to_change() -> None:
    """Where no code looks like a product the error names the filter; with another pattern it goes on."""
    rows = raw({**FIRST, "product": "MUG-RED"}, {**LATER, "product": "MUG-RED"})
    with pytest.raises(AnalysisError, match="code of a product"):
        prepare(rows)
    assert len(prepare(rows, product_pattern=".").transactions) == 2


@pytest.fixture(scope="module")
def online_retail(real_data: Path) -> pd.DataFrame:
    """Raw transactions of the real file."""
    return load("uci:online-retail", places=[real_data]).transactions


def test_classic_repeats_the_reference_ladder(online_retail: pd.DataFrame) -> None:
    """Every rung of the reference preparation of Online Retail, rows and customers."""
    made = prepare(online_retail, preset="classic")
    assert made.ladder[["rows", "customers"]].to_numpy().tolist() == [
        [541_909, 4_372],
        [406_829, 4_372],
        [406_781, 4_371],
        [405_020, 4_362],
        [404_718, 4_357],
        [404_714, 4_356],
        [404_699, 4_355],
        [404_615, 4_328],
        [372_777, 2_967],
    ]
    assert set(made.transactions["kind"]) == {"purchase", "return"}


@pytest.mark.parametrize(
    ("change", "customers"),
    [
        ({"exclude_customers": ["16446"]}, 2_968),
        ({"exclude_customers": []}, 2_969),
        ({"exclude_countries": []}, 2_971),
        ({"product_pattern": r"^\d{5}"}, 2_964),
        ({"product_pattern": r"^\d{5}", "exclude_customers": []}, 2_966),
        ({"days_of": "purchase"}, 2_772),
    ],
)
def test_neighbours_of_classic(online_retail: pd.DataFrame, change: dict[str, object], customers: int) -> None:
    """Each named filter, changed alone, gives the number of customers known for it."""
    made = prepare(online_retail, preset="classic", **change)  # type: ignore[arg-type] # one filter at a time
    assert made.ladder["customers"].iloc[-1] == customers


def test_strict_nets_the_famous_orders(online_retail: pd.DataFrame) -> None:
    """The three orders beyond all measure are undone, two line by line and one by a manual entry over its sum."""
    made = prepare(online_retail, min_days=1)
    kinds = made.transactions.groupby("invoice")["kind"].agg(set)
    assert kinds["556444"] == {"netted"}
    bought = online_retail[online_retail["invoice"].isin(["541431", "581483"])]
    left = made.transactions.merge(bought, on=["invoice", "quantity"])
    assert left["kind"].isin(["netted"]).all()
    assert made.transactions.loc[made.transactions["kind"].eq("purchase"), "quantity"].max() < 5_000
    assert made.transactions["product"].str.match(r"^\d{5}").all()
    netted = made.transactions[made.transactions["kind"].eq("netted")]
    assert made.netted_lines == len(netted)


def test_strict_by_default(online_retail: pd.DataFrame) -> None:
    """The default drops no country and no customer by name, and leaves only customers who came back."""
    made = prepare(online_retail)
    assert "Unspecified" in set(made.transactions["country"])
    assert "15749" in set(made.transactions["customer_id"])
    bought = made.transactions[made.transactions["kind"].eq("purchase")]
    days = bought["time"].dt.normalize().groupby(bought["customer_id"]).nunique()
    assert days.min() == 2
    assert len(days) == made.transactions["customer_id"].nunique() == 2_770
