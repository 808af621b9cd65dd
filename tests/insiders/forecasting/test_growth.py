"""What is expected beside what was sold before."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders.forecasting import growth

DAYS = pd.date_range("2023-01-02", periods=7 * 70)
AHEAD = pd.date_range(DAYS[-1] + pd.Timedelta(days=1), periods=14)


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two products: one that sold 2 a day and should sell 3, one that began half a year ago."""
    old = pd.DataFrame({"level": "product", "series": "old", "date": DAYS, "value": 2.0, "unit": "pieces"})
    new = old[old["date"] > "2023-11-01"].assign(series="new", value=5.0)
    ahead = pd.DataFrame({"level": "product", "series": "old", "date": AHEAD, "model": "ets", "mean": 3.0})
    return pd.concat([old, new]), pd.concat([ahead, ahead.assign(series="new", mean=5.0)])


def bounded() -> pd.DataFrame:
    """Growth of the two products with its bounds."""
    rows = [("product", "old", 35.0, 56.0, 84.0), ("product", "new", 60.0, 90.0, 200.0)]
    own = pd.DataFrame(rows, columns=["level", "series", "lower", "upper", "upper_95"])
    return growth.bounded(growth.growth(*tables()), own.astype({"level": "string", "series": "string"}))


def test_the_same_weeks_a_year_earlier_are_compared() -> None:
    """Expected 42, sold 28 in the two weeks before and in those 52 weeks earlier; what is new has no such weeks."""
    rows = growth.growth(*tables()).set_index("series")
    assert rows[["expected", "before", "year_earlier"]].T["old"].tolist() == [42, 28, 28]
    assert rows.loc["old", "change"] == pytest.approx(0.5)
    assert rows[["year_earlier", "change"]].T["new"].isna().all()


def test_a_stock_covers_up_to_the_bounds() -> None:
    """Order up to the upper bound of a series' own sum, or up to the wider one's; the most expected first."""
    table = growth.to_order(bounded(), "product").set_index("series")
    assert table[["order_up_to", "order_up_to_40"]].T.to_dict("list") == {"new": [90, 200], "old": [56, 84]}


def test_a_change_has_bounds() -> None:
    """Those of the series' own sum over what was sold a year earlier; none where nothing was."""
    rows = bounded().set_index("series")[["change_lower", "change_upper"]].T
    assert rows["old"].tolist() == [35 / 28 - 1, 1.0]
    assert rows["new"].isna().all()


def test_money_is_not_ordered() -> None:
    """What is no pieces gives an empty table."""
    assert growth.to_order(bounded().assign(unit="£"), "product").empty
