"""How well each cluster survives when the customers are drawn anew (Hennig 2007, clusterwise Jaccard similarity)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from insiders import choice, spaces
from insiders.choice import Flags, jaccard
from insiders.clusters import MODELS, Labels, compare
from insiders.spaces import Points


def stability(points: Points, labels: Labels, model: str, *, seed: int, resamples: int = 20) -> npt.NDArray[np.float64]:
    """Mean Jaccard similarity of every cluster to its best match, over bootstrap resamples of the customers.

    The model is fitted again to each resample with the same number of clusters; the space stays as it is, so this
    says how firm the clusters are in this space, not how firm the space is. A resample in which the model finds another
    number of clusters (DBSCAN) counts 0 for all. Hennig's reading: 0.6 and less is not to be trusted, 0.75 and more is
    a pattern, 0.85 and more is firm.
    """
    k = int(labels.max()) + 1
    scores = np.zeros((resamples, k))
    draws = np.random.default_rng(seed)
    for row in scores:
        drawn = np.unique(draws.integers(len(points), size=len(points)))
        again = MODELS[model](points[drawn], [k], seed).get(k)
        if again is not None:
            row[:] = _best_matches(labels[drawn], again, k)
    return scores.mean(axis=0)


def over_seeds(
    customers: pd.DataFrame,
    is_insider: Flags,
    *,
    space: str,
    model: str,
    k: int | None,
    k_range: Iterable[int],
    by: str,
    leaf_metric: str,
    seeds: Iterable[int],
) -> pd.DataFrame:
    """The whole procedure with other seeds: space, clustering, choice of k (by rule where ``k`` is None), Insiders.

    One row per seed: ``seed``, ``k``, ``insiders`` (customers), ``revenue_share`` (of the segmented customers) and
    ``jaccard`` (similarity to the given Insiders).
    """
    rows, wanted = [], list(k_range)
    revenue = customers["gross_revenue"].to_numpy()
    for seed in seeds:
        points = spaces.fit(customers, [space], seed=seed, leaf_metric=leaf_metric)[space].points
        comparison = compare({space: points}, [model], wanted, seed=seed)
        chosen = choice.choose(choice.candidates(comparison, customers, by), space, model, k)
        group = choice.insiders(comparison.labels[space, model][chosen.k], choice.WORTH[by](customers))
        share = float(revenue[group].sum() / revenue.sum())
        rows.append((seed, chosen.k, int(group.sum()), share, jaccard(is_insider, group)))
    return pd.DataFrame(rows, columns=["seed", "k", "insiders", "revenue_share", "jaccard"])


def _best_matches(labels: Labels, again: Labels, k: int) -> npt.NDArray[np.float64]:
    found = [again == other for other in range(again.max() + 1)]
    return np.array([max(jaccard(labels == cluster, group) for group in found) for cluster in range(k)])
