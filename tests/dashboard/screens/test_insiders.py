"""The page of the Insiders: each of its parts, opened by its address."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from dashboard.queries import customers
from dashboard.screens import insiders
from tests.dashboard import shop
from tests.dashboard.conftest import Show, texts

SAID = {
    "Overview": "2 accepted runs",
    "Segments": "Shares are of all segmented customers",
    "Map": "customers are drawn",
    "Customers": "“Why” is the rule that makes a customer an Insider",
    "Entered and left": "",
    "At risk": "Highest gross revenue first.",
    "Expected revenue": "Solid: sold, in pieces.",
    "Answers": "",
}


@pytest.mark.parametrize("part", insiders.PARTS)
def test_every_part_opens(show: Show, part: str) -> None:
    """By its address, without a fault, with what it is to be read by."""
    shown = show("insiders", part=part)
    assert not shown.exception
    assert not texts(shown, "error", "warning")
    assert SAID[part] in texts(shown, "caption")


def test_of_many_customers_a_sample_is_drawn(
    show: Show, shop_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, with both numbers; who is drawn is drawn again."""
    monkeypatch.setattr(customers, "MOST_ON_MAP", 20)
    with shop_engine.connect() as connection:
        count = connection.execute(sa.text(f"SELECT COUNT(*) FROM customers WHERE run_id = '{shop.LIVE}'")).scalar_one()
    said = texts(show("insiders", part="Map"), "caption")
    assert f"of {count} customers, as if by lot" in said
    assert said == texts(show("insiders", part="Map"), "caption")
