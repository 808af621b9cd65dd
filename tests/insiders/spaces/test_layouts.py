"""Layouts, beside the class that the library offers for them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from umap import UMAP

from insiders.parallel import in_threads
from insiders.spaces import layouts
from insiders.spaces.space import Points

DRAWS = np.random.default_rng(3)
CLOUD: Points = DRAWS.normal(size=(150, 5)).astype("float32")
POINTS = {
    "one cloud": (CLOUD, "euclidean"),
    "two clouds, some customers twice": (np.vstack([CLOUD, CLOUD[:40], CLOUD + 60]), "euclidean"),
    "leaves": (DRAWS.integers(0, 5, size=(200, 30)).astype("float32"), "hamming"),
}


def by_class(points: Points, metric: str, dimensions: int) -> Points:
    """The layout as the library's class makes it of the same neighbours."""
    near = layouts.neighbours(points, metric)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = UMAP(
            n_components=dimensions, n_neighbors=layouts.NEIGHBOURS, metric=metric, precomputed_knn=near,
            random_state=7, n_jobs=1,
        )  # fmt: skip
        return np.asarray(made.fit_transform(points), "float32")


@pytest.mark.parametrize("case", POINTS)
def test_a_layout_is_umap_s(case: str) -> None:
    """Bit by bit what the class `UMAP` makes of the same points and the same seed, and without its warnings."""
    points, metric = POINTS[case]
    ours = layouts.by_umap(points, layouts.neighbours(points, metric), metric, 2, 7)
    np.testing.assert_array_equal(ours, by_class(points, metric, 2))


def test_layouts_do_not_disturb_each_other() -> None:
    """Two that are made at the same time are those that are made one after the other."""
    near = layouts.neighbours(CLOUD, "euclidean")

    def made(seed: int) -> Points:
        return layouts.by_umap(CLOUD, near, "euclidean", 2, seed)

    for alone, beside in zip([made(seed) for seed in (1, 2)], in_threads(made, (1, 2)), strict=True):
        np.testing.assert_array_equal(alone, beside)
