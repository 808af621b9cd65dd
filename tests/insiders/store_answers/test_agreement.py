"""Whether the levels agree."""

from __future__ import annotations

from insiders.forecasting import additivity
from insiders.store_answers import Panel, do_levels_agree


def test_the_levels_stand_beside_the_whole(panel: Panel) -> None:
    """40 x 1.5 + 30 x 0.7 beside 70 x 1.03, and so on; and the most that one which follows all is off by day."""
    answer = do_levels_agree(panel)
    assert "stores +12.3%, categories +12.3%, products +146.8%" in answer.sentence
    assert answer.figures["levels_apart"] == additivity.farthest(panel.apart) > 0


def test_without_the_whole_nothing_adds_up(bare: Panel) -> None:
    """It is said."""
    assert do_levels_agree(bare).sentence == "There are no levels that could add up."
