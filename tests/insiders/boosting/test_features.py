from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from insiders.boosting.features import at_origin, of_days, pairs, scaled
from insiders.boosting.trained import Settings

SETTINGS = Settings(lags=(1, 2), windows=(2, 3), rows=100, season=2)
TABLE = pd.DataFrame(
    {
        "unique_id": ["A"] * 6 + ["B"] * 4,
        "ds": [*pd.date_range("2024-01-01", periods=6), *pd.date_range("2024-01-03", periods=4)],
        "y": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 5.0, 7.0, 9.0, 11.0],
    }
)


def test_at_the_origin_the_last_rows_are_known() -> None:
    """The first lag is the last row, the means are of the last rows, and each series has its own."""
    known = at_origin(TABLE, pd.Series(["A", "B"]), np.array([1, 1]), SETTINGS)
    assert known["lag1"].to_list() == [32.0, 11.0]
    assert known["lag2"].to_list() == [16.0, 9.0]
    means = known[[name for name in known if str(name).startswith("rolling_mean")]]
    assert means.to_numpy()[0].tolist() == [24.0, 56 / 3]


def test_pairs_know_only_rows_before_the_origin() -> None:
    """The first lag of a pair is the row before its origin, and the drawn row lies as many steps ahead as is said."""
    before, place, step = pairs(TABLE, SETTINGS, 3)
    origin = place - step + 1
    assert np.array_equal(before["lag1"], TABLE["y"].to_numpy()[origin - 1])
    assert set(step) <= {1, 2, 3}
    assert (TABLE["unique_id"].to_numpy()[origin - 1] == TABLE["unique_id"].to_numpy()[place]).all()


def test_only_the_last_rows_of_a_series_are_learnt_from() -> None:
    """With a limit of two rows no origin lies before the last two of a series."""
    _, place, step = pairs(TABLE, Settings(lags=(1,), windows=(2,), rows=2), 1)
    assert sorted(place - step + 1) == [4, 5, 8, 9]


def test_the_same_weekday_is_known_however_far_ahead() -> None:
    """Of a day the rows whole seasons before it are known, and none of those that come after the origin."""
    known = at_origin(TABLE, pd.Series(["A", "A", "A", "B"]), np.array([1, 2, 3, 4]), SETTINGS)
    assert known["season_last"].to_list() == [16.0, 32.0, 16.0, 11.0]
    assert known["season_mean"].to_list() == [7.0, 14.0, 7.0, 9.0]


def test_a_row_without_a_season_before_it_has_none() -> None:
    """What lies before the first row of a series is missing, and never another series' sales."""
    before, place, step = pairs(TABLE, SETTINGS, 3)
    first = (place - step + 1 == 7) & (step == 2)
    assert before.loc[first, "season_last"].to_list() == [5.0] * int(first.sum())
    early = before["season_last"].isna().to_numpy()
    assert (place - step + 1)[early].tolist() == [1 + 6 * (number > 0) for number in range(early.sum())]


def test_scaled_features_are_ratios() -> None:
    """In units of the longest window's mean a series ten times as large has the same features, but for its size."""
    step = np.array([1, 1])
    large = TABLE.assign(y=10 * TABLE["y"])
    one, other = (scaled(at_origin(table, pd.Series(["A", "B"]), step, SETTINGS), SETTINGS) for table in (TABLE, large))
    pd.testing.assert_frame_equal(one[0].drop(columns="size"), other[0].drop(columns="size"))
    assert np.allclose(other[1] / one[1], 10.0)
    assert one[1].tolist() == [56 / 3, 9.0]


def test_rows_before_which_a_series_had_sold_too_seldom_teach_nothing() -> None:
    """A series is learnt from once it had sold on as many days as it takes to be followed, without the row itself."""
    table = TABLE.assign(y=[1.0, 0.0, 4.0, 8.0, 16.0, 32.0, 5.0, 7.0, 9.0, 11.0])
    _, place, step = pairs(table, replace(SETTINGS, least_sold=2), 1)
    assert (place - step + 1).tolist() == [3, 4, 5, 8, 9]


def test_the_time_of_the_year_is_told_only_where_asked() -> None:
    """Without the time of the year weekday, day of the month and closed days are left."""
    plain, yearly = (of_days(TABLE, TABLE["ds"], [], None, {}, yearly=told) for told in (False, True))
    assert list(plain) == ["weekday", "month_day", "gap_before", "gap_after"]
    assert set(yearly) - set(plain) == {"sin1", "cos1", "sin2", "cos2", "to_christmas"}


def test_a_series_without_static_features_has_no_code() -> None:
    """A series that is not in the static table is told as missing, never as another series."""
    about = pd.DataFrame({"unique_id": ["C", "A"], "category": ["x", "y"]})
    known = of_days(TABLE, TABLE["ds"], [], about, {"category": ("x", "y")})
    assert known["category"].to_list() == [1] * 6 + [-1] * 4
