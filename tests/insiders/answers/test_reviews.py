"""How often to look."""

from __future__ import annotations

from insiders.answers import reviews
from insiders.answers.evidence import Evidence


def test_the_recommended_frequency_follows_its_rule(run: Evidence) -> None:
    """Monthly where it holds a point of later revenue more or misses less beyond chance, else quarterly."""
    figures = reviews.how_often(run).figures
    gain = figures["monthly_captured"] - figures["quarterly_captured"]  # type: ignore[operator]
    monthly = gain >= 0.01 or figures["lost_lower"] > 0  # type: ignore[operator]
    assert figures["recommended_months"] == (1 if monthly else 3)
