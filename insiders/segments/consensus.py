"""Insiders by consensus of many forests: a group that another seed or a few customers fewer do not overturn.

The method this project started from picks one cluster of one cut of one layout of one forest, and each of these steps
can tip: with another seed the best cluster is another one. Here nothing is cut. Every round draws 80 % of the customers
and grows a small forest on their revenue from what they do; two customers belong together as often as trees put them
into the same leaf (their co-assignment, Breiman's proximity); and a customer is worth what those are worth who belong
with it. The Insiders are the given share of all customers that is worth most by that measure.

It sees revenue and is meant to: this is a ranking that a seed does not move, no evidence of natural groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from insiders.errors import AnalysisError
from insiders.segments.groups import Flags
from insiders.spaces import BEHAVIOUR, FEWEST_CUSTOMERS, filled

ROUNDS = 10
TREES = 25
DRAWN = 0.8
MOST_DRAWN = 30_000
"""Customers that a round learns from at most; all others are put into its leaves."""
SMALLEST_LEAF = 5
SHARE = 0.10


@dataclass(frozen=True)
class Consensus:
    """Who is chosen, and how far the rounds agree; rows as in the table given."""

    is_insider: Flags
    worth: npt.NDArray[np.float64]
    """Mean logarithm of the gross revenue of the customers that share leaves with this one, over all trees."""
    votes: npt.NDArray[np.float64]
    """Share of the rounds, each alone, that would have chosen the customer."""


def consensus(customers: pd.DataFrame, *, seed: int, share: float = SHARE, rounds: int = ROUNDS) -> Consensus:
    """The Insiders by consensus of forests over seeds and subsamples; the same for the same seed.

    ``customers``: the hand-off table of that name. ``share``: of all customers, who are chosen. A customer who was not
    drawn in a round is put into that round's leaves all the same. Raises AnalysisError where customers are too few or
    none of them paid anything.
    """
    if len(customers) < FEWEST_CUSTOMERS:
        raise AnalysisError(f"a consensus needs at least {FEWEST_CUSTOMERS} customers, and there are {len(customers)}")
    revenue = customers["gross_revenue"].to_numpy("float64")
    if not (revenue > 0).any():
        raise AnalysisError("no customer has any revenue: there is nothing to choose Insiders by")
    features = filled(customers, BEHAVIOUR).to_numpy("float32")
    draws = np.random.default_rng(seed)
    worths = np.array([_round(features, revenue, draws) for _ in range(rounds)])
    votes = np.mean([_best(worth, share) for worth in worths], axis=0)
    worth = worths.mean(axis=0)
    return Consensus(_best(worth, share), worth, votes)


def _round(
    features: npt.NDArray[np.float32], revenue: npt.NDArray[np.float64], draws: np.random.Generator
) -> npt.NDArray[np.float64]:
    size = len(features)
    drawn = np.sort(draws.choice(size, min(int(DRAWN * size), MOST_DRAWN), replace=False))
    forest = RandomForestRegressor(TREES, min_samples_leaf=SMALLEST_LEAF, random_state=int(draws.integers(2**31)))
    leaves = forest.fit(features[drawn], revenue[drawn]).apply(features)
    logs = np.log1p(np.maximum(revenue[drawn], 0))
    total = np.zeros(size)
    for leaf in leaves.T:
        mates = np.bincount(leaf[drawn], minlength=leaf.max() + 1)
        sums = np.bincount(leaf[drawn], weights=logs, minlength=leaf.max() + 1)
        total += (sums / mates.clip(1))[leaf]
    return np.asarray(total / leaves.shape[1], "float64")


def _best(worth: npt.NDArray[np.float64], share: float) -> Flags:
    chosen = np.zeros(len(worth), dtype=bool)
    chosen[np.argsort(-worth, kind="stable")[: round(share * len(worth))]] = True
    return chosen
