"""Spaces: what they are made of, that they repeat, and what they refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from insiders import spaces
from insiders.errors import AnalysisError
from insiders.spaces import fitting
from tests.insiders.demo_customers import customers
from tests.insiders.spaces.fitted import fitted


def test_every_space_places_every_customer() -> None:
    """Points and maps have one finite row per customer, maps two columns."""
    assert list(fitted()) == list(spaces.SPACES)
    for space in fitted().values():
        assert len(space.points) == len(customers())
        assert space.plane.shape == (len(customers()), 2)
        assert np.isfinite(space.points).all()
        assert np.isfinite(space.plane).all()


def test_leaf_spaces_repeat_by_seed() -> None:
    """The same seed gives the same coordinates to the last bit, another seed others."""
    again = spaces.fit(customers(), ["forest_leaves"], seed=1)["forest_leaves"]
    other = spaces.fit(customers(), ["forest_leaves"], seed=2)["forest_leaves"]
    np.testing.assert_array_equal(again.points, fitted()["forest_leaves"].points)
    np.testing.assert_array_equal(again.plane, fitted()["forest_leaves"].plane)
    assert not np.array_equal(other.points, again.points)


def test_scaled_features_are_standardised() -> None:
    """Every scaled feature has mean 0 and standard deviation 1."""
    np.testing.assert_allclose(fitted()["scaled"].points.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(fitted()["scaled"].points.std(axis=0), 1, atol=1e-4)


def test_no_behaviour_holds_money() -> None:
    """Neither revenue nor anything it can be multiplied from is among the features of behaviour."""
    assert not {"gross_revenue", "net_revenue", "avg_ticket", "avg_unit_price", "v_returns"} & set(spaces.BEHAVIOUR)


@pytest.mark.parametrize("name", ["contrast_leaves", "random_leaves"])
def test_spaces_without_money_do_not_depend_on_revenue(name: str) -> None:
    """Customers with revenues dealt anew stand where they stood, since these forests never look."""
    dealt = customers().assign(gross_revenue=customers()["gross_revenue"].to_numpy()[::-1])
    again = spaces.fit(dealt, [name], seed=1)[name]
    np.testing.assert_array_equal(again.points, fitted()[name].points)
    assert not again.sees_revenue


def test_many_customers_are_laid_out_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the landmarks a layout is made of a sample, the others are placed in it, and the space says so."""
    monkeypatch.setattr(fitting, "LANDMARKS", 120)
    found = spaces.fit(customers(), ["pca", "forest_leaves"], seed=1)
    assert found["pca"].approximation == ""
    assert f"a sample of 120 of {len(customers())} customers" in found["forest_leaves"].approximation
    assert len(found["forest_leaves"].points) == len(customers())
    assert len(found["forest_leaves"].kept["points"]) == 120


def test_forest_space_sorts_by_revenue() -> None:
    """Neighbours in the space of the forest fitted on revenue have like revenue: the circularity, measured."""
    revenue = customers()["gross_revenue"].to_numpy()
    points = fitted()["forest_leaves"].points
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert spearmanr(revenue, revenue[distances.argmin(axis=1)]).statistic > 0.8
    assert fitted()["forest_leaves"].sees_revenue


@pytest.mark.parametrize("name", ["umap", "tsne"])
def test_every_layout_repeats_by_seed(name: str) -> None:
    """Layouts give the same coordinates to the last bit under the same seed."""
    again = spaces.fit(customers(), [name], seed=1)[name]
    np.testing.assert_array_equal(again.points, fitted()[name].points)


def test_importance_is_a_falling_share() -> None:
    """The importance of a forest's features falls and sums to 1; the other spaces have none."""
    for name in ("forest_leaves", "contrast_leaves"):
        assert fitted()[name].importance.sum() == pytest.approx(1)
        assert fitted()[name].importance.is_monotonic_decreasing
    assert fitted()["pca"].importance.empty


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


def test_without_a_map_the_points_are_the_same() -> None:
    """Who draws no map gets the same coordinates of the leaves, the first two of them for a plane."""
    bare = spaces.fit(customers(), ["forest_leaves"], seed=1, effort=spaces.Effort(mapped=False))["forest_leaves"]
    np.testing.assert_array_equal(bare.points, fitted()["forest_leaves"].points)
    np.testing.assert_array_equal(bare.plane, bare.points[:, :2])


def test_a_name_that_no_space_has_is_told_with_those_there_are() -> None:
    """A misspelt space is refused in one sentence with all names that could have been meant."""
    with pytest.raises(AnalysisError, match="there is no space umpa; the spaces are scaled, pca, umap"):
        spaces.fit(customers(), ["scaled", "umpa"], seed=1)
