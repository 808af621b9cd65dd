"""Rows of many tables drawn by lot, without ever holding all of them in one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]


def drawn(sizes: Sequence[int], most: int | None) -> list[Places]:
    """The rows of each table of such a size that are taken: all, or ``most`` drawn by lot among all tables.

    They are in order, and always the same for the same sizes.
    """
    ends = np.cumsum(sizes, dtype="int64")
    if most is None or not len(ends) or ends[-1] <= most:
        return [np.arange(size) for size in sizes]
    places = np.sort(np.random.default_rng(0).choice(ends[-1], most, replace=False))
    parts = np.split(places, np.searchsorted(places, ends[:-1]))
    return [part - (end - size) for part, end, size in zip(parts, ends, sizes, strict=True)]
