"""A forecast for other filters: asked of the registered model, shown with bounds, refused with a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import streamlit as st

from dashboard.parts import live_forecast
from insiders.errors import AnalysisError
from tests.dashboard import shop
from tests.dashboard.conftest import Show, texts


class FakeLive:
    """Stands for `insiders.forecasting.live`, whose models take seconds to load; it keeps its contract."""

    def __init__(self) -> None:
        self.asked: list[tuple[Path, dict[str, list[str]], int, str]] = []

    def series_of(self, folder: Path) -> dict[str, list[str]]:
        """What can be filtered by."""
        return {name: list(values) for name, values in shop.LEVELS.items() if name != "insiders"}

    def forecast(self, folder: Path, filters: Mapping[str, Iterable[str]], horizon: int, granularity: str) -> Any:
        """Ten pieces a day; nothing for what was never sold."""
        self.asked.append((folder, {name: list(values) for name, values in filters.items()}, horizon, granularity))
        if "$west$" in filters["store"]:
            raise AnalysisError("the choice never sold anything: take $more$")
        days = pd.date_range("2024-12-30", periods=3)
        bounds = {f"{end}_80": [None, 17.0 + by, 8.0 + by] for end, by in (("lower", 0.0), ("upper", 5.0))}
        rows = pd.DataFrame({"ds": days, "y": [9.0, 8.0, None], "yhat": [None, 18.0, 10.0], **bounds})
        total = {"yhat": 20.0, "lower_80": 15.0, "upper_80": 26.0}
        return SimpleNamespace(rows=rows, total=total, unit="pieces", model="ets", verdict="medium", note="A [note].")


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> FakeLive:
    """The mechanism in the place of the real one."""
    fake = FakeLive()
    monkeypatch.setattr(live_forecast, "mechanism", lambda: fake)
    st.cache_data.clear()
    return fake


def test_another_choice_is_forecast_at_once(show: Show, live: FakeLive) -> None:
    """The filters, the horizon and the granularity reach the model of the level; what it says is shown once asked."""
    shown = show("store")
    shown.toggle(key="store live").set_value(True).run()
    shown.multiselect(key="store live category").set_value(["Kitchen"])
    shown.slider(key="store live horizon").set_value(7)
    shown.radio(key="store live by").set_value("week")
    shown.button[0].click().run()
    assert not shown.exception
    folder, filters, horizon, granularity = live.asked[0]
    assert folder.parts[-4:] == (shop.LIVE, "artifacts", "forecast", "store")
    assert (filters, horizon, granularity) == ({"category": ["Kitchen"], "product": [], "store": []}, 7, "week")
    told = {one.label: one.value for one in shown.metric}
    assert told["Expected"] == "20 pieces"
    assert r"By ETS, in 0.0 seconds. A \[note\]\." in texts(shown, "caption")


def test_what_cannot_be_forecast_is_said(show: Show, live: FakeLive) -> None:
    """In the mechanism's own sentence, and never as markup."""
    shown = show("store")
    shown.toggle(key="store live").set_value(True).run()
    shown.multiselect(key="store live store").set_value(["$west$"])
    shown.button[0].click().run()
    assert not shown.exception
    assert r"the choice never sold anything\: take \$more\$" in texts(shown, "warning")


def test_a_period_under_way_is_expected() -> None:
    """What it sold so far is in what it should come to, so that it stands in the figure once."""
    said = FakeLive().forecast(Path(), {"store": []}, 7, "week").rows
    past, ahead = live_forecast._as_series(said)
    assert past["value"].tolist() == [9.0]
    assert ahead["mean"].tolist() == [18.0, 10.0]


def test_without_a_history_on_this_host_nothing_is_offered(show: Show) -> None:
    """The page says why."""
    assert "nothing can be forecast at once" in texts(show("product"), "info")
