"""Mixtures by products of matrices against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from insiders.clusters import Ground
from insiders.clusters.mixtures import LEAST_VARIANCE, STEPS, TOLERANCE, Mixtures
from tests.insiders.clusters.blobs import blobs


@pytest.mark.parametrize("k", [2, 5, 9])
def test_a_mixture_is_scikit_learns(k: int) -> None:
    """Begun from the same groups, every customer falls to the same component, and the criterion is the same."""
    points, _ = blobs(size=400, spread=3.0)
    start = Ground(points, 0).ward(k)
    plain = points.astype("float64")
    groups = [plain[start == one] for one in range(k)]
    covariances = [np.cov(group, rowvar=False, bias=True) + LEAST_VARIANCE * np.eye(3) for group in groups]
    mixture = GaussianMixture(
        k,
        reg_covar=LEAST_VARIANCE,
        max_iter=STEPS,
        tol=TOLERANCE,
        weights_init=np.array([len(group) for group in groups]) / len(points),
        means_init=np.array([group.mean(axis=0) for group in groups]),
        precisions_init=np.linalg.inv(np.array(covariances)),
        random_state=0,
    )
    labels, criterion = Mixtures(points).fit(start)
    np.testing.assert_array_equal(labels, mixture.fit_predict(plain))
    assert criterion == pytest.approx(mixture.bic(plain), rel=1e-9)
