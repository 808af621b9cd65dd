"""Ways to choose Insiders, by name, the simplest first: each scores the customers by what is known on a day.

A score ranks: the programme takes as many customers as it has places for, from the top. None of them sees what comes
after the day (`insiders.customers.snapshots`); those that learn do so from earlier periods that were over by then, of
many customers from `MOST_LEARNT` drawn by lot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
from lightgbm import LGBMRegressor
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

from insiders import spaces
from insiders.clusters import compare
from insiders.customers.snapshots import LATELY, Snapshot
from insiders.errors import AnalysisError
from insiders.policies import lifetime_value as clv
from insiders.policies.words import WORDS

Floats = npt.NDArray[np.float64]

LEARNT_FROM = (
    "recency_days", "tenure_days", "n_invoices", "n_purchase_days", "n_items", "n_products", "gross_revenue",
    "net_revenue", "avg_ticket", "avg_basket_items", "avg_basket_products", "avg_unit_price", "frequency",
    "avg_gap_days", "gap_regularity", "return_share", *LATELY,
)  # fmt: skip
"""The features that learning policies see."""

FEWEST_LESSONS = 200
"""Customers of earlier periods, below which nothing is learnt."""

MOST_LEARNT = 30_000
"""Customers of earlier periods that are learnt from; of more, so many are drawn by lot, always the same."""

SEGMENTS = 10
"""The number of clusters of the method this project started from."""

JUDGED = spaces.Effort(trees=100, epochs=200, mapped=False)
"""What is put into a clustering on each day of a backtest: it captures as much of later revenue as one of 250 trees and
500 epochs does under another seed (`benchmarks/policies.md`), in less than half of the time."""

NEIGHBOURS = 100

AT_ONCE = 50_000
"""Customers whose neighbours are sought together, which bounds the memory."""


@dataclass(frozen=True)
class Policy:
    """A way to choose Insiders."""

    score: Callable[[Snapshot, int], Floats]
    """Score of every customer of the snapshot, in their order, by snapshot and seed; the higher the better."""
    words: str
    """The policy in words a marketing manager can repeat."""
    money: bool = False
    """Whether the score is the expected revenue of the later period, in the shop's currency."""
    learns: bool = False
    """Whether it learns from what customers of earlier periods brought afterwards."""


def rfm(snapshot: Snapshot, seed: int) -> Floats:
    """Sum of the fifths in which a customer stands by recency, frequency and value: 3 to 15."""
    del seed
    customers = snapshot.customers
    ranks = [customers["recency_days"].rank(ascending=False), customers["n_invoices"].rank()]
    ranks += [customers["gross_revenue"].rank()]
    return np.sum([np.ceil(5 * rank / len(customers)) for rank in ranks], axis=0).astype("float64")


def lifetime_value(snapshot: Snapshot, seed: int) -> Floats:
    """Expected revenue by BG/NBD and Gamma-Gamma, fitted to everybody who had bought by then."""
    del seed
    histories = snapshot.buying()
    model = clv.fit(histories)
    mine = histories.loc[snapshot.customers["customer_id"]]
    purchases = clv.expected_purchases(model.purchases.logs, mine, snapshot.days)
    return purchases * clv.expected_spend(model.spending.logs, mine)


def cluster(snapshot: Snapshot, seed: int, effort: spaces.Effort = JUDGED) -> Floats:
    """The clusters of leaves of a forest fitted on revenue, the one of highest mean revenue first, in it by revenue.

    A forest (as large as ``effort`` says), UMAP to 10 dimensions, Ward, ten clusters. A
    cluster is no size that a programme could choose: a group that needs more goes on with the next cluster, one that
    needs fewer takes the highest revenue.
    """
    revenue = snapshot.customers["gross_revenue"]
    space = spaces.fit(snapshot.customers, ["forest_leaves"], seed=seed, effort=effort)["forest_leaves"]
    labels = compare({space.name: space.points}, ["ward"], [SEGMENTS], seed=seed).labels[space.name, "ward"][SEGMENTS]
    standing = revenue.groupby(labels).transform("mean").rank(method="dense")
    return np.asarray(standing + revenue.rank(pct=True) / 2, "float64")


def neighbours(snapshot: Snapshot, seed: int) -> Floats:
    """Mean later revenue of the hundred most similar customers of earlier periods."""
    del seed
    lessons, target = _lessons(snapshot)
    scale = StandardScaler().fit(_straight(lessons))
    model = KNeighborsRegressor(min(NEIGHBOURS, len(lessons)), weights="distance", algorithm="brute")
    model.fit(scale.transform(_straight(lessons)), target)
    asked = scale.transform(_straight(_seen(snapshot.customers)))
    parts = [model.predict(asked[start : start + AT_ONCE]) for start in range(0, len(asked), AT_ONCE)]
    return np.asarray(np.concatenate(parts), "float64")


def forest(snapshot: Snapshot, seed: int) -> Floats:
    """Later revenue as extremely randomised trees learnt it from earlier periods."""
    lessons, target = _lessons(snapshot)
    model = ExtraTreesRegressor(100, min_samples_leaf=5, max_features=0.5, random_state=seed, n_jobs=1)
    return model.fit(lessons, target).predict(_seen(snapshot.customers))


def boosting(snapshot: Snapshot, seed: int) -> Floats:
    """Later revenue as gradient-boosted trees learnt it from earlier periods (LightGBM, Tweedie: many zeros)."""
    lessons, target = _lessons(snapshot)
    model = LGBMRegressor(
        objective="tweedie", n_estimators=150, learning_rate=0.04, num_leaves=15, min_child_samples=40,
        subsample=0.8, subsample_freq=1, colsample_bytree=0.8, random_state=seed, n_jobs=1, deterministic=True,
        force_row_wise=True, verbose=-1,
    )  # fmt: skip
    return np.asarray(model.fit(lessons, np.maximum(target, 0.0)).predict(_seen(snapshot.customers)), "float64")


def hybrid(snapshot: Snapshot, seed: int) -> Floats:
    """Mean rank by revenue so far, by lifetime value and by boosting."""
    scores = [snapshot.customers["gross_revenue"], lifetime_value(snapshot, seed), boosting(snapshot, seed)]
    return np.mean([pd.Series(score).rank(pct=True) for score in scores], axis=0).astype("float64")


def _column(name: str) -> Callable[[Snapshot, int], Floats]:
    def score(snapshot: Snapshot, seed: int) -> Floats:
        del seed
        return snapshot.customers[name].to_numpy("float64")

    return score


POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        "year_revenue": Policy(_column("revenue_365"), WORDS["year_revenue"]),
        "revenue": Policy(_column("gross_revenue"), WORDS["revenue"]),
        "frequency": Policy(_column("n_invoices"), WORDS["frequency"]),
        "recent_revenue": Policy(_column("revenue_90"), WORDS["recent_revenue"]),
        "faded_revenue": Policy(_column("faded_revenue"), WORDS["faded_revenue"]),
        "rfm": Policy(rfm, WORDS["rfm"]),
        "lifetime_value": Policy(lifetime_value, WORDS["lifetime_value"], money=True),
        "neighbours": Policy(neighbours, WORDS["neighbours"], money=True, learns=True),
        "forest": Policy(forest, WORDS["forest"], money=True, learns=True),
        "boosting": Policy(boosting, WORDS["boosting"], money=True, learns=True),
        "hybrid": Policy(hybrid, WORDS["hybrid"], learns=True),
        "cluster": Policy(cluster, WORDS["cluster"]),
    }
)
"""Policies by name, the simplest first: one column, a formula, a model, several models. Of revenue, that of a year is
first: a customer reads it off a statement, and who stays away leaves by himself."""


def _lessons(snapshot: Snapshot) -> tuple[pd.DataFrame, Floats]:
    """What is learnt from, and the later revenue: all lessons, or `MOST_LEARNT` of them drawn by lot."""
    lessons = snapshot.lessons(MOST_LEARNT)
    if len(lessons) < FEWEST_LESSONS:
        raise AnalysisError(
            f"there are {len(lessons)} customers of earlier periods of {snapshot.days} days to learn from on "
            f"{snapshot.day:%Y-%m-%d} and {FEWEST_LESSONS} are needed: take a later day or a policy that does not learn"
        )
    return _seen(lessons), lessons["later_revenue"].to_numpy("float64")


def _seen(customers: pd.DataFrame) -> pd.DataFrame:
    """The features as numbers; a gap is unknown and stays below every known value."""
    return customers[list(LEARNT_FROM)].astype("float64").fillna(-1.0)


def _straight(features: pd.DataFrame) -> pd.DataFrame:
    return np.sign(features) * np.log1p(features.abs())
