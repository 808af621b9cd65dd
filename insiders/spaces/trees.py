"""A forest's trees as plain arrays: which leaf a customer falls into, without the library that grew them.

What is read from a file is checked before it is used: a child stands behind its parent and within its tree, so that
every way down ends and nothing beside the arrays is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import BaseEnsemble

from insiders.errors import ModelError
from insiders.spaces.counting import END, way_down
from insiders.spaces.space import Arrays, Points

Leaves = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Trees:
    """Every node of every tree, tree after tree; children are counted from their tree's first node."""

    left: npt.NDArray[np.int32]
    """Where customers go whose feature is at most the threshold; -1 at a leaf."""
    right: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float64]
    starts: npt.NDArray[np.int64]
    """Where each tree begins, and at last where the last one ends."""

    def arrays(self) -> Arrays:
        """The trees as plain arrays."""
        return {
            "left": self.left,
            "right": self.right,
            "feature": self.feature,
            "threshold": self.threshold,
            "starts": self.starts,
        }


def grown(forest: BaseEnsemble) -> Trees:
    """The trees of a fitted forest of scikit-learn."""
    trees = [one.tree_ for one in forest.estimators_]
    return Trees(
        left=np.concatenate([tree.children_left for tree in trees]).astype("int32"),
        right=np.concatenate([tree.children_right for tree in trees]).astype("int32"),
        feature=np.concatenate([tree.feature for tree in trees]).astype("int16"),
        threshold=np.concatenate([tree.threshold for tree in trees]),
        starts=np.cumsum([0, *(tree.node_count for tree in trees)]).astype("int64"),
    )


def kept_trees(kept: Arrays, features: int) -> Trees:
    """The trees among the arrays that were kept, for customers with that many features. A `ModelError` in doubt."""
    trees = Trees(
        left=np.asarray(kept["left"], "int32"),
        right=np.asarray(kept["right"], "int32"),
        feature=np.asarray(kept["feature"], "int16"),
        threshold=np.asarray(kept["threshold"], "float64"),
        starts=np.asarray(kept["starts"], "int64"),
    )
    if not _sound(trees, features):
        raise ModelError("the trees kept of a space are no trees: fit the space again")
    return trees


def leaves(trees: Trees, features: Points) -> Leaves:
    """The leaf of each customer (rows) in each tree (columns), numbered as scikit-learn's ``apply`` does."""
    found = np.empty((len(features), len(trees.starts) - 1), dtype="int32")
    given = np.ascontiguousarray(features, dtype="float32")
    way_down(trees.left, trees.right, trees.feature, trees.threshold, trees.starts, given, found)
    return found


def _sound(trees: Trees, features: int) -> bool:
    size, starts = len(trees.left), trees.starts
    columns = (trees.right, trees.feature, trees.threshold)
    if any(column.shape != (size,) for column in columns) or starts.ndim != 1 or len(starts) < 2:
        return False
    if starts[0] != 0 or starts[-1] != size or (np.diff(starts) < 1).any():
        return False
    lengths = np.diff(starts)
    own = np.arange(size) - np.repeat(starts[:-1], lengths)
    inner = (trees.left != END) | (trees.right != END)
    own, end = own[inner], np.repeat(lengths, lengths)[inner]
    children = (trees.left[inner], trees.right[inner])
    within = all(((child > own) & (child < end)).all() for child in children)
    used = trees.feature[inner]
    return within and bool(((used >= 0) & (used < features)).all())
