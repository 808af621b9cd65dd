"""Placing: customers stand where they stood, and new ones near those who are like them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from insiders import registry, spaces
from insiders.errors import ModelError
from insiders.spaces.placing import nearest_leaves
from tests.insiders.demo_customers import customers
from tests.insiders.spaces.fitted import fitted


@pytest.mark.parametrize("name", list(spaces.SPACES))
def test_known_customers_stand_where_they_stood(name: str, tmp_path: Path) -> None:
    """Kept by the registry and read again, a space puts customers where they were, unless it knows two alike."""
    registry.save(tmp_path, "space.npz", fitted()[name].kept)
    placed = spaces.place(registry.load(tmp_path, "space.npz"), customers())
    compared = pd.DataFrame(fitted()[name].kept.get("compared", customers()[["customer_id"]]))
    known = ~compared.duplicated(keep=False).to_numpy()
    assert known.mean() > 0.5
    np.testing.assert_allclose(placed.points[known], fitted()[name].points[known], atol=1e-4)
    np.testing.assert_allclose(placed.plane[known], fitted()[name].plane[known], atol=1e-4)


@pytest.mark.parametrize("name", list(spaces.SPACES))
def test_a_customer_stands_alone_where_it_stands_in_company(name: str) -> None:
    """Who else is placed makes no difference."""
    changed = customers().assign(n_items=customers()["n_items"] + 7, recency_days=customers()["recency_days"] + 1)
    together = spaces.place(fitted()[name].kept, changed)
    alone = spaces.place(fitted()[name].kept, changed.iloc[[11]])
    np.testing.assert_allclose(alone.points[0], together.points[11], atol=1e-5)


def test_new_customers_stand_near_those_like_them() -> None:
    """In a space of half of the customers, the other half stands among those of like revenue."""
    people = customers().sort_values("gross_revenue").reset_index(drop=True)
    known, new = people.iloc[::2], people.iloc[1::2]
    space = spaces.fit(known, ["forest_leaves"], seed=1)["forest_leaves"]
    placed = spaces.place(space.kept, new)
    apart = np.linalg.norm(placed.points[:, None] - space.points[None], axis=2)
    like = known["gross_revenue"].rank().to_numpy()[apart.argmin(axis=1)]
    assert np.corrcoef(like, new["gross_revenue"].rank())[0, 1] > 0.8
    assert (placed.distance >= 0).all()
    assert placed.distance.max() > 0


def test_nearest_leaves_are_counted_as_hamming_does() -> None:
    """The share of trees that separate two customers, against a plain count; nobody known is in leaves 6 and 7."""
    draws = np.random.default_rng(0)
    known, asked = draws.integers(0, 6, (40, 9)).astype("int32"), draws.integers(0, 8, (15, 9)).astype("int32")
    ((indices, distances),) = nearest_leaves(known, [asked])
    plain = (asked[:, None] != known[None]).mean(axis=2)
    np.testing.assert_allclose(distances, np.sort(plain, axis=1)[:, :5], atol=1e-6)
    np.testing.assert_allclose(np.take_along_axis(plain, indices, axis=1), distances, atol=1e-6)


@pytest.mark.parametrize("missing", ["kind", "points", "starts", "medians"])
def test_arrays_that_lack_something_are_refused(missing: str) -> None:
    """What is none of a space is told by what it lacks, not followed."""
    kept = {name: values for name, values in fitted()["forest_leaves"].kept.items() if name != missing}
    with pytest.raises(ModelError, match=missing):
        spaces.place(kept, customers())


def test_arrays_of_two_spaces_are_refused() -> None:
    """Coordinates of other customers than those compared do not fit."""
    kept = {**fitted()["umap"].kept, "points": fitted()["umap"].points[:-1]}
    with pytest.raises(ModelError, match="do not fit together"):
        spaces.place(kept, customers())
