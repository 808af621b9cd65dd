"""Measures of a ranking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss

from insiders.high_value import gains

DRAW = np.random.default_rng(3)


def predictions(ties: bool = False) -> pd.DataFrame:
    """Two cuts of 200 customers, two models: one that knows something, one that says the same of all."""
    draw = np.random.default_rng(3)
    parts = []
    for cut in pd.to_datetime(["2024-01-01", "2024-02-01"]):
        high = draw.random(200) < 0.1
        guess = np.clip(0.1 + 0.3 * high + draw.normal(0, 0.15, 200), 0.001, 0.999)
        table = pd.DataFrame({"cut": cut, "customer_id": [str(one) for one in range(200)], "high": high})
        table["later"] = np.where(high, 100.0, 1.0)
        parts += [table.assign(model="good", probability=guess.round(1) if ties else guess)]
        parts += [table.assign(model="same", probability=0.1)]
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("ties", [False, True])
def test_means_agree_with_scikit_learn(ties: bool) -> None:
    """Average precision and Brier score are the means over the cuts of what scikit-learn computes."""
    table = predictions(ties)
    found = gains.measure(table, resamples=20).table.set_index(["model", "metric"])["mean"]
    for model, part in table.groupby("model"):
        cuts = [each for _, each in part.groupby("cut")]
        assert found[model, "average_precision"] == pytest.approx(
            np.mean([average_precision_score(each["high"], each["probability"]) for each in cuts])
        )
        assert found[model, "brier"] == pytest.approx(
            np.mean([brier_score_loss(each["high"], each["probability"]) for each in cuts])
        )


def test_a_ranking_that_knows_nothing_has_lift_one() -> None:
    """Equal scores find as much as they take, at every share."""
    found = gains.measure(predictions(), resamples=10).table.set_index(["model", "metric"])["mean"]
    assert found["same", "lift_5"] == pytest.approx(1)
    assert found["same", "recall_20"] == pytest.approx(0.2)
    assert found["good", "lift_10"] > 4


def test_precision_and_recall_at_k_by_hand() -> None:
    """Of ten customers two are high, ranked first and third: at 20 % half of each, at 10 % all precise."""
    table = pd.DataFrame({"cut": 0, "customer_id": range(10), "model": "m", "probability": np.linspace(1, 0.1, 10)})
    table = table.assign(high=table.index.isin([0, 2]), later=[50.0, 0, 30, 20, 0, 0, 0, 0, 0, 0])
    found = gains.measure(table, resamples=2).table.set_index("metric")["mean"]
    assert found[["precision_20", "recall_20", "lift_20", "revenue_20"]].tolist() == pytest.approx([0.5, 0.5, 2.5, 0.5])
    assert found[["precision_10", "recall_10"]].tolist() == pytest.approx([1.0, 0.5])
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)


def test_intervals_hold_the_mean_and_differences_are_paired() -> None:
    """Bounds lie around the mean; a model differs from itself by nothing, from a worse one by more than nothing."""
    found = gains.measure(predictions(), resamples=100)
    assert (found.table["lower"] <= found.table["mean"] + 1e-9).all()
    assert (found.table["upper"] >= found.table["mean"] - 1e-9).all()
    assert found.difference("good", "good", "average_precision") == (0.0, 0.0, 0.0)
    mean, lower, upper = found.difference("good", "same", "average_precision")
    assert 0 < lower < mean < upper


def test_very_many_customers_have_fewer_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as may be drawn in all, a hundred at least; worked on in blocks of any size, they give the same."""
    whole = gains.measure(predictions(), resamples=120)
    monkeypatch.setattr(gains, "AT_ONCE", 7 * 200)
    for key, values in gains.measure(predictions(), resamples=120).resampled.items():
        np.testing.assert_allclose(values, whole.resampled[key], rtol=1e-12)
    monkeypatch.setattr(gains, "MOST_DRAWN", 1)
    assert len(gains.measure(predictions(), resamples=120).resampled["good", "brier"]) == 100


def test_gains_rise_to_all_and_nobody_beats_the_oracle() -> None:
    """Everybody taken, everything is found; at any share the oracle has at least as much revenue."""
    table = gains.cumulative(predictions()).pivot(index="share", columns="model", values="revenue")
    assert table.iloc[0].tolist() == [0, 0, 0]
    assert table.iloc[-1].tolist() == pytest.approx([1, 1, 1])
    assert (table["oracle"] >= table["good"] - 1e-12).all()
    assert table["same"].tolist() == pytest.approx(table.index.tolist())
