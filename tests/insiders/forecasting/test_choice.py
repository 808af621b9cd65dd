"""The choice of a model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.forecasting.choice import choose, replay


def table(**models: list[float]) -> pd.DataFrame:
    """WAPE by model and period, oldest first."""
    rows = [
        ("total", model, f"2024-0{number}-01", "wape", value)
        for model, values in models.items()
        for number, value in enumerate(values, 1)
    ]
    return pd.DataFrame(rows, columns=["level", "model", "fold", "metric", "value"])


def test_the_last_period_does_not_choose() -> None:
    """The model with the lowest mean before the last period is chosen, however the last one goes."""
    row = choose(table(seasonal_naive=[0.5, 0.5, 0.5], a=[0.3, 0.3, 0.9], b=[0.4, 0.4, 0.1])).iloc[0]
    assert (row["model"], row["before"], row["last"], row["best"], row["best_last"]) == ("a", 0.3, 0.9, "b", 0.1)
    assert row["beats_baseline"]


def test_what_does_not_beat_seasonal_naive_is_not_chosen() -> None:
    """Then seasonal naive is, and it is said, whatever was best on the last period."""
    row = choose(table(seasonal_naive=[0.3, 0.3, 0.3], moving_average=[0.4, 0.4, 0.4], ets=[0.35, 0.35, 0.1])).iloc[0]
    assert row["model"] == "seasonal_naive"
    assert not row["beats_baseline"]


def test_the_lead_on_the_best_plain_model_has_a_paired_interval() -> None:
    """Over the choosing periods alone: the mean difference by period, and the t interval of a table of Student's t."""
    plain = {"seasonal_naive": [0.9] * 4, "moving_average": [0.7] * 4, "weekday_means": [0.5, 0.6, 0.7, 0.1]}
    row = choose(table(**plain, ets=[0.4, 0.5, 0.3, 0.9])).iloc[0]
    assert (row["model"], row["plain"], row["periods"]) == ("ets", "weekday_means", 3)
    far = 4.302653 * np.std([-0.1, -0.1, -0.4], ddof=1) / np.sqrt(3)
    assert row[["lead", "lead_low", "lead_high"]].tolist() == pytest.approx([-0.2, -0.2 - far, -0.2 + far])


def test_one_period_says_nothing_of_how_sure_a_lead_is() -> None:
    """Where two periods are held out, one chooses, and the bounds of the lead are missing."""
    row = choose(table(seasonal_naive=[0.5, 0.5], ets=[0.4, 0.4])).iloc[0]
    assert row["lead"] == pytest.approx(-0.1)
    assert row[["lead_low", "lead_high"]].isna().all()


def test_a_champion_is_told_by_what_it_was() -> None:
    """With `only` nothing else may be chosen, though others do better."""
    rows = table(seasonal_naive=[0.3, 0.3], old=[0.5, 0.5], new=[0.1, 0.1])
    assert choose(rows, only=["old"])["model"].tolist() == ["old"]


def test_the_replay_knows_only_earlier_periods() -> None:
    """At each period the model is the best of those before it; what is best there is told beside it."""
    rows = table(seasonal_naive=[0.9, 0.9, 0.9], a=[0.1, 0.8, 0.1], b=[0.2, 0.2, 0.3])
    told = replay(rows, "total")
    assert told["model"].tolist() == ["a", "b"]
    assert told["value"].tolist() == [0.8, 0.3]
    assert told["best"].tolist() == ["b", "a"]


def test_a_metric_that_is_better_when_higher_chooses_nothing() -> None:
    """PSFA is refused as a way to choose."""
    with pytest.raises(AnalysisError, match="not by 'psfa'"):
        choose(table(seasonal_naive=[0.3, 0.3]), "psfa")
