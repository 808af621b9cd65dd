"""The two loops over trees that many customers make long, compiled by numba: the way down, and who shares leaves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

END = -1


def _way_down(left: Any, right: Any, feature: Any, threshold: Any, starts: Any, features: Any, found: Any) -> None:  # noqa: ANN401 - numba's own types
    for tree in range(len(starts) - 1):
        first = starts[tree]
        for row in range(len(features)):
            node = 0
            while left[first + node] != END:
                at = first + node
                node = left[at] if features[row, feature[at]] <= threshold[at] else right[at]
            found[row, tree] = node


def _shared(mates: Any, begins: Any, asked: Any, shared: Any) -> None:  # noqa: ANN401 - numba's own types
    shared[:] = 0
    for row in range(len(asked)):
        for tree in range(asked.shape[1]):
            leaf = asked[row, tree]
            for place in range(begins[leaf], begins[leaf + 1]):
                shared[row, mates[place]] += np.float32(1)


way_down = njit(cache=True, nogil=True)(_way_down)
"""Writes the leaf of every customer in every tree, numbered from its tree's first node."""

count_shared = njit(cache=True, nogil=True)(_shared)
"""Writes how many leaves each asked customer shares with each known one; ``mates`` are these, leaf after leaf, and
``begins`` where each leaf's begin."""
