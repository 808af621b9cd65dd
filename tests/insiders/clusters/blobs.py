"""Points whose groups are known, for all tests of clusterings."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import make_blobs

from insiders.spaces import Points


def blobs(size: int = 240, centres: int = 4, spread: float = 0.4) -> tuple[Points, np.ndarray]:
    """Well separated groups in three dimensions, and who belongs to which."""
    points, truth = make_blobs(size, 3, centers=centres, cluster_std=spread, center_box=(-12, 12), random_state=5)
    return points.astype("float32"), truth
