"""What to order."""

from __future__ import annotations

import dataclasses

import pytest

from insiders.store_answers import Panel, orders, what_to_order
from tests.insiders.small_panel import ERRORS, OFF


def test_the_first_lines_are_told(panel: Panel) -> None:
    """What is expected, and the upper bound of its sum; the file has whole pieces."""
    answer = what_to_order(panel, "product")
    expected, up_to = (answer.plain[name]["=A1"] for name in ("expected", "order_up_to"))  # type: ignore[index]
    assert up_to == pytest.approx(expected * (1 + OFF * ERRORS["product==A1"]))
    assert f"{up_to:,.0f} pieces of =A1 ({expected:,.0f} expected)" in answer.sentence
    assert orders(panel, "product")["order_up_to"].iloc[0] == round(up_to)


def test_money_is_not_ordered(panel: Panel) -> None:
    """What is no pieces has no orders."""
    money = dataclasses.replace(panel, sales=panel.sales.assign(unit="£"))
    assert "nothing that could be ordered" in what_to_order(money, "product").sentence
