"""What was sold, line by line or by day, gives the same series."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from insiders import forecasting, handoff
from insiders.forecasting import history, sold
from insiders.forecasting.sold import Counted, Loaded
from tests.insiders.forecast_shop import run_folder

LEVELS = ["insiders", "total", "segment", "country", "category", "product"]
THEN = pd.Timestamp("2024-03-01")


def test_many_lines_are_not_loaded() -> None:
    """Up to the limit lines are loaded, beyond they are counted where they lie."""
    lines = handoff.count(run_folder(), *sold.TABLES)
    assert isinstance(sold.lines_of_run(Path(run_folder()), most=lines), Loaded)
    assert isinstance(sold.lines_of_run(Path(run_folder()), most=lines - 1), Counted)


@pytest.mark.parametrize("level", LEVELS)
def test_series_are_the_same(level: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Series of today and of a day before, prices, calendar, names and the history kept are those of the lines."""
    asked = {"series_most": 1, "coherent": level == "product"}
    loaded = forecasting.follow(run_folder(), level, **asked)  # type: ignore[arg-type]
    monkeypatch.setattr(sold, "lines_of_run", partial(sold.lines_of_run, most=0))
    counted = forecasting.follow(run_folder(), level, **asked)  # type: ignore[arg-type]
    assert len(counted.sales) <= len(loaded.sales)
    for first in (None, THEN):
        ours, theirs = counted.at(first), loaded.at(first)
        pd.testing.assert_frame_equal(ours.values, theirs.values, rtol=1e-9)
        pd.testing.assert_frame_equal(ours.static, theirs.static)
    assert counted.calendar.open_days.equals(loaded.calendar.open_days)
    assert (counted.calendar.closed_weekdays, counted.calendar.cut_day) == (
        loaded.calendar.closed_weekdays,
        loaded.calendar.cut_day,
    )
    assert (counted.descriptions, counted.reason) == (loaded.descriptions, loaded.reason)
    for name, followed in {"counted": counted, "loaded": loaded}.items():
        (tmp_path / name).mkdir()
        history.keep(tmp_path / name, followed)
    if counted.grain is not None:
        kept = [history.load(tmp_path / name).rows for name in ("counted", "loaded")]
        pd.testing.assert_frame_equal(kept[0], kept[1], rtol=1e-9)


def test_a_level_the_source_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a source lacks is said in the same words."""
    said = forecasting.follow(run_folder(), "store").reason
    monkeypatch.setattr(sold, "lines_of_run", partial(sold.lines_of_run, most=0))
    assert forecasting.follow(run_folder(), "store").reason == said
