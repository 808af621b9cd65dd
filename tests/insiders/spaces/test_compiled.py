"""What numba compiles for UMAP outlives the process."""

from __future__ import annotations

import pytest
from numba.core.dispatcher import Dispatcher
from umap import layouts, umap_

from insiders.spaces.compiled import compilers, keep_compiled


@pytest.mark.parametrize(
    "function",
    [
        layouts._nb_optimize_layout_euclidean_single_epoch,
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
    ],
    ids=lambda function: str(function.__name__),
)
def test_what_a_layout_waits_for_is_kept(function: Dispatcher) -> None:
    """The functions whose compilation costs seconds are among those kept, and numba has a folder for them."""
    keep_compiled()
    assert function in list(compilers())
    assert function.stats.cache_path
