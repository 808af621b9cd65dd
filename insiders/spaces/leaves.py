"""Spaces of a forest's leaves: customers are near where many trees put them into the same leaf.

One forest is fitted on gross revenue (the method this project started from), so that its space separates revenue by
construction. One learns to tell real customers from shuffled ones (Breiman's synthetic contrast), and one splits
anywhere (totally random trees): these two see no money at all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import BaseEnsemble, RandomForestClassifier, RandomForestRegressor, RandomTreesEmbedding

from insiders.spaces import layouts
from insiders.spaces.features import AS_IS, BEHAVIOUR, Scaling, filled, scaling
from insiders.spaces.space import FULL, NO_IMPORTANCE, Effort, Points, Space
from insiders.spaces.trees import grown, leaves

TREES = FULL.trees
LEAST_IMPORTANCE = 0.01
RANDOM_DEPTH = 8
SMALLEST_LEAF = 5


def forest_leaves(customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming", effort: Effort = FULL) -> Space:
    """Leaves of a forest fitted on gross revenue, laid out by UMAP; features under 1 % importance are left out."""
    features = filled(customers, BEHAVIOUR)
    revenue = customers["gross_revenue"].to_numpy()
    forest = RandomForestRegressor(effort.trees, random_state=seed)
    importance = _importance(forest.fit(features.to_numpy("float32"), revenue), list(features.columns))
    taken = list(importance.index[importance >= LEAST_IMPORTANCE])
    scales = _as_is(customers, taken)
    points = scales.apply(customers)
    forest.fit(points, revenue)
    target = "fitted on gross revenue"
    return _space(
        "forest_leaves", forest, scales, points, importance, seed, leaf_metric, target, effort, sees_revenue=True
    )


def contrast_leaves(
    customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming", effort: Effort = FULL
) -> Space:
    """Leaves of a forest that tells customers from shuffled ones (Breiman 2001), laid out by UMAP; sees no money.

    In the shuffled copy every feature keeps its values but loses its ties to the others, so the forest learns which
    combinations are real. Leaves hold at least five customers, real or not; smaller ones only memorise.
    """
    scales = _as_is(customers, list(filled(customers, BEHAVIOUR).columns))
    points = scales.apply(customers)
    shuffle = np.random.default_rng(seed)
    shuffled = np.column_stack([shuffle.permutation(column) for column in points.T])
    real = np.repeat([1, 0], len(points))
    forest = RandomForestClassifier(effort.trees, min_samples_leaf=SMALLEST_LEAF, random_state=seed)
    forest.fit(np.vstack([points, shuffled]), real)
    importance = _importance(forest, list(scales.names))
    target = "fitted on the difference between customers and shuffled customers"
    return _space(
        "contrast_leaves",
        forest,
        scales,
        points,
        importance,
        seed,
        leaf_metric,
        target,
        effort,
        sees_revenue=False,
    )


def random_leaves(customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming", effort: Effort = FULL) -> Space:
    """Leaves of totally random trees (Geurts et al. 2006) on the scaled behaviour, laid out by UMAP; sees no money."""
    scales = scaling(customers, BEHAVIOUR)
    points = scales.apply(customers)
    forest = RandomTreesEmbedding(
        effort.trees, max_depth=RANDOM_DEPTH, min_samples_leaf=SMALLEST_LEAF, random_state=seed
    )
    forest.fit(points)
    target = "that split the scaled behaviour at random"
    return _space(
        "random_leaves",
        forest,
        scales,
        points,
        NO_IMPORTANCE,
        seed,
        leaf_metric,
        target,
        effort,
        sees_revenue=False,
    )


def _as_is(customers: pd.DataFrame, names: list[str]) -> Scaling:
    return scaling(customers, dict.fromkeys(names, AS_IS), standardise=False)


def _importance(forest: BaseEnsemble, names: list[str]) -> pd.Series:
    return pd.Series(forest.feature_importances_, names).sort_values(ascending=False)


def _space(
    name: str,
    forest: BaseEnsemble,
    scales: Scaling,
    features: Points,
    importance: pd.Series,
    seed: int,
    metric: str,
    target: str,
    effort: Effort,
    *,
    sees_revenue: bool,
) -> Space:
    trees = grown(forest)
    # The leaf numbers of a tree are small; float32 holds them exactly and halves the distances' memory.
    numbers = leaves(trees, features)
    compared = numbers.astype("float32")
    near = layouts.neighbours(compared, metric)
    points = layouts.by_umap(compared, near, metric, layouts.DIMENSIONS, seed, effort.epochs)
    plane = layouts.by_umap(compared, near, metric, 2, seed, effort.epochs) if effort.mapped else points[:, :2]
    return Space(
        name=name,
        points=points,
        plane=plane,
        axes=layouts.UMAP_AXES,
        importance=importance,
        sees_revenue=sees_revenue,
        how=f"leaves of {effort.trees} trees {target}, compared by {metric} distance, "
        f"laid out by UMAP in {layouts.DIMENSIONS} dimensions",
        kept={
            "kind": np.array("leaves"),
            "metric": np.array(metric),
            **scales.arrays(),
            **trees.arrays(),
            "compared": numbers,
            "points": points,
            "plane": plane,
        },
    )
