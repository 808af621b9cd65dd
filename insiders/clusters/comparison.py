"""Every clustering of every space with its scores: computed once, cut many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from insiders.clusters.ground import Ground, Labels
from insiders.clusters.models import FROM_GROUND
from insiders.clusters.scores import scores
from insiders.spaces import Points


@dataclass(frozen=True)
class Comparison:
    """Every clustering of every space, and its scores."""

    scores: pd.DataFrame
    """space, model, k, silhouette, silhouette_error (standard error; 0 where exact), davies_bouldin, calinski_harabasz,
    bic (Gaussian mixtures; else missing), smallest (customers in the smallest cluster), smallest_share and noise_share
    (of all customers)."""
    labels: Mapping[tuple[str, str], Mapping[int, Labels]]
    """Labels by (space, model) and k."""
    approximation: str = ""
    """What was not done with all customers, in a sentence; empty where everything is exact."""


def compare(
    points: Mapping[str, Points],
    models: Sequence[str] = tuple(FROM_GROUND),
    k_range: Iterable[int] = range(2, 16),
    *,
    seed: int,
) -> Comparison:
    """Cluster every space with every model for every k, and score the results.

    A model without a clustering for some k has no row for it. Each space has one linkage for Ward and for the starts of
    K-means and mixtures, one tree of densities for DBSCAN and HDBSCAN, and one distance matrix for all silhouettes.
    """
    wanted = list(k_range)
    rows: list[dict[str, Any]] = []
    labels: dict[tuple[str, str], dict[int, Labels]] = {}
    approximation = ""
    for space, where in points.items():
        ground = Ground(where, seed)
        approximation = approximation or _approximation(ground)
        cuts = {model: FROM_GROUND[model](ground, wanted) for model in models}
        found = [(model, k, cut) for model, cut_by in cuts.items() for k, cut in cut_by.labels.items()]
        labels |= {(space, model): {k: ground.spread(cut) for k, cut in cuts[model].labels.items()} for model in models}
        # All at once: most clusters are found more than once, by a neighbouring k or another model.
        for (model, k, _), told in zip(found, scores(ground, [cut for *_, cut in found]), strict=True):
            rows.append({"space": space, "model": model, "k": k, **told, "bic": cuts[model].bic.get(k, np.nan)})
    return Comparison(pd.DataFrame(rows), labels, approximation)


def _approximation(ground: Ground) -> str:
    few, all_ = len(ground.points), len(ground.everyone)
    if few == all_:
        return ""
    return (
        f"the models and scores are those of a sample of {few:,} of {all_:,} customers, among whom the firmness "
        "of clusters is judged too; each of the others takes the cluster of the nearest of them"
    )
