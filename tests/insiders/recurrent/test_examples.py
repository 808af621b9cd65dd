from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from insiders.recurrent.examples import batch, origins, panel_of
from tests.insiders.weekly_series import long_table

NO_DAYS = pd.DatetimeIndex([])


def test_a_window_reads_the_rows_before_its_origin_and_is_held_against_those_from_it_on() -> None:
    """The unit is the mean of what is read, the targets begin with the origin's own day."""
    history = long_table(20)[0]
    panel = panel_of(history, NO_DAYS, None, {}, {})
    read = batch(panel, torch.tensor([[0, 10]]), 4, 3, torch.device("cpu"))
    sold = history.loc[history["unique_id"] == "A", "y"].to_list()
    assert read.targets.unit.item() == sum(sold[6:10]) / 4
    assert read.targets.sold[0].tolist() == sold[10:13]


def test_a_window_is_told_its_level_lately_and_since_the_launch() -> None:
    """Beside the unit, in logarithms, and how often it sold; the same at every step, and nothing from its origin on."""
    history = long_table(40)[0]
    panel = panel_of(history, NO_DAYS, None, {}, {})
    read = batch(panel, torch.tensor([[0, 30]]), 20, 3, torch.device("cpu"))
    sold = history.loc[history["unique_id"] == "A", "y"].to_numpy()[:30]
    unit = sold[10:].mean()
    size, long, lately, often = read.future[0, 0, -4:].tolist()
    assert size == pytest.approx(np.log(unit) / 5)
    assert long == pytest.approx(np.log((sold.mean() + 0.05) / unit), abs=1e-6)
    assert lately == pytest.approx(np.log1p(sold[-12:].mean() / unit), abs=1e-6)
    assert often == pytest.approx((sold[10:] > 0).mean())
    assert (read.future[0, :, -4:] == read.future[0, 0, -4:]).all()


def test_what_lies_before_the_launch_is_not_read() -> None:
    """Days before a series began are marked as missing and do not lower its unit."""
    history, late = long_table(20)[0], ["A"]
    launched = history[~history["unique_id"].isin(late) | (history["ds"] >= history["ds"].unique()[8])]
    panel = panel_of(launched, NO_DAYS, None, {}, {})
    read = batch(panel, torch.tensor([[0, 10]]), 4, 3, torch.device("cpu"))
    sold = history.loc[history["unique_id"] == "A", "y"].to_list()
    assert read.targets.unit.item() == sum(sold[8:10]) / 2
    assert read.past[0, :, 1].tolist() == [0, 0, 1, 1]


def test_windows_of_a_series_that_had_sold_too_seldom_teach_nothing() -> None:
    """A series is learnt from once it had sold on as many days as it takes to be followed."""
    history = long_table(20)[0]
    sold = history.assign(y=history["y"].where((history["unique_id"] != "B") | (history["ds"] >= "2024-01-12"), 0.0))
    panel = panel_of(sold, NO_DAYS, None, {}, {})
    found = origins(panel, 17, least_sold=7)
    before = [int((panel.sold[series, :origin] > 0).sum()) for series, origin in found.tolist()]
    assert min(before) == 7
    assert found[found[:, 0] == 1, 1].min() > found[found[:, 0] == 0, 1].min()
    assert len(origins(panel, 17)) == 4 * 12


def test_the_time_of_the_year_is_told_only_where_asked() -> None:
    """Without it each day is told by weekday, day of the month and closed days beside it."""
    history = long_table(20)[0]
    assert panel_of(history, NO_DAYS, None, {}, {}, yearly=False).day.shape == (20, 4 + 7)
    assert panel_of(history, NO_DAYS, None, {}, {}).day.shape == (20, 9 + 7)
