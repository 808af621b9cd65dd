"""Spaces of measured features: behaviour and value, scaled, or projected from the scaled ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA

from insiders.spaces import layouts
from insiders.spaces.features import BEHAVIOUR, VALUE, Scaling, scaling
from insiders.spaces.space import NO_IMPORTANCE, Arrays, Points, Space

MEASURED = {**BEHAVIOUR, **VALUE}


def scaled(customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming") -> Space:
    """Behaviour and value, each feature straightened (log or Yeo-Johnson) and standardised."""
    del seed, leaf_metric
    scales = scaling(customers, MEASURED)
    points = scales.apply(customers)
    how = (
        f"{points.shape[1]} features of behaviour and value, log or Yeo-Johnson transformed and standardised; "
        "gaps filled with the median"
    )
    return _projected("scaled", scales, points, np.eye(points.shape[1]), np.zeros(points.shape[1]), how)


def pca(customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming", variance: float = 0.9) -> Space:
    """The principal components of the scaled features that hold the given share of their variance."""
    del seed, leaf_metric
    scales = scaling(customers, MEASURED)
    features = scales.apply(customers)
    model = PCA(n_components=variance, svd_solver="full").fit(features)
    turn = model.components_.T
    how = f"the {turn.shape[1]} principal components of the scaled features that hold {variance:.0%} of their variance"
    return _projected("pca", scales, features, turn, model.mean_, how)


def umap(customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming") -> Space:
    """The scaled features laid out in two dimensions by UMAP."""
    del leaf_metric
    scales = scaling(customers, MEASURED)
    features = scales.apply(customers)
    plane = layouts.by_umap(features, layouts.neighbours(features, "euclidean"), "euclidean", 2, seed)
    return _laid_out("umap", scales, features, plane, layouts.UMAP_AXES, "UMAP")


def tsne(customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming") -> Space:
    """The scaled features laid out in two dimensions by t-SNE."""
    del leaf_metric
    scales = scaling(customers, MEASURED)
    features = scales.apply(customers)
    return _laid_out("tsne", scales, features, layouts.by_tsne(features, seed), layouts.TSNE_AXES, "t-SNE")


def _projected(name: str, scales: Scaling, features: Points, turn: np.ndarray, middle: np.ndarray, how: str) -> Space:
    flat, axes = layouts.first_components(features)
    kept: Arrays = {
        "kind": np.array("projection"),
        **scales.arrays(),
        "turn": turn,
        "middle": middle,
        "flat": flat.components_.T,
        "flat_middle": flat.mean_,
    }
    points = ((features - middle) @ turn).astype("float32")
    plane = ((features - flat.mean_) @ flat.components_.T).astype("float32")
    return Space(name, points, plane, axes, NO_IMPORTANCE, sees_revenue=True, how=how, kept=kept)


def _laid_out(name: str, scales: Scaling, features: Points, plane: Points, axes: tuple[str, str], method: str) -> Space:
    kept: Arrays = {
        "kind": np.array("features"),
        **scales.arrays(),
        "compared": features,
        "points": plane,
        "plane": plane,
    }
    how = f"the {features.shape[1]} scaled features of behaviour and value, laid out by {method} in 2 dimensions"
    return Space(name, plane, plane, axes, NO_IMPORTANCE, sees_revenue=True, how=how, kept=kept)
