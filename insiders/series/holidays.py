"""Public holidays of a country, by the `holidays` library: when they are, and how near a day is to one."""

from __future__ import annotations

import holidays
import numpy as np
import pandas as pd

from insiders.errors import AnalysisError
from insiders.handoff import TEXT

FAR = 15
"""Days beyond which a holiday is as good as none."""


def holidays_of(country: str, days: pd.DatetimeIndex, *, region: str | None = None) -> pd.Series:
    """The name of the public holiday on each of the ``days``, missing on all others, indexed by day.

    ``country`` is an ISO 3166 code such as GB, US or BR, ``region`` one of its subdivisions (ENG, CA). Substitute days
    go by the name of their holiday. An `AnalysisError` names a country or region that the library does not know.
    """
    years = range(days.min().year, days.max().year + 1) if len(days) else ()
    try:
        found = holidays.country_holidays(country, subdiv=region, years=years, language="en_US")
    except NotImplementedError as unknown:
        raise AnalysisError(f"no holidays are known of {country}{'/' + region if region else ''}: {unknown}") from None
    names = {pd.Timestamp(day): name.removesuffix(" (observed)") for day, name in found.items()}
    return pd.Series([names.get(day) for day in days.normalize()], index=days, dtype=TEXT, name="holiday")


def holiday_features(country: str, days: pd.DatetimeIndex, *, region: str | None = None) -> pd.DataFrame:
    """What is known of each day beforehand: ds, holiday (a name), is_holiday, days_to_holiday, days_since_holiday.

    Distances are calendar days, 0 on the holiday itself and 15 where the next or last one is farther than two weeks.
    """
    margin = pd.Timedelta(days=FAR)
    every = pd.date_range(days.min() - margin, days.max() + margin)
    names = holidays_of(country, every, region=region)
    place = np.where(names.notna(), np.arange(len(every), dtype="float64"), np.nan)
    here = np.arange(len(every))
    after, before = pd.Series(place).bfill().to_numpy() - here, here - pd.Series(place).ffill().to_numpy()
    table = pd.DataFrame(
        {
            "ds": every,
            "holiday": names.array,
            "is_holiday": names.notna().to_numpy(),
            "days_to_holiday": np.fmin(after, FAR).astype("int64"),
            "days_since_holiday": np.fmin(before, FAR).astype("int64"),
        }
    )
    return table.set_index("ds").loc[days].rename_axis("ds").reset_index()
