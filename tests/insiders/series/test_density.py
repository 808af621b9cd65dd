from __future__ import annotations

import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.series.density import check_dense

DAYS = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-05"])


def rows(**days: list[int]) -> pd.DataFrame:
    return pd.concat([pd.DataFrame({"unique_id": name, "ds": DAYS[places]}) for name, places in days.items()])


def test_closed_days_and_later_launches_are_no_gaps() -> None:
    """A day that nobody has, and days before a series began, are not missed."""
    check_dense(rows(A=[0, 1, 2, 3], B=[2, 3]))


@pytest.mark.parametrize("places", [[0, 2, 3], [0, 1, 2], [0, 1, 2, 2, 3], [0, 2, 2, 3]])
def test_a_gap_an_early_end_and_a_day_twice_are_named(places: list[int]) -> None:
    """A series that lacks a day between, ends before the others or has a day twice is named."""
    with pytest.raises(AnalysisError, match="1 of 2 series, B among them, lack days"):
        check_dense(rows(A=[0, 1, 2, 3], B=places))
