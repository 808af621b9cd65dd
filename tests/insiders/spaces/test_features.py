"""Features: gaps filled, straightened, scaled, and the same for customers who come later."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import PowerTransformer, StandardScaler

from insiders import spaces
from insiders.errors import ModelError
from insiders.spaces.features import kept_scaling
from tests.insiders.demo_customers import customers


def test_gaps_are_filled_with_the_median() -> None:
    """A missing feature becomes the median of the known ones; a feature that never varies is left out."""
    table = pd.DataFrame({"n_items": [1, 2, 9], "avg_gap_days": [4.0, np.nan, 8.0], "n_invoices": [2, 2, 2]})
    filled = spaces.filled(table, list(table.columns))
    assert list(filled.columns) == ["n_items", "avg_gap_days"]
    assert filled["avg_gap_days"].tolist() == [4.0, 6.0, 8.0]


def test_transforms_are_those_named() -> None:
    """A logarithm of one more and Yeo-Johnson's transform, each scaled, as scikit-learn has them."""
    people = customers()
    points = spaces.standardised(people, {"n_items": "log", "tenure_days": "yeo-johnson"})
    logs = np.log1p(people[["n_items"]].to_numpy("float64"))
    powers = PowerTransformer(standardize=False).fit_transform(people[["tenure_days"]].astype("float64"))
    np.testing.assert_allclose(points, StandardScaler().fit_transform(np.hstack([logs, powers])), atol=1e-5)


def test_later_customers_are_scaled_as_the_first_were() -> None:
    """A customer alone gets the coordinates it had among all, a gap the median of those the scaling was made of."""
    scales = spaces.scaling(customers(), {**spaces.BEHAVIOUR, **spaces.VALUE})
    everyone = scales.apply(customers())
    again = kept_scaling(scales.arrays())
    np.testing.assert_array_equal(again.apply(customers().iloc[[3]]), everyone[[3]])
    gap = customers().iloc[[3]].assign(avg_gap_days=np.nan)
    known = customers().iloc[[3]].assign(avg_gap_days=customers()["avg_gap_days"].median())
    np.testing.assert_array_equal(again.apply(gap), again.apply(known))


def test_a_missing_feature_is_named() -> None:
    """Customers without a feature that the space needs are refused with its name."""
    scales = spaces.scaling(customers(), {"n_items": "log", "n_invoices": "log"})
    with pytest.raises(ModelError, match="needs n_items, which"):
        scales.apply(customers()[["n_invoices"]])
