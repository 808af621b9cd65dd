"""Which customers behave most like the members: near them in what they do, whatever they spend.

Compared is behaviour without money (`insiders.spaces.features.BEHAVIOUR`), straightened and scaled. With money in it
the nearest customers would be the next ones by revenue, who are known without any distance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import KDTree
from sklearn.neighbors import NearestNeighbors

from insiders.errors import AnalysisError
from insiders.spaces.features import BEHAVIOUR, scaling

Points = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

NEIGHBOURS = 5
"""Members whose mean distance says how near a customer is."""


AT_FIRST = 20_000
"""Customers among whom it is seen how near the nearest are at most."""


def distances(customers: pd.DataFrame, member: npt.NDArray[np.bool_], most: int | None = None) -> pd.Series:
    """Mean distance of every customer who is no member to the five nearest members; missing for members.

    The unit is a standard deviation of a feature. With ``most`` only the so many nearest are sought, and it may be
    missing for others, too: of a million customers that takes a tenth of the time. An `AnalysisError` where there are
    fewer than five members, or nobody else.
    """
    if member.sum() < NEIGHBOURS or member.all():
        raise AnalysisError(f"likeness needs {NEIGHBOURS} members and somebody who is none")
    points = scaling(customers, BEHAVIOUR).apply(customers)
    nearest = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(points[member])
    others = np.flatnonzero(~member)
    if most is not None:
        others = _near(points, member, others, nearest, most)
    found = np.full(len(customers), np.nan)
    found[others] = _means(nearest, points[others])
    return pd.Series(found, index=customers.index, name="distance")


def _near(
    points: Points, member: npt.NDArray[np.bool_], others: Places, nearest: NearestNeighbors, most: int
) -> Places:
    """Those of the others among whom the ``most`` nearest are for certain.

    The so many nearest of a few of them are farther away than those of all, or as far. Of whoever is as near as that,
    the nearest member is not farther.
    """
    few = others[:: max(1, len(others) // AT_FIRST)]
    if len(few) == len(others) or len(few) < most:
        return others
    farthest = np.sort(_means(nearest, points[few]))[most - 1]
    bound = 1.001 * farthest + 0.001  # what lies at the bound is left out, and the two may round otherwise
    to_one, _ = KDTree(points[member]).query(points[others], distance_upper_bound=bound)
    return others[np.isfinite(to_one)]


def _means(nearest: NearestNeighbors, points: Points) -> npt.NDArray[np.float64]:
    return np.asarray(nearest.kneighbors(points)[0].mean(axis=1), "float64")
