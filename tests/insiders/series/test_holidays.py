from __future__ import annotations

import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.series import holiday_features, holidays_of


def test_holidays_have_names() -> None:
    """Public holidays of a country stand on their days by name, all other days have none."""
    names = holidays_of("GB", pd.date_range("2011-04-20", "2011-05-03"), region="ENG")
    assert names.dropna().to_dict() == {
        pd.Timestamp("2011-04-22"): "Good Friday",
        pd.Timestamp("2011-04-25"): "Easter Monday",
        pd.Timestamp("2011-04-29"): "Wedding of William and Catherine",
        pd.Timestamp("2011-05-02"): "May Day",
    }


def test_substitute_days_have_the_name_of_their_holiday() -> None:
    """New Year's Day on a Saturday and the Monday that stands in for it go by one name."""
    names = holidays_of("GB", pd.date_range("2011-01-01", "2011-01-03"), region="ENG")
    assert names.dropna().to_dict() == dict.fromkeys(
        [pd.Timestamp("2011-01-01"), pd.Timestamp("2011-01-03")], "New Year's Day"
    )


def test_distances_to_holidays_are_known_at_the_edges() -> None:
    """The days before a holiday beyond the table's end know it, and days far from any say so with 15."""
    table = holiday_features("US", pd.DatetimeIndex(["2011-07-01", "2011-07-04", "2011-07-25"]))
    assert table["days_to_holiday"].to_list() == [3, 0, 15]
    assert table["days_since_holiday"].to_list() == [15, 0, 15]
    assert table["is_holiday"].to_list() == [False, True, False]


@pytest.mark.parametrize(("country", "region"), [("XX", None), ("GB", "ZZ")])
def test_an_unknown_country_is_named(country: str, region: str | None) -> None:
    """A country or region that the library does not know is an expected error that names it."""
    with pytest.raises(AnalysisError, match=region or country):
        holidays_of(country, pd.date_range("2011-01-01", "2011-01-02"), region=region)
