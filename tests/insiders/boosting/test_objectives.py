from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.boosting.objectives import nearer_counts_more, sales_share


def test_rows_weigh_by_their_share_of_the_day() -> None:
    """Shares add up to one on every day with sales, and a day without has no weight."""
    rows = pd.DataFrame({"ds": [1, 1, 2, 2], "y": [3.0, 1.0, 0.0, 0.0]})
    assert sales_share(rows).tolist() == [0.75, 0.25, 0.0, 0.0]


def test_weighted_absolute_errors_touch_the_metric_from_above() -> None:
    """With the weights of a forecast, absolute errors of logarithms change as PSFA does, and lie above it elsewhere."""
    sold, weight = np.array([2.0, 8.0, 5.0]), np.array([0.5, 0.2, 0.3])
    last = np.array([4.0, 3.0, 5.5])
    weights = nearer_counts_more(weight, np.log(last) - np.log(sold))

    def missed(said: np.ndarray) -> np.ndarray:
        return weight * np.abs(sold - said) / np.maximum(sold, said)

    def bound(said: np.ndarray) -> np.ndarray:
        gone = np.abs(np.log(said) - np.log(sold)) - np.abs(np.log(last) - np.log(sold))
        return missed(last) + weights * gone

    assert bound(last * 1.0001) - bound(last) == pytest.approx(missed(last * 1.0001) - missed(last), rel=1e-3)
    for factor in (0.3, 0.9, 1.2, 5.0):
        assert (bound(last * factor) >= missed(last * factor) - 1e-12).all()
