"""Groups of customers as flags."""

from __future__ import annotations

import numpy as np

from insiders.segments import groups


def test_jaccard_of_known_groups() -> None:
    """Two shared of four in either is one half; two empty groups are the same."""
    assert groups.jaccard(np.array([1, 1, 1, 0], bool), np.array([0, 1, 1, 1], bool)) == 0.5
    assert groups.jaccard(np.zeros(3, bool), np.zeros(3, bool)) == 1
