"""How far customers moved from those a segmentation was made of, in words and metrics."""

from __future__ import annotations

import pytest

from insiders import spaces
from insiders.findings import drift
from insiders.placement import placing
from insiders.placement.placing import Placement
from insiders.rules.conditions import Condition, Rule
from insiders.segments import portrait
from tests.insiders.demo_lines import history, last_days, regulars


@pytest.fixture(scope="module")
def kept() -> Placement:
    """A segmentation of the small shop by one line on revenue."""
    line = float(regulars()["gross_revenue"].quantile(0.9))
    member = (regulars()["gross_revenue"] >= line).to_numpy()
    space = spaces.fit(regulars(), ["scaled"], seed=1)["scaled"]
    assigned = portrait.assign(regulars(), member.astype("int16"), member)
    return placing.keep(space, regulars(), assigned, Rule(((Condition("gross_revenue", line),),)))


def test_a_fit_reproduces_itself(kept: Placement) -> None:
    """Put to its own customers nobody has moved; the features are held against those of a quarter ago."""
    found = drift.told(kept, regulars(), history(), refit=True)
    assert found.metrics["moved_share"][0] == 0
    assert found.metrics["drift_index"][0] > 0
    assert "90 days ago" in found.text


def test_another_population_is_named(kept: Placement) -> None:
    """Customers who spend ten times as much are another population, and the features are named."""
    rich = regulars().assign(gross_revenue=10 * regulars()["gross_revenue"])
    found = drift.told(kept, rich, history(), refit=False)
    assert "another population: gross_revenue" in found.text
    assert found.metrics["moved_share"][0] > 0.5


def test_without_a_quarter_before_the_fit_is_its_own_reference(kept: Placement) -> None:
    """Where nobody was known 90 days ago, the index is that of the same customers: 0."""
    assert drift.told(kept, regulars(), last_days(60), refit=True).metrics["drift_index"][0] == 0
