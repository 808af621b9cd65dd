"""What a panel cannot tell."""

from __future__ import annotations

from insiders.store_answers import Panel, what_is_unknown


def test_what_is_missing_is_named_with_the_reason(panel: Panel, bare: Panel) -> None:
    """Customers and revenue always; levels and a yearly pattern where this panel lacks them."""
    table = what_is_unknown(panel).table
    assert table is not None
    assert {"revenue and profit", "a yearly pattern of demand"} < set(table["not answered"])
    assert table["not answered"].iloc[0] == "anything about customers"
    gaps = what_is_unknown(bare).plain["gaps"]
    assert isinstance(gaps, list)
    assert {"sales by store", "sales by category"} < set(gaps)
    assert "sales by product" not in gaps
