"""Estimators of scikit-learn as files that hold no code."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler

from insiders.errors import ModelError
from insiders.model_files import estimators

POINTS = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 3)), columns=["recency", "frequency", "value"])
GOOD = (POINTS["value"] > 0).map({True: "insider", False: "other"})
FITTED = {
    "kmeans": KMeans(3, n_init=1, random_state=1),
    "mixture": GaussianMixture(2, random_state=1),
    "pca": PCA(2, random_state=1),
    "power": PowerTransformer(),
    "scaled regression": make_pipeline(StandardScaler(), LogisticRegression()),
}


@pytest.mark.parametrize("name", FITTED)
def test_an_estimator_comes_back_as_it_was(name: str) -> None:
    """Every type that is named gives the same answers, with column names and text labels; equal ones, equal files."""
    fitted = FITTED[name].fit(POINTS, GOOD)
    written = estimators.write(fitted)
    again = estimators.read(written)
    use = "predict" if hasattr(fitted, "predict") else "transform"
    np.testing.assert_array_equal(getattr(again, use)(POINTS), getattr(fitted, use)(POINTS))
    assert list(getattr(again, "feature_names_in_", [])) == list(getattr(fitted, "feature_names_in_", []))
    assert estimators.write(again) == written


@pytest.mark.parametrize("fitted", [RandomForestClassifier(1), make_pipeline(RandomForestClassifier(1))])
def test_trees_are_not_kept(fitted: BaseEstimator) -> None:
    """What could not be read safely is not written either."""
    with pytest.raises(ModelError, match="none of the types"):
        estimators.write(fitted.fit(POINTS, GOOD))
