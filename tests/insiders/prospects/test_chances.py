"""Probabilities to buy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.policies import lifetime_value as clv
from insiders.prospects import chances
from tests.insiders.prospects.shop import cuts

LOGS = np.log([0.8, 30.0, 0.6, 2.5])


def test_the_closed_form_is_the_models_own() -> None:
    """Customers drawn from the model buy as often as it says: checked by simulating what each does next."""
    histories = pd.DataFrame({"repeats": [0.0, 2.0, 6.0], "last": [0.0, 60.0, 80.0], "age": [90.0, 90.0, 90.0]})
    histories["spend"] = 1.0
    said = chances.chance_to_buy(LOGS, histories, 30)
    r, alpha, _, _ = np.exp(LOGS)
    draw = np.random.default_rng(2)
    for place, row in enumerate(histories.to_dict("records")):
        rates = draw.gamma(r + row["repeats"], 1 / (alpha + row["age"]), 200_000)
        there = clv.alive(LOGS, histories.iloc[[place]])[0]
        assert said[place] == pytest.approx(there * np.mean(-np.expm1(-30 * rates)), abs=0.004)


def test_longer_is_likelier() -> None:
    """More days bring more chances, from none to nearly that of being there at all."""
    histories = pd.DataFrame({"repeats": [3.0], "last": [50.0], "age": [60.0], "spend": [1.0]})
    found = [float(chances.chance_to_buy(LOGS, histories, days)[0]) for days in (0, 30, 90, 10_000)]
    assert found[0] == 0
    assert found == sorted(found)
    assert found[-1] == pytest.approx(float(clv.alive(LOGS, histories)[0]), abs=0.02)


def test_the_last_day_judges_and_does_not_choose() -> None:
    """The way has the least Brier score over the days before; the measures are those of the last day alone."""
    judged = chances.judge(cuts(), 30)
    assert judged.way == judged.briers.iloc[:-1].mean().idxmin()
    assert judged.last["cut"].nunique() == 1
    assert judged.last["cut"].iloc[0] == judged.briers.index[-1]
    mine = judged.last[judged.last["model"] == judged.way]
    assert judged.score(judged.way) == pytest.approx(((mine["probability"] - mine["high"]) ** 2).mean())
    assert judged.bought == pytest.approx(mine["high"].mean())
    assert 0 <= judged.calibration_error <= 1


def test_the_plain_rule_knows_two_groups() -> None:
    """Who bought lately and who did not are each given the share that such customers had before."""
    known, finished = cuts()[-1], cuts()[:-1]
    found = chances.WAYS[chances.PLAIN](known, finished, 30)
    lately = known.customers["recency_days"] <= chances.LATELY
    before = pd.concat([past.bought(30)[past.customers["recency_days"] <= chances.LATELY] for past in finished])
    assert np.unique(found[lately]).tolist() == pytest.approx([before.mean()])


def test_soon_is_never_likelier_than_later() -> None:
    """Where two ways contradict each other, both become their mean; the others stay as they are."""
    soon, later = chances.in_order(np.array([0.1, 0.6]), np.array([0.3, 0.4]))
    np.testing.assert_allclose([soon, later], [[0.1, 0.5], [0.3, 0.5]])


def test_of_very_many_lessons_a_sample_is_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the regression learns from rows drawn by lot, the same each time, and judges everybody."""
    known, finished = cuts()[-1], cuts()[:-3]
    whole = chances.WAYS["logistic"](known, finished, 30)
    monkeypatch.setattr(chances, "MOST_LEARNT", 300)
    some = chances.WAYS["logistic"](known, finished, 30)
    assert len(some) == len(known.customers)
    assert np.corrcoef(whole, some)[0, 1] > 0.8
    assert some.tolist() == chances.WAYS["logistic"](known, finished, 30).tolist()
