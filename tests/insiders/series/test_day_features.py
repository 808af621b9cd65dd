from __future__ import annotations

import numpy as np
import pandas as pd

from insiders.series.day_features import DAY_FEATURES, day_features


def test_a_day_is_told_by_week_month_and_christmas() -> None:
    """23 December 2011, a Friday, lies two days before Christmas, and the 26th 365 before the next one."""
    days = pd.DatetimeIndex(["2011-12-23", "2011-12-25", "2011-12-26"])
    table = day_features(days, days).set_index("ds")
    assert list(table.columns) == list(DAY_FEATURES)
    assert table[["weekday", "month_day", "to_christmas"]].to_numpy()[0].tolist() == [4, 23, 2]
    assert table["to_christmas"].to_list() == [2, 0, 365]


def test_closed_days_beside_a_day_are_counted() -> None:
    """A Sunday after a closed Saturday has a gap of one before it, the Friday after it one behind."""
    known = pd.DatetimeIndex(["2011-11-04", "2011-11-06", "2011-11-07", "2011-11-30"])
    table = day_features(known[:3], known)
    assert table["gap_before"].to_list() == [0, 1, 0]
    assert table["gap_after"].to_list() == [1, 0, 7]


def test_the_season_comes_round_after_a_year() -> None:
    """Waves of a day and of the same day a year later are all but equal, half a year later they are opposite."""
    days = pd.DatetimeIndex(["2010-03-01", "2010-08-30", "2011-03-01"])
    sine = day_features(days, days)[["sin1", "cos1"]].to_numpy()
    assert np.allclose(sine[0], sine[2], atol=0.02)
    assert np.allclose(sine[0], -sine[1], atol=0.02)
