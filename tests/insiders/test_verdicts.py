"""How far a forecast may be trusted, in a word."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders import verdicts


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (0.0, "high"),
        (0.1, "high"),
        (0.11, "medium"),
        (0.25, "medium"),
        (0.26, "low"),
        (None, "unknown"),
        (float("nan"), "unknown"),
    ],
)
def test_the_word_goes_by_the_lines(error: float | None, word: str) -> None:
    """Up to 10 % high, up to 25 % medium, else low; without an error none is given."""
    assert verdicts.verdict(error) == word


def test_levels_and_their_series_are_judged_by_the_model_in_use() -> None:
    """The error is that of the level's model, beside the baseline's; other models do not count."""
    rows = [
        ("store", "theta", "mean", "total_error", 0.08),
        ("store", "lstm", "mean", "total_error", 0.01),
        ("store", "seasonal_naive", "mean", "total_error", 0.2),
        ("store", "theta", "2024-01-01", "total_error", 0.9),
        ("store", "theta", "mean", "wape", 0.5),
        ("store=North", "theta", "mean", "total_error", 0.3),
    ]
    scores = pd.DataFrame(rows, columns=["level", "model", "fold", "metric", "value"])
    told = verdicts.verdicts(scores, {"store": "theta"})
    assert told["verdict"].tolist() == ["high", "low"]
    assert told["series"].tolist() == [None, "North"]
    assert told["baseline"].iloc[0] == 0.2
