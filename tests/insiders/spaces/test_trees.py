"""Trees as arrays: the same leaves as scikit-learn's, and nothing followed that is no tree."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from insiders.errors import ModelError
from insiders.spaces.space import Arrays
from insiders.spaces.trees import grown, kept_trees, leaves


@pytest.fixture(scope="module")
def forest() -> RandomForestRegressor:
    draws = np.random.default_rng(0)
    points = draws.normal(size=(300, 4)).astype("float32")
    return RandomForestRegressor(20, random_state=0).fit(points, points[:, 0] * points[:, 1])


def test_leaves_are_those_of_the_forest(forest: RandomForestRegressor) -> None:
    """Customers fall into the leaves that scikit-learn puts them into, known or not."""
    asked = np.random.default_rng(1).normal(size=(500, 4)).astype("float32")
    np.testing.assert_array_equal(leaves(grown(forest), asked), forest.apply(asked))
    kept = kept_trees(grown(forest).arrays(), 4)
    np.testing.assert_array_equal(leaves(kept, asked), forest.apply(asked))


def broken(arrays: Arrays, name: str, place: int, value: float) -> Arrays:
    """The arrays with one number another."""
    other = arrays[name].copy()
    other[place] = value
    return {**arrays, name: other}


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("left", 0, 0),
        ("left", 0, -5),
        ("right", 0, 10**6),
        ("right", 0, -1),
        ("feature", 0, 4),
        ("feature", 0, -2),
        ("starts", 0, 1),
        ("starts", 1, 10**9),
        ("starts", -1, 5),
    ],
)
def test_arrays_that_are_no_trees_are_refused(
    forest: RandomForestRegressor, name: str, place: int, value: float
) -> None:
    """A child before its parent or beyond its tree, a feature that is not there, a tree without end: all refused."""
    with pytest.raises(ModelError, match="are no trees"):
        kept_trees(broken(grown(forest).arrays(), name, place, value), 4)


def test_arrays_of_unequal_length_are_refused(forest: RandomForestRegressor) -> None:
    """Every node has its threshold."""
    arrays = grown(forest).arrays()
    with pytest.raises(ModelError, match="are no trees"):
        kept_trees({**arrays, "threshold": arrays["threshold"][:-1]}, 4)
