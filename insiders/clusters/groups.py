"""The clusters of many clusterings of one space, each measured once however many of them it belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from insiders.clusters.density import NOISE
from insiders.clusters.ground import Ground, Labels

Rows = npt.NDArray[np.int64]


class Groups:
    """Every different cluster of the labellings of a ground's sample: sizes, distances, centres; a row per cluster."""

    def __init__(self, ground: Ground, labellings: Sequence[Labels]) -> None:
        places: dict[bytes, int] = {}
        members: list[npt.NDArray[np.bool_]] = []
        self.rows: list[Rows] = []
        """For each labelling the row of each of its clusters."""
        for labels in labellings:
            flags = labels == np.arange(labels.max() + 1)[:, None]
            keys = [packed.tobytes() for packed in np.packbits(flags, axis=1)]
            for key, one in zip(keys, flags, strict=True):
                if key not in places:
                    places[key] = len(members)
                    members.append(one)
            self.rows.append(np.array([places[key] for key in keys], dtype="int64"))
        member = np.array(members, dtype="float32").reshape(len(members), len(ground.points))
        self._sizes = member.sum(axis=1, dtype="float64")
        totals = member @ ground.distances
        self._own = totals / np.maximum(self._sizes - 1, 1).astype("float32")[:, None]
        totals /= np.maximum(self._sizes, 1).astype("float32")[:, None]
        self._others = totals
        self._points = ground.points.astype("float64")
        self._centres = (member @ self._points) / np.maximum(self._sizes, 1)[:, None]
        self._spreads, self._squares = self._around(members)

    def silhouettes(self, labels: Labels, rows: Rows) -> npt.NDArray[np.float64]:
        """Silhouette of each customer (Rousseeuw 1987); 0 for noise and for a cluster of one."""
        inside_cluster = np.flatnonzero(labels != NOISE)
        own = labels[inside_cluster]
        means = self._others[rows]
        means[own, inside_cluster] = np.inf
        outside = means.min(axis=0)[inside_cluster]
        inside = self._own[rows[own], inside_cluster]
        with np.errstate(invalid="ignore"):  # of a single cluster nobody is outside
            width = (outside - inside) / np.maximum(np.maximum(inside, outside), np.finfo("float32").tiny)
        widths = np.zeros(len(labels))
        widths[inside_cluster] = np.where(self._sizes[rows][own] > 1, width, 0.0)
        return widths

    def davies_bouldin(self, rows: Rows) -> float:
        """The index of Davies and Bouldin (1979), without the customers left out; 0 where all clusters are points."""
        centres, spreads = self._centres[rows], self._spreads[rows]
        apart = np.sqrt(((centres[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2))
        if np.allclose(spreads, 0) or np.allclose(apart, 0):
            return 0.0
        apart[apart == 0] = np.inf
        return float(((spreads[:, None] + spreads) / apart).max(axis=1).mean())

    def calinski_harabasz(self, rows: Rows) -> float:
        """The index of Caliński and Harabasz (1974), without who is left out; 1 where all clusters are points."""
        sizes, centres, k = self._sizes[rows], self._centres[rows], len(rows)
        middle = sizes @ centres / sizes.sum()
        between = float((sizes * ((centres - middle) ** 2).sum(axis=1)).sum())
        within = float(self._squares[rows].sum())
        return 1.0 if within == 0 else between * (sizes.sum() - k) / (within * (k - 1))

    def _around(self, members: Sequence[npt.NDArray[np.bool_]]) -> tuple[npt.NDArray[np.float64], ...]:
        """Of each cluster the mean distance to its centre, and the sum of their squares."""
        spreads, squares = np.zeros(len(members)), np.zeros(len(members))
        for row, flags in enumerate(members):
            square = ((self._points[flags] - self._centres[row]) ** 2).sum(axis=1)
            spreads[row], squares[row] = np.sqrt(square).mean(), square.sum()
        return spreads, squares
