"""How far forecasts may be trusted."""

from __future__ import annotations

import dataclasses

import pytest

from insiders.store_answers import Panel, how_far


def test_levels_and_categories_have_their_word(panel: Panel) -> None:
    """By level in the sentence, by category in the text, and how many series have which word."""
    answer = how_far(panel)
    assert "off on average by 5.0% for the whole shop (high trust), 12.0% for stores (medium trust)" in answer.sentence
    assert "A 5.0% (high trust) and B 20.0% (medium trust)" in answer.text
    assert answer.figures["product_verdicts"] == {"high": 1, "low": 1}
    assert answer.figures["by_category_seasonal_naive"] == pytest.approx({"A": 0.08, "B": 0.32})


def test_without_held_out_periods_there_is_no_verdict(panel: Panel) -> None:
    """It is said, and nothing else."""
    answer = how_far(dataclasses.replace(panel, scores=panel.scores.head(0)))
    assert answer.sentence == "Nothing was held out, so there is no verdict."
