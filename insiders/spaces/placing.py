"""New customers placed in a space that was fitted before, from plain arrays; nothing is fitted again.

Spaces of features and their components are formulas and place exactly. In the others a customer stands where its
nearest known customers stand: nearest by the same distance that made the space (shared leaves, or scaled features), at
the median of their coordinates, which stays on one island of a layout where a mean would fall between two. A customer
equal to a known one in all that the space compares stands exactly there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from insiders.errors import ModelError
from insiders.spaces.counting import count_shared
from insiders.spaces.features import kept_scaling
from insiders.spaces.space import Arrays, Points
from insiders.spaces.trees import Leaves, kept_trees, leaves

NEAREST = 5
BLOCK = 2_000
_NEEDED = {
    "projection": ("turn", "middle", "flat", "flat_middle"),
    "features": ("compared", "points", "plane"),
    "leaves": ("compared", "points", "plane", "metric", "left", "right", "feature", "threshold", "starts"),
}


@dataclass(frozen=True)
class Placed:
    """Where customers stand; rows in the order of the table given."""

    points: Points
    plane: Points
    distance: npt.NDArray[np.float32]
    """To the nearest known customer, in what the space compares (for Hamming, the share of trees that separate them);
    not a number in spaces that are formulas."""


def place(kept: Arrays, customers: pd.DataFrame) -> Placed:
    """Customers (columns as in the hand-off table) in the space of which these arrays were kept (`Space.kept`).

    A `ModelError` where the arrays are not those of a space or the customers lack a feature.
    """
    kind = str(kept["kind"]) if "kind" in kept else ""
    scaling_arrays = ("features", "medians", "powers", "means", "deviations")
    missing = [name for name in (*scaling_arrays, *_NEEDED.get(kind, ("kind",))) if name not in kept]
    if missing:
        raise ModelError(f"the arrays are none of a space: there is no {', '.join(missing)}")
    features = kept_scaling(kept).apply(customers)
    if kind == "projection":
        return _projected(kept, features)
    if len({len(kept[name]) for name in ("compared", "points", "plane")}) != 1:
        raise ModelError("the arrays kept of a space do not fit together: fit the space again")
    if kind == "features":
        return _among(kept, _nearest_points(kept["compared"], _blocks(features)))
    trees = kept_trees(kept, features.shape[1])
    if len(trees.starts) - 1 != kept["compared"].shape[1]:
        raise ModelError("the trees kept of a space are not those of its leaves: fit the space again")
    blocks = (leaves(trees, block) for block in _blocks(features))
    if str(kept["metric"]) == "hamming":
        return _among(kept, nearest_leaves(kept["compared"], blocks))
    known = kept["compared"].astype("float32")
    return _among(kept, _nearest_points(known, (block.astype("float32") for block in blocks)))


def _blocks(features: Points) -> Iterator[Points]:
    return (features[first : first + BLOCK] for first in range(0, len(features), BLOCK))


def nearest_leaves(known: Leaves, asked: Iterable[Leaves]) -> Iterator[tuple[npt.NDArray[np.int64], Points]]:
    """The known customers who share most leaves with each asked one, and the share of trees that separate them.

    Each is compared with each, on small numbers that a processor compares by the dozen: less than looking up who shares
    a leaf, since most known customers do in some tree.
    """
    kind = np.min_scalar_type(max(known.shape))
    columns = [np.unique(column, return_inverse=True) for column in known.T]
    theirs = np.array([numbers for _, numbers in columns], kind)
    for block in asked:
        mine = np.column_stack(
            [_among_leaves(*one) for one in zip((names for names, _ in columns), block.T, strict=True)]
        )
        shared = np.empty((len(block), len(known)), kind)
        count_shared(theirs, mine.astype(kind), shared)
        apart = np.divide(shared, known.shape[1], dtype="float32")
        yield _smallest(np.subtract(1, apart, out=apart))


def _among_leaves(names: Leaves, asked: Leaves) -> npt.NDArray[np.int64]:
    """Where each leaf stands among those that known customers are in; behind them all if none is."""
    place = np.searchsorted(names, asked)
    return np.where(names[np.minimum(place, len(names) - 1)] == asked, place, len(names))


def _nearest_points(known: Points, asked: Iterable[Points]) -> Iterator[tuple[npt.NDArray[np.int64], Points]]:
    search = NearestNeighbors(n_neighbors=min(NEAREST, len(known)), n_jobs=1).fit(known)
    for block in asked:
        distances, indices = search.kneighbors(block)
        yield indices, distances.astype("float32")


def _smallest(distances: Points) -> tuple[npt.NDArray[np.int64], Points]:
    few = min(NEAREST, distances.shape[1])
    found = np.argpartition(distances, few - 1, axis=1)[:, :few]
    values = np.take_along_axis(distances, found, axis=1)
    order = np.lexsort((found, values), axis=1)
    return np.take_along_axis(found, order, axis=1), np.take_along_axis(values, order, axis=1)


def _projected(kept: Arrays, features: Points) -> Placed:
    points = (features - kept["middle"]) @ kept["turn"]
    plane = (features - kept["flat_middle"]) @ kept["flat"]
    unknown = np.full(len(features), np.nan, dtype="float32")
    return Placed(points.astype("float32"), plane.astype("float32"), unknown)


def _among(kept: Arrays, blocks: Iterator[tuple[npt.NDArray[np.int64], Points]]) -> Placed:
    indices, distances = (np.vstack(parts) for parts in zip(*blocks, strict=True))
    same = distances[:, 0] <= np.finfo("float32").eps
    here = {name: np.median(kept[name][indices], axis=1).astype("float32") for name in ("points", "plane")}
    for name, where in here.items():
        where[same] = kept[name][indices[same, 0]]
    return Placed(here["points"], here["plane"], distances[:, 0])
