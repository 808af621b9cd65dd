"""The prospects of today's customers."""

from __future__ import annotations

from insiders.prospects import foreseen
from tests.insiders.prospects.shop import history


def test_every_customer_known_today_has_prospects() -> None:
    """A row per customer with two purchase days, with probabilities and an expected revenue within its bounds."""
    found = foreseen.foresee(history(), seed=1).customers
    today = history().customers_at(history().end)
    assert found["customer_id"].tolist() == today["customer_id"].tolist()
    for name in ("probability_active", "propensity_30_days"):
        assert found[name].between(0, 1).all()
    assert (found["probability_active"] >= found["propensity_30_days"]).all()
    assert (found["expected_revenue_lower"] <= found["expected_revenue_90_days"]).all()
    assert (found["expected_revenue_90_days"] <= found["expected_revenue_upper"]).all()
