"""Which series adds up from which: the summing matrix of several levels over the series at the bottom of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from insiders.errors import AnalysisError
from insiders.series.levels import INSIDERS, columns_of


@dataclass(frozen=True)
class Hierarchy:
    """Series of several levels over the same bottom."""

    names: pd.Index
    """``unique_id`` of every series, those of the bottom level last."""
    levels: np.ndarray
    """Level of every series."""
    summing: sparse.csr_matrix
    """Series x bottom series: 1 where the one contains the other."""

    @property
    def bottom(self) -> pd.Index:
        """``unique_id`` of the bottom series."""
        return self.names[len(self.names) - self.summing.shape[1] :]

    def total(self, bottom: np.ndarray) -> np.ndarray:
        """Values of all series (series x day) from those of the bottom ones."""
        return np.asarray(self.summing @ bottom)


def hierarchy_of(static: pd.DataFrame, bottom: str) -> Hierarchy:
    """The hierarchy of the series in a static table (unique_id, level, attributes), added up from level ``bottom``.

    Levels may cross each other (by store and by category): all that matters is that each is told from the attributes of
    the bottom series. An `AnalysisError` names a level for which that is not so, such as the Insiders over products.
    """
    below = static[static["level"] == bottom]
    above = static[static["level"] != bottom]
    if below.empty:
        raise AnalysisError(
            f"there is no series of level {bottom} to add up from; there are {_listed(static['level'])}"
        )
    strange = [
        level
        for level in above["level"].unique()
        if level == INSIDERS or any(name not in below or below[name].isna().any() for name in columns_of(level))
    ]
    if strange:
        raise AnalysisError(f"series of level {bottom} do not add up to those of level {', '.join(strange)}")
    blocks = [_block(part, below, str(level)) for level, part in above.groupby("level", sort=False)]
    ordered = pd.concat([*(part for _, part in above.groupby("level", sort=False)), below])
    summing = sparse.vstack([*blocks, sparse.identity(len(below))], format="csr")
    empty = np.flatnonzero(summing.getnnz(axis=1) == 0)
    if len(empty):
        raise AnalysisError(f"{ordered['unique_id'].iloc[empty[0]]} contains no series of level {bottom}")
    return Hierarchy(pd.Index(ordered["unique_id"].astype(object)), ordered["level"].to_numpy(dtype=object), summing)


def _block(part: pd.DataFrame, below: pd.DataFrame, level: str) -> sparse.csr_matrix:
    """The rows of the summing matrix of one level."""
    columns = columns_of(level)
    if not columns:
        return sparse.csr_matrix(np.ones((1, len(below))))
    rows = pd.MultiIndex.from_frame(part[columns].astype(object))
    belongs = rows.get_indexer(pd.MultiIndex.from_frame(below[columns].astype(object)))
    inside = np.flatnonzero(belongs >= 0)
    return sparse.csr_matrix((np.ones(len(inside)), (belongs[inside], inside)), shape=(len(part), len(below)))


def _listed(levels: pd.Series) -> str:
    return ", ".join(levels.unique()) or "none"
