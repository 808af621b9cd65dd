"""The two loops over trees that many customers make long, compiled by numba: the way down, and who shares leaves."""

from __future__ import annotations

from typing import Any

from numba import njit

END = -1
NEAR = 512
"""So many known customers at a time, whose leaves stay in the processor's own memory."""


def _way_down(left: Any, right: Any, feature: Any, threshold: Any, starts: Any, features: Any, found: Any) -> None:  # noqa: ANN401 - numba's own types
    for tree in range(len(starts) - 1):
        first = starts[tree]
        for row in range(len(features)):
            node = 0
            while left[first + node] != END:
                at = first + node
                node = left[at] if features[row, feature[at]] <= threshold[at] else right[at]
            found[row, tree] = node


def _shared(known: Any, asked: Any, shared: Any) -> None:  # noqa: ANN401 - numba's own types
    shared[:] = 0
    for first in range(0, known.shape[1], NEAR):
        for row in range(len(asked)):
            mine = shared[row, first : first + NEAR]
            for tree in range(len(known)):
                leaf, theirs = asked[row, tree], known[tree, first : first + NEAR]
                for place in range(len(mine)):
                    if theirs[place] == leaf:
                        mine[place] += 1


way_down = njit(cache=True, nogil=True)(_way_down)
"""Writes the leaf of every customer in every tree, numbered from its tree's first node."""

count_shared = njit(cache=True, nogil=True)(_shared)
"""Writes how many leaves each asked customer shares with each known one; rows of ``known`` are trees, columns of
``asked`` too."""
