"""What a champion goes on from."""

from __future__ import annotations

from pathlib import Path

import pytest

from insiders import forecasting
from insiders.errors import AnalysisError, ModelError
from insiders.forecasting import history
from tests.insiders.forecast_shop import followed, panel_file


def kept(folder: Path, level: str = "store") -> Path:
    """The folder with the history of the panel."""
    history.keep(folder, forecasting.follow("unused", level, panel=panel_file()))
    return folder


def test_a_history_comes_back_with_all_that_was_sold(tmp_path: Path) -> None:
    """By day, store, category and product; its sums are those of the source."""
    panel = forecasting.follow("unused", "store", panel=panel_file())
    made = history.load(kept(tmp_path))
    assert (made.level, made.unit) == ("store", "pieces")
    assert made.rows["units"].sum() == panel.sales["units"].sum()
    assert made.filters() == {"store": ["North", "South"], "category": ["A", "B"], "product": ["A1", "A2", "B1"]}
    assert list(made.calendar.open_days) == list(panel.calendar.open_days)


def test_equal_histories_leave_equal_files(tmp_path: Path) -> None:
    """The levels of a run share one history, which an archive then keeps once."""
    one, two = kept(tmp_path / "one"), kept(tmp_path / "two", "category")
    assert (one / history.ROWS).read_bytes() == (two / history.ROWS).read_bytes()


def test_filters_cross(tmp_path: Path) -> None:
    """Values of one attribute are any of them, attributes together all of them; an empty list is all."""
    made = history.load(kept(tmp_path))
    rows = made.chosen({"store": ["North"], "product": ["A1", "B1"], "category": []})
    assert set(rows["store"]) == {"North"}
    assert set(rows["product"]) == {"A1", "B1"}


def test_all_that_is_not_there_is_named_at_once(tmp_path: Path) -> None:
    """Unknown attributes and unknown values, in one message."""
    made = history.load(kept(tmp_path))
    with pytest.raises(AnalysisError, match=r"no colour \(there are store, category, product\); no store West"):
        made.chosen({"colour": ["red"], "store": ["West", "North"]})
    with pytest.raises(AnalysisError, match="nothing was ever sold of category B; product A1"):
        made.chosen({"category": ["B"], "product": ["A1"]})


def test_some_customers_leave_no_history(tmp_path: Path) -> None:
    """Of the Insiders alone nothing is kept: their past would be that of today's group."""
    assert history.keep(tmp_path, followed("insiders")) == []
    assert {path.name for path in history.keep(tmp_path, followed("product"))} == {
        history.ROWS,
        history.FACTS,
        "models.json",
    }


def test_an_altered_history_is_refused(tmp_path: Path) -> None:
    """A file that is not what the index says is not read; nor is a folder without one."""
    (kept(tmp_path) / history.ROWS).write_bytes(b"PAR1")
    with pytest.raises(ModelError, match=r"models\.json"):
        history.load(tmp_path)
    with pytest.raises(ModelError, match=r"models\.json"):
        history.load(tmp_path / "elsewhere")
