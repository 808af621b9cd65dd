"""A space: where customers stand, how it came about, and what is kept of it to place new customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Points = npt.NDArray[np.float32]
Arrays = Mapping[str, npt.NDArray[Any]]

NO_IMPORTANCE = pd.Series(dtype="float64")


@dataclass(frozen=True)
class Effort:
    """How much is put into a space of leaves."""

    trees: int = 250
    """In the forest that lays customers out; one that only tells which features matter has as many."""
    epochs: int | None = None
    """How often a layout is gone over; None leaves it to UMAP (500 up to 10,000 customers)."""
    mapped: bool = True
    """Whether a map is drawn; without, the plane is the first two coordinates."""


FULL = Effort()


@dataclass(frozen=True)
class Space:
    """Where clusters are sought, and how it came about; rows are customers in the order of the table given."""

    name: str
    points: Points
    """Coordinates of the customers; distances between them are Euclidean."""
    plane: Points
    """Two coordinates per customer for the map; nothing but the eye works on them."""
    axes: tuple[str, str]
    """What the two axes of the map are."""
    importance: pd.Series
    """Share of each feature in the forest's splits, falling; empty where no forest is at work."""
    sees_revenue: bool
    how: str
    """One sentence for the reader of the notebook."""
    kept: Arrays = field(default_factory=dict, repr=False)
    """What `placing.place` needs to place other customers: plain arrays by name, fit for the registry's `.npz`."""
    approximation: str = ""
    """What was not done with all customers, in a sentence; empty where the space is exact."""
