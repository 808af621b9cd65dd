"""Cancellations matched with the purchases they undo."""

from __future__ import annotations

from typing import Any

import pytest

from insiders.transactions import netting
from tests.insiders.small_shop import raw


def sale(quantity: int, day: int = 4, hour: int = 10, **more: Any) -> dict[str, Any]:
    return {"quantity": quantity, "time": f"2024-03-{day:02} {hour}:00", **more}


@pytest.mark.parametrize(
    ("rows", "netted"),
    [
        pytest.param([sale(5), sale(-5, day=6)], [True, True], id="taken back in full"),
        pytest.param([sale(5), sale(-3, day=6)], [False, False], id="in part"),
        pytest.param([sale(-5), sale(5, day=6)], [False, False], id="before it was bought"),
        pytest.param([sale(-5), sale(5)], [True, True], id="in the same minute"),
        pytest.param([sale(5), sale(-5, day=6, unit_price=1.45)], [False, False], id="at another price"),
        pytest.param([sale(5), sale(-5, day=6, product="10002")], [False, False], id="another product"),
        pytest.param([sale(5), sale(-5, day=6, customer_id="12002")], [False, False], id="another customer"),
        pytest.param([sale(5), sale(-5, day=20)], [False, False], id="after too many days"),
        pytest.param([sale(5, 1), sale(5, 3), sale(-5, 4)], [False, True, True], id="the latest purchase"),
        pytest.param([sale(5, 1), sale(-5, 2), sale(-5, 3)], [True, True, False], id="each purchase once"),
        pytest.param([sale(5, 1), sale(5, 2), sale(-5, 3), sale(-5, 4)], [True] * 4, id="one inside the other"),
        pytest.param([sale(-5, 1), sale(-5, 2), sale(5, 3), sale(-5, 4)], [False, False, True, True], id="owed before"),
    ],
)
def test_lines(rows: list[dict[str, Any]], netted: list[bool]) -> None:
    """A line nets the latest open purchase of the same customer, product, price and quantity within ten days."""
    assert netting.lines(raw(*rows), days=10).tolist() == netted


def test_lines_keep_the_index() -> None:
    """The answer is for the rows given, in their order and under their index."""
    rows = raw(sale(-5, 6), sale(1), sale(5, 4)).set_axis([7, 3, 9])
    assert netting.lines(rows, days=10).to_dict() == {7: True, 3: False, 9: True}


def test_lines_against_a_plain_loop() -> None:
    """On many random rows the vectorised stack gives what a stack per group gives."""
    hands = [(seed * 7919) % 13 for seed in range(400)]
    rows = [
        sale(
            (1 + hand % 2) * (1 if (hand * 5 + n) % 3 else -1),
            day=1 + n % 28,
            hour=8 + hand % 9,
            product=f"1000{hand % 3}",
        )
        for n, hand in enumerate(hands)
    ]
    table = raw(*rows)
    expected = set()
    order = table.assign(sold=table["quantity"].gt(0)).sort_values(
        ["time", "sold"], ascending=[True, False], kind="stable"
    )
    stacks: dict[tuple[str, int], list[int]] = {}
    for row in order.itertuples():
        stack = stacks.setdefault((str(row.product), abs(int(str(row.quantity)))), [])
        if row.sold:
            stack.append(int(str(row.Index)))
        elif stack:
            expected |= {stack.pop(), int(str(row.Index))}
    found = netting.lines(table, days=365)
    assert set(table.index[found]) == expected
    assert len(expected) > 100


BASKET = [sale(60, 10, 15, invoice="556444", product="22502", unit_price=649.5), sale(1, 10, 15, invoice="556444")]
ENTRY = sale(-1, 10, 16, invoice="C556445", product="M", unit_price=60 * 649.5 + 1.5)


def test_a_manual_entry_undoes_a_whole_invoice() -> None:
    """An entry under a code that is no product undoes all lines of the invoice that is worth as much."""
    assert netting.whole_invoices(raw(*BASKET, ENTRY, sale(3, 10, invoice="556446"))).tolist() == [True] * 3 + [False]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({**ENTRY, "unit_price": 649.5}, id="another worth"),
        pytest.param({**ENTRY, "time": "2024-03-12 15:00"}, id="two days later"),
        pytest.param({**ENTRY, "time": "2024-03-10 14:00"}, id="before"),
        pytest.param({**ENTRY, "customer_id": "12002"}, id="another customer"),
    ],
)
def test_other_entries_undo_nothing(entry: dict[str, Any]) -> None:
    """Worth, customer and a day's time all have to agree."""
    assert not netting.whole_invoices(raw(*BASKET, entry)).any()


def test_an_invoice_is_undone_once() -> None:
    """Two entries over the same sum undo one invoice of it; the second is a return."""
    rows = raw(*BASKET, ENTRY, {**ENTRY, "invoice": "C556447"})
    assert netting.whole_invoices(rows).tolist() == [True, True, True, False]


def test_nothing_to_net() -> None:
    """A shop without cancellations has none."""
    assert not netting.lines(raw(sale(1), sale(2)), days=30).any()
    assert not netting.whole_invoices(raw(sale(1), sale(2))).any()
