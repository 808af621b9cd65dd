"""The models by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.customers.quarters import KNOWN
from insiders.high_value import classifiers
from insiders.high_value.classifiers import PREVALENCE, WAYS, fitted, probability

DRAW = np.random.default_rng(0)
SCORES = pd.DataFrame(DRAW.normal(size=(600, len(KNOWN))), columns=[*KNOWN])
HIGH = pd.Series(
    SCORES[["gross_revenue", "revenue_180", "revenue_365"]].sum(axis=1) + DRAW.normal(size=600) * 0.5 > 2.5
)


@pytest.mark.parametrize("name", [name for name in WAYS if name != PREVALENCE])
def test_every_way_learns_and_repeats_itself(name: str) -> None:
    """High customers get the higher probability, and the same seed gives the same probabilities."""
    found = probability(name, fitted(name, SCORES, HIGH, seed=1), SCORES)
    assert found[HIGH].mean() > 1.5 * found[~HIGH].mean()
    assert found.tolist() == probability(name, fitted(name, SCORES, HIGH, seed=1), SCORES).tolist()


def test_prevalence_says_the_same_of_everybody() -> None:
    """The plainest baseline gives the share there was."""
    found = probability(PREVALENCE, fitted(PREVALENCE, SCORES, HIGH, seed=1), SCORES)
    assert set(found) == {HIGH.mean()}


def test_a_plain_ranking_keeps_its_order() -> None:
    """The probability by revenue rises with revenue and with nothing else."""
    found = probability("revenue", fitted("revenue", SCORES, HIGH, seed=1), SCORES)
    assert np.argsort(found).tolist() == np.argsort(SCORES["gross_revenue"].to_numpy()).tolist()


@pytest.mark.parametrize("name", ["neighbours", "lightgbm"])
def test_customers_asked_in_parts_get_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A probability does not hang on who else is asked for at the same time."""
    model = fitted(name, SCORES, HIGH, seed=1)
    together = probability(name, model, SCORES)
    monkeypatch.setattr(classifiers, "AT_ONCE", 70)
    np.testing.assert_allclose(probability(name, model, SCORES), together, rtol=1e-9)
