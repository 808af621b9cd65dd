"""Layouts: coordinates for customers of whom only the distances count."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors
from umap import UMAP

from insiders.spaces.compiled import keep_compiled
from insiders.spaces.space import Points

Neighbours = tuple[npt.NDArray[np.int64], Points, None]

NEIGHBOURS = 15
DIMENSIONS = 10
PERPLEXITY = 30

UMAP_AXES = ("UMAP 1 (no unit)", "UMAP 2 (no unit)")
TSNE_AXES = ("t-SNE 1 (no unit)", "t-SNE 2 (no unit)")


def first_components(features: Points) -> tuple[PCA, tuple[str, str]]:
    """The first two principal components, fitted, and the names of the axes with their shares of the variance."""
    model = PCA(n_components=2, svd_solver="full").fit(features)
    first, second = model.explained_variance_ratio_
    return model, (f"first component ({first:.0%} of variance)", f"second component ({second:.0%} of variance)")


def neighbours(points: npt.NDArray[np.float32], metric: str) -> Neighbours:
    """Every customer's nearest, found once for all layouts; exact, since no index helps where leaves are labels."""
    search = NearestNeighbors(n_neighbors=NEIGHBOURS, metric=metric, algorithm="brute", n_jobs=1).fit(points)
    distances, indices = search.kneighbors(points)
    return indices, distances.astype("float32"), None


def by_umap(points: npt.NDArray[np.float32], near: Neighbours, metric: str, dimensions: int, seed: int) -> Points:
    """Coordinates by UMAP (McInnes et al. 2018) that keep neighbours together; the same for the same seed."""
    keep_compiled()
    with warnings.catch_warnings():
        # Both say that a fitted UMAP could not place new customers or invert: nothing here asks it to.
        warnings.filterwarnings("ignore", message="precomputed_knn", category=UserWarning)
        warnings.filterwarnings("ignore", message="gradient function is not yet implemented", category=UserWarning)
        layout = UMAP(
            n_components=dimensions,
            n_neighbors=NEIGHBOURS,
            metric=metric,
            precomputed_knn=near,
            random_state=seed,
            n_jobs=1,
        )
        return layout.fit_transform(points).astype("float32")


def by_tsne(points: Points, seed: int) -> Points:
    """Two coordinates by t-SNE (van der Maaten and Hinton 2008), begun from the principal components."""
    perplexity = min(PERPLEXITY, (len(points) - 1) / 3)
    layout = TSNE(2, perplexity=perplexity, init="pca", random_state=seed, n_jobs=1)
    return layout.fit_transform(points).astype("float32")
