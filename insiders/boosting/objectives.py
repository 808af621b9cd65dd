"""What trees can be taught to minimise, by name: absolute errors, Tweedie, errors of logarithms, what PSFA counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Objective:
    """What the trees are taught to minimise."""

    parameters: Mapping[str, Any]
    """LightGBM's."""
    meaning: str
    """What the forecast then is, in words."""
    log: bool = False
    """Whether sales are learnt as log(1 + y)."""
    weight: Callable[[pd.DataFrame], Values] | None = None
    """The weight of each row, from ``ds`` and ``y`` in pieces; equal where None."""
    pieces: bool = False
    """Whether errors weigh by pieces where series are learnt in units of their own: the large count most."""
    rounds: int = 1
    """Trainings; every further one weighs rows by how near the last one came (`nearer_counts_more`)."""


def sales_share(rows: pd.DataFrame) -> Values:
    """Each row's share of what was sold on its day: a day without sales teaches nothing, as in PSFA."""
    share: pd.Series = rows["y"] / rows.groupby("ds")["y"].transform("sum")
    return share.fillna(0.0).to_numpy(dtype="float64")


def nearer_counts_more(weight: Values, distance: Values) -> Values:
    """Each row's weight times exp(-distance), from its distance to the last forecast, both as logarithms.

    |y - p| / max(y, p) is 1 - exp(-distance), and exp(-distance) is its slope: absolute errors with these weights lie
    above it and touch it at the last forecast, so that lowering them lowers it (Hunter and Lange 2004).
    """
    return weight * np.exp(-np.abs(distance))


OBJECTIVES: Mapping[str, Objective] = MappingProxyType(
    {
        "tweedie": Objective({"objective": "tweedie"}, "the expected sale"),
        "squared": Objective(
            {"objective": "regression"}, "the expected sale, large series and their large days first", pieces=True
        ),
        "mae": Objective(
            {"objective": "regression_l1"}, "the median sale, zero for what sells on fewer than half of days"
        ),
        "log_l1": Objective({"objective": "regression_l1"}, "the median sale, learnt from ratios", log=True),
        "log_l1_sales": Objective(
            {"objective": "regression_l1"},
            "the median of a piece's sale: far above the mean",
            log=True,
            weight=sales_share,
        ),
        "psfa": Objective(
            {"objective": "regression_l1"},
            "what PSFA rewards: far above the mean",
            log=True,
            weight=sales_share,
            rounds=2,
        ),
    }
)
"""The objectives by name. Only ``tweedie`` and ``squared`` forecast what a buyer can add up; on PSFA see
`insiders.accuracy`."""
