"""Spaces: what they are made of, that they repeat, and what they refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from insiders import spaces
from insiders.errors import AnalysisError
from tests.insiders.demo_customers import customers


@pytest.fixture(scope="module")
def fitted() -> dict[str, spaces.Space]:
    return spaces.fit(customers(), seed=1)


def test_every_space_places_every_customer(fitted: dict[str, spaces.Space]) -> None:
    """Points and maps have one finite row per customer, maps two columns."""
    assert list(fitted) == list(spaces.SPACES)
    for space in fitted.values():
        assert len(space.points) == len(customers())
        assert space.plane.shape == (len(customers()), 2)
        assert np.isfinite(space.points).all()
        assert np.isfinite(space.plane).all()


def test_leaf_spaces_repeat_by_seed(fitted: dict[str, spaces.Space]) -> None:
    """The same seed gives the same coordinates to the last bit, another seed others."""
    again = spaces.fit(customers(), ["forest_leaves"], seed=1)["forest_leaves"]
    other = spaces.fit(customers(), ["forest_leaves"], seed=2)["forest_leaves"]
    np.testing.assert_array_equal(again.points, fitted["forest_leaves"].points)
    np.testing.assert_array_equal(again.plane, fitted["forest_leaves"].plane)
    assert not np.array_equal(other.points, again.points)


def test_scaled_features_are_standardised(fitted: dict[str, spaces.Space]) -> None:
    """Every scaled feature has mean 0 and standard deviation 1."""
    np.testing.assert_allclose(fitted["scaled"].points.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(fitted["scaled"].points.std(axis=0), 1, atol=1e-4)


def test_no_behaviour_holds_money() -> None:
    """Neither revenue nor anything it can be multiplied from is among the features of behaviour."""
    assert not {"gross_revenue", "net_revenue", "avg_ticket", "avg_unit_price", "v_returns"} & set(spaces.BEHAVIOUR)


def test_contrast_space_does_not_depend_on_revenue(fitted: dict[str, spaces.Space]) -> None:
    """Customers with revenues dealt anew stand where they stood, since the contrast forest never looks."""
    dealt = customers().assign(gross_revenue=customers()["gross_revenue"].to_numpy()[::-1])
    again = spaces.fit(dealt, ["contrast_leaves"], seed=1)["contrast_leaves"]
    np.testing.assert_array_equal(again.points, fitted["contrast_leaves"].points)
    assert not again.sees_revenue


def test_forest_space_sorts_by_revenue(fitted: dict[str, spaces.Space]) -> None:
    """Neighbours in the space of the forest fitted on revenue have like revenue: the circularity, measured."""
    revenue = customers()["gross_revenue"].to_numpy()
    points = fitted["forest_leaves"].points
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert spearmanr(revenue, revenue[distances.argmin(axis=1)]).statistic > 0.8
    assert fitted["forest_leaves"].sees_revenue


def test_importance_is_a_falling_share(fitted: dict[str, spaces.Space]) -> None:
    """The importance of a forest's features falls and sums to 1; the other spaces have none."""
    for name in ("forest_leaves", "contrast_leaves"):
        assert fitted[name].importance.sum() == pytest.approx(1)
        assert fitted[name].importance.is_monotonic_decreasing
    assert fitted["pca"].importance.empty


def test_gaps_are_filled_with_the_median() -> None:
    """A missing feature becomes the median of the known ones; a feature that never varies is left out."""
    table = pd.DataFrame({"n_items": [1, 2, 9], "avg_gap_days": [4.0, np.nan, 8.0], "n_invoices": [2, 2, 2]})
    filled = spaces.filled(table, list(table.columns))
    assert list(filled.columns) == ["n_items", "avg_gap_days"]
    assert filled["avg_gap_days"].tolist() == [4.0, 6.0, 8.0]


def test_hamming_counts_the_trees_that_separate() -> None:
    """Nearest by Hamming is who shares most leaves, however far apart the leaves' numbers are."""
    leaves = np.array([[1, 1, 1], [1, 1, 90], [2, 2, 2]] + [[50 + i] * 3 for i in range(spaces.NEIGHBOURS)], "float32")
    by_hamming, distances, _ = spaces._neighbours(leaves, "hamming")
    by_euclid = spaces._neighbours(leaves, "euclidean")[0]
    assert by_hamming[0, 1] == 1
    assert distances[0, 1] == pytest.approx(1 / 3)
    assert by_euclid[0, 1] == 2


def test_too_few_customers_are_refused_with_the_number() -> None:
    """Fewer than a hundred customers are one clear error."""
    with pytest.raises(AnalysisError, match=r"at least 100 customers.*there are 40"):
        spaces.fit(customers().head(40), seed=1)


def test_uniform_customers_are_refused() -> None:
    """Customers who do not differ in anything cannot be told apart."""
    same = pd.concat([customers().head(1)] * 120, ignore_index=True)
    with pytest.raises(AnalysisError, match="no feature"):
        spaces.fit(same, ["pca"], seed=1)


def test_the_table_given_is_left_alone() -> None:
    """Fitting changes nothing in the customers' table."""
    before = customers().copy(deep=True)
    spaces.fit(customers(), ["scaled", "pca"], seed=1)
    pd.testing.assert_frame_equal(before, customers())
