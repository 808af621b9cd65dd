"""A kept segmentation: it says the same again, places newcomers, moves who moved, and knows whom it does not know."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from insiders import clusters, spaces
from insiders.errors import AnalysisError, ModelError
from insiders.placement import placing
from insiders.placement.placing import Placement
from insiders.rules.conditions import Condition, Rule
from insiders.segments import portrait
from tests.insiders.demo_customers import customers

RULE = Rule(((Condition("gross_revenue", at_least=1_000),),))


@lru_cache(maxsize=1)
def assigned() -> pd.DataFrame:
    """The segments of the small shop, the tenth with most revenue its Insiders; do not change them."""
    points = spaces.fit(customers(), ["pca"], seed=1)["pca"].points
    best = customers()["gross_revenue"].rank(ascending=False).to_numpy() <= len(customers()) / 10
    return portrait.assign(customers(), clusters.MODELS["ward"](points, [4], 1)[4], best)


@lru_cache(maxsize=1)
def kept() -> Placement:
    """The same, kept, with a rule that describes the Insiders badly."""
    return placing.keep(spaces.fit(customers(), ["pca"], seed=1)["pca"], customers(), assigned(), RULE)


def test_who_has_not_moved_stays_whatever_the_rule_says() -> None:
    """The customers of the fit keep their segments, also the Insiders whom the rule misses, and nobody is far."""
    placed = placing.assign(kept(), customers())
    met = RULE.holds(customers())
    assert (met != assigned()["is_insider"]).any()
    pd.testing.assert_frame_equal(placed[["customer_id", "segment", "is_insider"]], assigned(), check_dtype=False)
    assert (placed["status"] == "stayed").all()
    assert not placed["far"].any()


def test_newcomers_are_placed_like_those_they_are_like() -> None:
    """A new customer equal to one outside the Insiders joins its segment; who meets the rule is an Insider."""
    met = RULE.holds(customers())
    like = customers()[~met & ~assigned()["is_insider"].to_numpy()]
    plain = placing.assign(kept(), like.assign(customer_id=like["customer_id"] + "new"))
    assert (plain["status"] == "new").all()
    assert plain["segment"].tolist() == assigned().loc[like.index, "segment"].tolist()
    rich = customers()[met]
    assert placing.assign(kept(), rich.assign(customer_id=rich["customer_id"] + "new"))["is_insider"].all()


def test_who_crosses_the_rule_moves() -> None:
    """Somebody outside who comes to meet the rule enters; an Insider who no longer meets it leaves for a segment."""
    met, member = RULE.holds(customers()), assigned()["is_insider"].to_numpy()
    outside, inside = customers()[~met & ~member].head(1), customers()[met & member].head(1)
    then = pd.concat([outside.assign(gross_revenue=5_000.0), inside.assign(gross_revenue=999.0)])
    placed = placing.assign(kept(), then)
    assert placed["is_insider"].tolist() == [True, False]
    assert placed["status"].tolist() == ["moved", "moved"]
    assert placed["segment"].iloc[1] in set(assigned()["segment"]) - {"Insiders"}


def test_a_customer_alone_is_placed_as_in_company() -> None:
    """Who else is placed makes no difference."""
    changed = customers().assign(recency_days=customers()["recency_days"] + 40, n_items=customers()["n_items"] * 2)
    together = placing.assign(kept(), changed).iloc[[17]]
    alone = placing.assign(kept(), changed.iloc[[17]])
    pd.testing.assert_frame_equal(alone, together, rtol=1e-4)


def test_who_is_like_nobody_is_far() -> None:
    """Ten thousand orders of one piece are like nobody; of customers held out of the fit a few in a hundred are."""
    strange = customers().head(20).assign(n_invoices=10_000, avg_basket_items=1.0, frequency=30.0)
    assert placing.assign(kept(), strange)["far"].all()
    known = np.arange(len(customers())) % 3 > 0
    space = spaces.fit(customers()[known], ["pca"], seed=1)["pca"]
    half = placing.keep(space, customers()[known], assigned()[known], RULE)
    assert placing.assign(half, customers()[~known])["far"].mean() < 0.1


def test_of_many_customers_a_sample_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the full size so many stand for all, and still nobody who has not moved changes segment."""
    monkeypatch.setattr(placing, "FULL_SIZE", 60)
    few = placing.keep(spaces.fit(customers(), ["pca"], seed=1)["pca"], customers(), assigned(), RULE)
    assert len(few.points) == len(few.scaled) == len(few.groups) == 60
    assert (few.answer != few.given).any()
    assert (placing.assign(few, customers())["status"] == "stayed").all()


def test_a_missing_feature_of_the_rule_is_named() -> None:
    """A rule on a column that the customers lack is refused by name."""
    windowed = Rule(((Condition("revenue_90", at_least=1),),))
    table = customers().assign(revenue_90=1.0)
    other = placing.keep(spaces.fit(customers(), ["pca"], seed=1)["pca"], table, assigned(), windowed)
    with pytest.raises(ModelError, match="the rule needs revenue_90, which"):
        placing.assign(other, customers())


def test_only_insiders_cannot_be_kept() -> None:
    """Where nobody is outside there is no segment for others."""
    all_in = assigned().assign(is_insider=True)
    with pytest.raises(AnalysisError, match="every customer is an Insider"):
        placing.keep(spaces.fit(customers(), ["pca"], seed=1)["pca"], customers(), all_in, RULE)
