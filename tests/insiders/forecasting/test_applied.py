"""Who forecasts a choice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from insiders import boosting
from insiders.forecasting import applied
from insiders.forecasting.champions import Champion
from insiders.series import Leveled
from tests.insiders.forecast_shop import HORIZON, compared, followed

TRAINED = boosting.Trained(boosting.Settings(), HORIZON, "", {"product": ("A", "B")}, (), 100)


def champion(model: str, *members: str) -> Champion:
    """The champion of products as if it were another model."""
    made = compared("product").champion
    assert made is not None
    return replace(
        made, models={"product": model}, members={model: members}, trained={"lightgbm": {"product": TRAINED}}
    )


def parts() -> Leveled:
    """The two products."""
    return followed("product").at()


def test_the_champion_forecasts_where_it_can() -> None:
    """Statistical models always can; learners can what they were taught."""
    assert applied.who(champion("theta", "theta"), None, 90).why == ""
    made = applied.who(champion("mean(theta+lightgbm)", "theta", "lightgbm"), parts(), HORIZON)
    assert (made.model, made.why) == ("mean(theta+lightgbm)", "")


@pytest.mark.parametrize(
    ("days", "strange", "said"),
    [(HORIZON + 1, "A", "was taught 14 open days ahead, and 15 are asked for"),
     (HORIZON, "C", "was taught by product, which the choice mixes or which it never saw")],
)  # fmt: skip
def test_the_statistical_members_stand_in_for_a_learner(days: int, strange: str, said: str) -> None:
    """The reason is told; a champion of nothing but learners gives way to the mean of two plain models."""
    two = parts()
    asked = Leveled(two.values, two.static.assign(product=[strange, "B"]))
    made = applied.who(champion("mean(theta+lightgbm)", "theta", "lightgbm"), asked, days)
    assert made.model == "theta"
    assert said in made.why
    assert applied.who(champion("lightgbm", "lightgbm"), asked, days).members == applied.STAND_IN


def test_a_choice_that_learners_cannot_tell_apart_is_not_theirs() -> None:
    """Without series of the level there is nothing to ask them."""
    assert "not taught with series like these" in applied.who(champion("lightgbm", "lightgbm"), None, HORIZON).why
