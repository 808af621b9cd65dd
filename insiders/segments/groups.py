"""Groups of customers as flags, and how alike two of them are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
"""Whether each customer is in the group, in the customers' order."""


def jaccard(some: Flags, others: Flags) -> float:
    """Customers in both groups over customers in either; 1 for two empty groups."""
    either = np.count_nonzero(some | others)
    return np.count_nonzero(some & others) / either if either else 1.0
