"""How well a clustering separates the customers: silhouette, Davies-Bouldin, Calinski-Harabasz, sizes, noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.metrics import pairwise_distances

from insiders.clusters.density import NOISE
from insiders.clusters.ground import Ground, Labels
from insiders.clusters.groups import Groups
from insiders.spaces import Points

BLOCK = 1_000


def silhouettes(labels: Labels, distances: Points, own: Labels | None = None) -> npt.NDArray[np.float64]:
    """Silhouette of each customer (Rousseeuw 1987); 0 for noise and for a cluster of one.

    ``distances``: from the customers scored (rows) to those labelled (columns); ``own``: the labels of the rows where
    they are other customers than the columns.
    """
    among = own is None
    own = labels if own is None else own
    clusters = np.arange(max(labels.max(), own.max()) + 1)
    member = (labels[:, None] == clusters).astype("float32")
    sizes = member.sum(axis=0)
    totals = distances @ member
    rows = np.arange(len(own))
    inside = totals[rows, own] / np.maximum(sizes[own] - among, 1)
    means = np.where(sizes > 0, totals / np.maximum(sizes, 1), np.inf)
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    width = (outside - inside) / np.maximum(np.maximum(inside, outside), np.finfo("float32").tiny)
    return np.where((own == NOISE) | (sizes[own] <= among), 0.0, width).astype("float64")


def silhouettes_of_all(points: Points, labels: Labels, seed: int = 0) -> npt.NDArray[np.float64]:
    """Silhouette of every customer: exact up to `FULL_SIZE`, beyond from the distances to a sample of that size.

    The distances are made and dropped a block at a time. A sampled customer counts its own distance of 0 among those to
    its cluster, which for a cluster of n in the sample makes that mean 1/n too small.
    """
    ground = Ground(points, seed)
    if len(ground.points) == len(points):
        return silhouettes(labels, ground.distances)
    known = labels[ground.sample]
    blocks = np.array_split(np.arange(len(points)), -(-len(points) // BLOCK))
    widths = [silhouettes(known, pairwise_distances(points[at], ground.points), labels[at]) for at in blocks]
    return np.concatenate(widths)


def scores(ground: Ground, labellings: Sequence[Labels]) -> list[dict[str, float]]:
    """The scores of labellings of the ground's sample; shares are of all customers, from the sample.

    Noise counts: the silhouette of a customer left out is 0. Davies-Bouldin and Calinski-Harabasz know no noise and are
    computed without it. The silhouette's standard error is that of a sample drawn without replacement, 0 where exact.
    """
    groups = Groups(ground, labellings)
    return [_scored(ground, groups, labels, rows) for labels, rows in zip(labellings, groups.rows, strict=True)]


def _scored(ground: Ground, groups: Groups, labels: Labels, rows: npt.NDArray[np.int64]) -> dict[str, float]:
    widths = groups.silhouettes(labels, rows)
    sizes = np.bincount(ground.spread(labels) + 1, minlength=labels.max() + 2)[1:]
    everyone = len(ground.everyone)
    left_out = 1 - len(widths) / everyone
    return {
        "silhouette": float(widths.mean()),
        "silhouette_error": float(widths.std() / np.sqrt(len(widths)) * np.sqrt(left_out)),
        "davies_bouldin": groups.davies_bouldin(rows),
        "calinski_harabasz": groups.calinski_harabasz(rows),
        "smallest": int(sizes.min()),
        "smallest_share": float(sizes.min() / everyone),
        "noise_share": float(1 - sizes.sum() / everyone),
    }
