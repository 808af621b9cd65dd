"""Ways to the probability of high value, by name: plain rankings, and models over all that is known of a customer.

All see normal scores of ranks (`quarters.normal_scores`), so a plain ranking stays the order it is, with a logistic
curve for its probability. Settings are fixed beforehand and not tuned on the folds that judge them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.base import ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from insiders.customers.quarters import KNOWN

PREVALENCE = "prevalence"
"""The model that says the same of everybody: the share of high value there was before."""

AT_ONCE = 50_000
"""Customers whose probabilities are asked for together, which bounds the memory."""


@dataclass(frozen=True)
class Way:
    """A way to the probability: the features it sees and the model it fits to them."""

    features: tuple[str, ...]
    model: Callable[[int], ClassifierMixin]
    """Takes a seed, gives a scikit-learn classifier."""


def _trees(kind: Callable[..., ClassifierMixin]) -> Callable[[int], ClassifierMixin]:
    return lambda seed: kind(200, min_samples_leaf=10, max_features="sqrt", random_state=seed, n_jobs=1)


def _boosted(seed: int) -> LGBMClassifier:
    return LGBMClassifier(
        n_estimators=150,
        learning_rate=0.04,
        num_leaves=15,
        min_child_samples=40,
        subsample=0.8,
        subsample_freq=1,
        colsample_bytree=0.6,
        random_state=seed,
        deterministic=True,
        n_jobs=1,
        verbose=-1,
    )


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        PREVALENCE: Way(("gross_revenue",), lambda seed: DummyClassifier(strategy="prior", random_state=seed)),
        "revenue": Way(("gross_revenue",), lambda seed: LogisticRegression(random_state=seed)),
        "revenue_365": Way(("revenue_365",), lambda seed: LogisticRegression(random_state=seed)),
        "revenue_180": Way(("revenue_180",), lambda seed: LogisticRegression(random_state=seed)),
        "logistic": Way(KNOWN, lambda seed: LogisticRegression(C=0.1, max_iter=1000, random_state=seed)),
        "neighbours": Way(KNOWN, lambda _: KNeighborsClassifier(100)),
        "extra_trees": Way(KNOWN, _trees(ExtraTreesClassifier)),
        "random_forest": Way(KNOWN, _trees(RandomForestClassifier)),
        "lightgbm": Way(KNOWN, _boosted),
    }
)
"""The ways by name, the simplest first."""


def fitted(name: str, scores: pd.DataFrame, high: pd.Series, seed: int) -> ClassifierMixin:
    """The model of that name, fitted to normal scores of its features."""
    way = WAYS[name]
    return way.model(seed).fit(scores[[*way.features]].to_numpy(), high.to_numpy())


def probability(name: str, model: ClassifierMixin, scores: pd.DataFrame) -> npt.NDArray[np.float64]:
    """The model's probability of high value for every customer."""
    asked = scores[[*WAYS[name].features]].to_numpy()
    parts = (asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE))
    return np.concatenate([np.asarray(model.predict_proba(part)[:, 1], "float64") for part in parts])
