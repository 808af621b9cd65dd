"""Layouts: coordinates for customers of whom only the distances count."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors
from umap.distances import named_distances
from umap.umap_ import find_ab_params, fuzzy_simplicial_set, simplicial_set_embedding

from insiders.spaces.compiled import keep_compiled
from insiders.spaces.space import Points

Neighbours = tuple[npt.NDArray[np.int64], Points, None]

NEIGHBOURS = 15
DIMENSIONS = 10
PERPLEXITY = 30
SPREAD, LEAST_DISTANCE = 1.0, 0.1
"""UMAP's own defaults: how far layouts spread, and how near two customers may come."""

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


def by_umap(
    points: npt.NDArray[np.float32],
    near: Neighbours,
    metric: str,
    dimensions: int,
    seed: int,
    epochs: int | None = None,
) -> Points:
    """Coordinates by UMAP (McInnes et al. 2018) that keep neighbours together; the same for the same seed.

    ``epochs`` is how often the layout is gone over; None leaves it to the library (500 up to 10,000 customers).
    """
    keep_compiled()
    # The class `UMAP` does the same, and warns that it could not place new customers, which nothing here asks it to.
    indices, distances, _ = near
    draws, measure = np.random.RandomState(seed), named_distances[metric]
    kept = {"metric": measure, "metric_kwds": {}}
    graph, *_ = fuzzy_simplicial_set(
        points, NEIGHBOURS, draws, **kept, knn_indices=indices, knn_dists=distances, return_dists=False
    )
    a, b = find_ab_params(SPREAD, LEAST_DISTANCE)
    layout, _ = simplicial_set_embedding(
        points,
        graph,
        dimensions,
        initial_alpha=1.0,
        a=a,
        b=b,
        gamma=1.0,
        negative_sample_rate=5,
        n_epochs=epochs,
        init="spectral",
        random_state=draws,
        **kept,
        densmap=False,
        densmap_kwds={},
        output_dens=False,
    )
    return np.asarray(layout, "float32")


def by_tsne(points: Points, seed: int) -> Points:
    """Two coordinates by t-SNE (van der Maaten and Hinton 2008), begun from the principal components."""
    perplexity = min(PERPLEXITY, (len(points) - 1) / 3)
    layout = TSNE(2, perplexity=perplexity, init="pca", random_state=seed, n_jobs=1)
    return layout.fit_transform(points).astype("float32")
