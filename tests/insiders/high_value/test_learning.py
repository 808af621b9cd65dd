"""High value next quarter: no leakage, a champion by rule, calibrated probabilities."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from insiders.customers import quarters, snapshots
from insiders.customers.in_memory import Loaded
from insiders.errors import AnalysisError
from insiders.high_value import calibration, gains, learning
from insiders.high_value.classifiers import PREVALENCE
from tests.insiders.customers.test_quarters import shop

QUICK = (PREVALENCE, "revenue", "logistic")


@lru_cache(maxsize=1)
def table() -> pd.DataFrame:
    """Examples of a generated shop; do not change them."""
    return quarters.examples(Loaded(shop()), quarters.cuts(Loaded(shop())))


@lru_cache(maxsize=1)
def judged() -> list[pd.Timestamp]:
    return learning.folds(quarters.cuts(Loaded(shop())), most=3)


@lru_cache(maxsize=1)
def predictions() -> pd.DataFrame:
    return learning.out_of_time(table(), judged(), QUICK)


def test_a_model_sees_only_finished_quarters() -> None:
    """Everything it learns from lies a whole quarter or more before the cut, and is the latest of that kind."""
    cut = judged()[-1]
    learnt = table().loc[learning.finished(table(), cut, 90, seed=0), "cut"]
    assert learnt.max() + pd.Timedelta(days=90) <= cut
    assert learnt.nunique() <= learning.MOST_CUTS


def test_the_outcomes_of_later_quarters_change_no_prediction() -> None:
    """With all targets after the training period turned round, every probability stays as it was."""
    cut = judged()[-1]
    later = table()["cut"] > cut - pd.Timedelta(days=90)
    turned = table().assign(high=table()["high"] ^ later)
    found = learning.out_of_time(turned, [cut], QUICK)["probability"]
    ours = predictions()
    assert found.tolist() == ours.loc[ours["cut"] == cut, "probability"].tolist()


def test_outcomes_do_not_reach_the_features() -> None:
    """Were the target a feature in disguise, shuffling the targets of the judged cut would not destroy the ranking."""
    ours = predictions()[predictions()["model"] == "logistic"]
    draw = np.random.default_rng(1)
    mixed = ours.assign(high=draw.permutation(ours["high"].to_numpy()))
    score = gains.average_precision
    assert score(ours["high"].to_numpy(), ours["probability"].to_numpy()) > 0.3
    assert score(mixed["high"].to_numpy(), mixed["probability"].to_numpy()) < 0.25


def measured(*means: tuple[str, float], noise: float) -> gains.Measured:
    """Average precisions of models with independent errors of that size."""
    draw = np.random.default_rng(2)
    rows = pd.DataFrame([{"model": name, "metric": "average_precision", "mean": mean} for name, mean in means])
    drawn = {(name, "average_precision"): mean + draw.normal(0, noise, 500) for name, mean in means}
    return gains.Measured(rows, pd.DataFrame(), drawn, 0.95)


def test_the_champion_is_the_simplest_that_is_not_worse() -> None:
    """A plain sort within the noise of the best is taken; beyond it, it is not; prevalence never is."""
    scores = (PREVALENCE, 0.9), ("revenue", 0.60), ("logistic", 0.62), ("lightgbm", 0.63)
    close = learning.champion(measured(*scores, noise=0.02))
    assert close.model == "revenue"
    assert "lightgbm has the highest average precision (0.630)" in close.reason
    clear = learning.champion(measured(*scores, noise=0.001))
    assert clear.model == "lightgbm"
    assert "every simpler model is worse" in clear.reason
    assert clear.differences["model"].tolist() == ["revenue", "logistic", "lightgbm"]


def test_every_customer_of_today_gets_a_probability() -> None:
    """One per customer with two purchase days, between 0 and 1, in sum about a tenth of them."""
    found = learning.probabilities(Loaded(shop()), table(), predictions(), "logistic")
    known = snapshots.customers_at(shop(), quarters.end_of(shop()))
    assert found["customer_id"].tolist() == known["customer_id"].tolist()
    assert found["probability_high_value"].between(0, 1).all()
    assert 0.05 < found["probability_high_value"].mean() < 0.2


def test_what_a_model_does_not_use_has_no_importance() -> None:
    """A ranking by revenue loses everything without revenue; shuffled groups count as one."""
    alone = learning.importance(table(), judged()[-1:], "revenue", repeats=3)
    assert alone["feature"].tolist() == ["gross_revenue"]
    assert alone["drop"].iloc[0] > 0.2
    groups = {"value": ("gross_revenue", "avg_ticket"), "returns": ("n_returns", "return_share")}
    found = learning.importance(table(), judged()[-1:], "revenue", repeats=3, groups=groups).set_index("feature")
    assert (found[["drop", "lower", "upper"]].T["returns"] == 0).all()
    assert found["drop"]["value"] > 0.2


def test_of_very_many_customers_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same ones at every cut, with the outcomes they have among all; up to the limit the table is the whole one."""
    history, cuts = Loaded(shop()), judged()
    whole = quarters.examples(history, cuts)
    pd.testing.assert_frame_equal(learning.examples(history, cuts), whole)
    monkeypatch.setattr(learning, "MOST_CUSTOMERS", 150)
    drawn = learning.examples(history, cuts)
    assert 100 < drawn["customer_id"].nunique() <= 150  # not all of today were known then
    theirs = whole[whole["customer_id"].isin(drawn["customer_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(drawn, theirs)
    pd.testing.assert_frame_equal(drawn, learning.examples(history, cuts))


def test_features_are_shuffled_among_some_of_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """What carries all of a ranking does so among customers drawn, too."""
    monkeypatch.setattr(learning, "MOST_SHUFFLED", 100)
    assert learning.importance(table(), judged()[-1:], "revenue", repeats=3)["drop"].iloc[0] > 0.2


def test_too_short_a_history_is_refused() -> None:
    """A fold needs a finished quarter before it, and a model needs examples of both kinds."""
    with pytest.raises(AnalysisError, match="longer history"):
        learning.folds(quarters.cuts(Loaded(shop()))[-2:])
    with pytest.raises(AnalysisError, match="longer history"):
        learning.finished(table(), table()["cut"].min(), 90, seed=0)


def test_on_the_real_file_a_model_beats_chance_and_not_the_sort(real_shop: pd.DataFrame) -> None:
    """In one year of the real shop the sort by revenue finds six times as many as chance, and is the champion."""
    at = quarters.cuts(Loaded(real_shop))
    examples = quarters.examples(Loaded(real_shop), at)
    found = learning.out_of_time(examples, learning.folds(at, most=2), QUICK)
    means = gains.measure(found, resamples=50)
    lift = means.table.set_index(["model", "metric"])["mean"]
    assert 5.5 < lift["revenue", "lift_10"] < 7
    assert learning.champion(means).model == "revenue"
    assert calibration.error(calibration.reliability(found))["revenue"] < 0.03
