"""Which customers behave most like the members: near them in what they do, whatever they spend.

Compared is behaviour without money (`insiders.spaces.features.BEHAVIOUR`), straightened and scaled. With money in it
the nearest customers would be the next ones by revenue, who are known without any distance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from insiders.errors import AnalysisError
from insiders.spaces.features import BEHAVIOUR, scaling

NEIGHBOURS = 5
"""Members whose mean distance says how near a customer is."""


def distances(customers: pd.DataFrame, member: npt.NDArray[np.bool_]) -> pd.Series:
    """Mean distance of every customer who is no member to the five nearest members; missing for members.

    The unit is a standard deviation of a feature. An `AnalysisError` where there are fewer than five members, or nobody
    else.
    """
    if member.sum() < NEIGHBOURS or member.all():
        raise AnalysisError(f"likeness needs {NEIGHBOURS} members and somebody who is none")
    points = scaling(customers, BEHAVIOUR).apply(customers)
    nearest = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(points[member])
    found = np.full(len(customers), np.nan)
    found[~member] = nearest.kneighbors(points[~member])[0].mean(axis=1)
    return pd.Series(found, index=customers.index, name="distance")
