"""How far clusters and Insiders survive other customers and other seeds.

Clusters by Hennig's clusterwise Jaccard similarity (2007), clusterings by the adjusted Rand index (Hubert and Arabie
1985), and the Insiders, whoever chooses them, by the Jaccard similarity of the groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from insiders import spaces
from insiders.clusters import MODELS, Labels, compare, sampled
from insiders.parallel import in_threads
from insiders.segments import choice
from insiders.segments.groups import Flags, jaccard
from insiders.spaces import Points


def stability(points: Points, labels: Labels, model: str, *, seed: int, resamples: int = 20) -> npt.NDArray[np.float64]:
    """Mean Jaccard similarity of every cluster to its best match, over bootstrap resamples of the customers.

    The model is fitted again to each resample with the same number of clusters; the space stays as it is, so this
    says how firm the clusters are in this space, not how firm the space is. A resample in which the model finds another
    number of clusters (DBSCAN) counts 0 for all. Beyond `FULL_SIZE` customers it is judged among those of the sample
    that the models were fitted to. Hennig's reading: 0.6 and less is not to be trusted, 0.75 and more is a pattern,
    0.85 and more is firm.
    """
    k = int(labels.max()) + 1
    among = sampled(len(points), seed)
    points, labels = points[among], labels[among]
    scores = np.zeros((resamples, k))
    draws = np.random.default_rng(seed)
    for row in scores:
        drawn = np.unique(draws.integers(len(points), size=len(points)))
        again = MODELS[model](points[drawn], [k], seed).get(k)
        if again is not None:
            row[:] = _best_matches(labels[drawn], again, k)
    return scores.mean(axis=0)


def agreement(points: Points, labels: Labels, model: str, *, seed: int, resamples: int = 20) -> pd.DataFrame:
    """Adjusted Rand index between a clustering and the same model's on subsamples of 80 %, and under other seeds.

    The space stays as it is. One row per repetition: ``kind`` (``seed`` or ``subsample``), ``seed`` and
    ``adjusted_rand`` (1 the same, 0 as by chance) over the customers of the subsample. Noise is a group like others.
    Where the model finds another number of clusters (DBSCAN, HDBSCAN) the index is 0.
    """
    k, rows = int(labels.max()) + 1, []
    everyone = np.arange(len(points))
    for kind in ("seed", "subsample"):
        for other in range(seed + 1, seed + 1 + resamples):
            drawn = everyone if kind == "seed" else subsample(len(points), other)
            again = MODELS[model](points[drawn], [k], other).get(k)
            index = 0.0 if again is None else float(adjusted_rand_score(labels[drawn], again))
            rows.append((kind, other, index))
    return pd.DataFrame(rows, columns=["kind", "seed", "adjusted_rand"])


def of_insiders(
    customers: pd.DataFrame,
    choose: Callable[[pd.DataFrame, int], Flags],
    *,
    seeds: Iterable[int],
    reference: int,
) -> pd.DataFrame:
    """How far any way of choosing Insiders gives the same group again, with other seeds and on 80 % of the customers.

    ``choose``: customers and a seed to flags. The group of seed ``reference`` on all customers is what the others are
    held against, among those customers that the repetition had. One row per repetition: ``kind`` (``seed`` or
    ``subsample``), ``seed``, ``insiders`` (customers), ``revenue_share`` (of the repetition's customers) and
    ``jaccard``.
    """
    first = choose(customers, reference)
    revenue = customers["gross_revenue"].to_numpy("float64")
    everyone = np.arange(len(customers))

    def again(kind: str, seed: int) -> tuple[str, int, int, float, float]:
        drawn = everyone if kind == "seed" else subsample(len(customers), seed)
        group = choose(customers.iloc[drawn].reset_index(drop=True), seed)
        share = float(revenue[drawn][group].sum() / revenue[drawn].sum())
        return kind, seed, int(group.sum()), share, jaccard(first[drawn], group)

    rows = in_threads(lambda asked: again(*asked), product(("seed", "subsample"), seeds))
    return pd.DataFrame(rows, columns=["kind", "seed", "insiders", "revenue_share", "jaccard"])


def subsample(size: int, seed: int, share: float = 0.8) -> npt.NDArray[np.int64]:
    """Places of a share of the customers, drawn without replacement, in order."""
    return np.sort(np.random.default_rng(seed).choice(size, int(share * size), replace=False))


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
    wanted = list(k_range)
    revenue = customers["gross_revenue"].to_numpy()

    def again(seed: int) -> tuple[int, int, int, float, float]:
        points = spaces.fit(customers, [space], seed=seed, leaf_metric=leaf_metric, effort=spaces.Effort(mapped=False))[
            space
        ].points
        comparison = compare({space: points}, [model], wanted, seed=seed)
        chosen = choice.choose(choice.candidates(comparison, customers, by), space, model, k)
        group = choice.insiders(comparison.labels[space, model][chosen.k], choice.WORTH[by](customers))
        share = float(revenue[group].sum() / revenue.sum())
        return seed, chosen.k, int(group.sum()), share, jaccard(is_insider, group)

    return pd.DataFrame(in_threads(again, seeds), columns=["seed", "k", "insiders", "revenue_share", "jaccard"])


def _best_matches(labels: Labels, again: Labels, k: int) -> npt.NDArray[np.float64]:
    found = [again == other for other in range(again.max() + 1)]
    return np.array([max(jaccard(labels == cluster, group) for group in found) for cluster in range(k)])
